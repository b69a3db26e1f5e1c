/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Prints rows in the format of -o to standard output. */

#include "nfdump/options.h"

struct show;

/* CLI_OK, or a status after a message. */
int show_open(const struct nfdump_options *options, struct show **show);
void show_free(struct show *show);

/* The columns that it needs. */
void show_fields(const struct show *show, struct flow_fieldset *fields);

/* Prints what comes before and after the rows; the head may be repeated before another list. */
int show_begin(struct show *show);
int show_end(struct show *show);

/* Prints the selected rows of a batch in DICT form; `ident` is the ident of their file, NULL: none. */
int show_rows(struct show *show, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident);

/* The output buffer, for other text. */
struct buf *show_text(struct show *show);
int show_flush(struct show *show);

/* Whether the reader of standard output has gone. */
bool show_closed(const struct show *show);
