/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which exporter's flows go where: all into one directory (-w), those of listed
 * exporters into theirs (-n), or each exporter's into one of its own (-M).
 */

#include "flowcap/options.h"

/* -n IDENT,NET[;NET...],DIRECTORY; CLI_OK, or a message. */
int sources_add(struct options *options, const char *text);
void sources_clear(struct options *options);

/* The -n that an exporter belongs to, the first that fits; NULL: none. */
const struct source_option *sources_find(const struct options *options, const struct addr *exporter);

/* The name of an exporter's directory below -M, which is its ident too: its address with '-' for '.' and ':'. */
#define SOURCE_NAME_MAX (ADDR_TEXT_MAX + 1)
void source_name(const struct addr *exporter, char name[SOURCE_NAME_MAX]);

/* Whether all directories of the command line can be written to; CLI_OK, or a message. */
int sources_check(const struct options *options);

/* Files what journals hold in every directory, those that -M made before too. */
void sources_replay(const struct options *options);
