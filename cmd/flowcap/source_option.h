/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where flows go: all into one directory (-w), those of listed exporters into
 * theirs (-n), or each exporter's into one of its own (-M).
 */

#include "flowcap/options.h"

/*
 * Appends NET[;NET...], each ADDRESS or ADDRESS/BITS, to *net, which must be freed in any case; modifies the
 * text.  CLI_OK, or a message that names the option.
 */
int nets_parse(const char *option, char *text, struct collect_net **net, size_t *nets);

/* -n IDENT,NET[;NET...],DIRECTORY; CLI_OK, or a message. */
int sources_add(struct options *options, const char *text);
void sources_clear(struct options *options);

/*
 * Finds and makes the directory of journals and exporters' state (collect/state_directory.h); `asked` is
 * --state, NULL: none.  CLI_OK, or a message.  Call sources_free_state in any case.
 */
int sources_find_state(struct collect_options *collect, const char *asked);
void sources_free_state(struct collect_options *collect);

/* Checks that all directories of the command line are writable; CLI_OK, or a message. */
int sources_check(const struct options *options);

/* Whether the directory of --state, if given, is there or could be made.  CLI_OK, or CLI_FAILURE after a message. */
int sources_check_state(const struct options *options);
