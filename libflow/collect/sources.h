/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which exporter's flows go where. */

#include "collect/collect_options.h"

/* The source that an exporter belongs to, the first that fits; NULL: none. */
const struct collect_source *sources_find(const struct collect_options *options,
    const struct addr *exporter);

/* The name of an exporter's directory below `dynamic`, which is its ident too: its address with '-' for '.' and ':'. */
#define SOURCE_NAME_MAX (ADDR_TEXT_MAX + 1)
void source_name(const struct addr *exporter, char name[SOURCE_NAME_MAX]);
