/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows in the format that -o names, to standard output. */

#include "nfdump/options.h"

struct show;

/* CLI_OK, or a status after a message. */
int show_open(const struct nfdump_options *options, struct show **show);
void show_free(struct show *show);

/* The columns that it reads. */
void show_fields(const struct show *show, struct flow_fieldset *fields);

/* What stands before and after the rows; a head may come again before another list. */
int show_begin(struct show *show);
int show_end(struct show *show);

/* Prints the selected rows of a batch in DICT form; `ident` is what their file says of itself, NULL: nothing. */
int show_rows(struct show *show, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident);

/* Appends to what is printed. */
struct buf *show_text(struct show *show);
int show_flush(struct show *show);

/* The reader of standard output has gone. */
bool show_closed(const struct show *show);
