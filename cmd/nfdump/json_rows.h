/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows in nfdump's json and ndjson: its keys in its order, and local times. */

#include "flow.h"

struct nfdump_json;

/* `lines`: an object per line (ndjson), else indented in one array.  NULL when out of memory. */
struct nfdump_json *nfdump_json_new(bool lines) NODISCARD;
void nfdump_json_free(struct nfdump_json *json);

void nfdump_json_fields(struct flow_fieldset *fields);

/* Appends what comes before and after all rows. */
void nfdump_json_begin(const struct nfdump_json *json, struct buf *out);
void nfdump_json_end(const struct nfdump_json *json, struct buf *out);

/* Appends the selected rows; `ident` is the ident of their file, NULL: none.  FLOW_ENOMEM. */
enum flow_status nfdump_json_rows(struct nfdump_json *json, const struct flow_batch *batch,
    const struct flow_selection *sel, const char *ident, struct buf *out) NODISCARD;
