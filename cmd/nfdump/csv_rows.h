/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows in nfdump's csv: its columns, words, local times; nothing is quoted, commas in texts are semicolons. */

#include "flow.h"

struct nfdump_csv;

/*
 * Of "csv:%TOKEN,%TOKEN..."; FLOW_EINVAL names an unknown token.  Text between tokens becomes the comma that nfdump
 * makes of it.
 */
enum flow_status nfdump_csv_new(const char *format, struct nfdump_csv **csv, struct flow_error *err) NODISCARD;
void nfdump_csv_free(struct nfdump_csv *csv);

void nfdump_csv_fields(const struct nfdump_csv *csv, struct flow_fieldset *fields);

/* The line of words at the head. */
void nfdump_csv_head(const struct nfdump_csv *csv, struct buf *out);

/* Appends the selected rows; `ident` is what the file says of itself, NULL: nothing. */
void nfdump_csv_rows(struct nfdump_csv *csv, const struct flow_batch *batch, const struct flow_selection *sel,
    const char *ident, struct buf *out);
