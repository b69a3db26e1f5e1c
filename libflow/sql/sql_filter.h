/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Conditions of WHERE. */

#include "sql/sql.h"

/*
 * Appends the condition on rows, or nothing where all pass (*any is then true).  In a filter a comparison
 * with a missing value is false, not null, so below NOT each one is wrapped.
 */
enum flow_status sql_filter(struct buf *out, const struct flow_sql_from *from,
    const struct flow_filter *filter, bool *any, struct flow_error *err) NODISCARD;
