/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Parts of keys. */

#include "agg/ask/question.h"
#include "sql/sql.h"

/*
 * Appends the value of a part as an expression over the table's columns; `alt` chooses among the alternative
 * columns (`ip`: source, then destination).
 */
enum flow_status sql_key(struct buf *out, enum flow_sql_dialect d, const struct key_part *part,
    size_t alt, struct flow_error *err) NODISCARD;

/* Appends the ORDER BY expression for that part, which is in a column called `name`. */
void sql_key_order(struct buf *out, enum flow_sql_dialect d, const struct key_part *part,
    const char *name, bool ascending);
