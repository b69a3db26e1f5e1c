/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows in nfdump's csv: its columns, words and local times; nothing is quoted, commas in texts become semicolons. */

#include "flow.h"

struct nfdump_csv;

/*
 * From "csv:%TOKEN,%TOKEN..."; FLOW_EINVAL names an unknown token.  As in nfdump, text between tokens becomes
 * a comma.
 */
enum flow_status nfdump_csv_new(const char *format, struct nfdump_csv **csv, struct flow_error *err) NODISCARD;
void nfdump_csv_free(struct nfdump_csv *csv);

void nfdump_csv_fields(const struct nfdump_csv *csv, struct flow_fieldset *fields);

/* The header line. */
void nfdump_csv_head(const struct nfdump_csv *csv, struct buf *out);

/* Appends the selected rows; `ident` is the ident of their file, NULL: none. */
void nfdump_csv_rows(struct nfdump_csv *csv, const struct flow_batch *batch, const struct flow_selection *sel,
    const char *ident, struct buf *out);
