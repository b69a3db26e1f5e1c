/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Maps exporters to sources. */

#include "collect/collect_options.h"

/* The first source that an exporter matches; NULL: none. */
const struct collect_source *sources_find(const struct collect_options *options,
    const struct addr *exporter);

/* The name and ident of an exporter's directory below `dynamic`: its address with '-' for '.' and ':'. */
#define SOURCE_NAME_MAX (ADDR_TEXT_MAX + 1)
void source_name(const struct addr *exporter, char name[SOURCE_NAME_MAX]);
