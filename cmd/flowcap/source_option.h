/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which exporter's flows go where: all into one directory (-w), those of listed
 * exporters into theirs (-n), or each exporter's into one of its own (-M).
 */

#include "flowcap/options.h"

/*
 * NET[;NET...], each ADDRESS or ADDRESS/BITS, behind those of *net, which is to be freed whatever comes; the text is
 * cut.  CLI_OK, or a message that names the option.
 */
int nets_parse(const char *option, char *text, struct collect_net **net, size_t *nets);

/* -n IDENT,NET[;NET...],DIRECTORY; CLI_OK, or a message. */
int sources_add(struct options *options, const char *text);
void sources_clear(struct options *options);

/*
 * Finds where journals and what is known of exporters are kept (collect/state_directory.h), and makes it; `asked` is that of
 * --state, NULL: none.  CLI_OK, or a message.  sources_free_state, whatever comes.
 */
int sources_find_state(struct collect_options *collect, const char *asked);
void sources_free_state(struct collect_options *collect);

/* Whether all directories of the command line can be written to; CLI_OK, or a message. */
int sources_check(const struct options *options);
