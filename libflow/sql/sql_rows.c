/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "sql/dialect.h"
#include "sql/sql_filter.h"

/* Addresses compare as numbers. */
static void
write_order(struct buf *out, enum flow_sql_dialect d, const struct flow_sql_order *order, bool first)
{
	struct buf name = BUF_INIT;

	buf_append_text(out, first ? "\nORDER BY " : ", ");
	sql_name(&name, d, flow_field_info(order->field)->name);
	buf_append_u8(&name, '\0');
	if (name.failed)
		out->failed = true;
	else if (flow_field_info(order->field)->type == FLOW_TYPE_ADDR)
		sql_address_digits(out, d, (const char *)name.data);
	else
		buf_append_text(out, (const char *)name.data);
	buf_append_text(out, order->ascending ? " ASC NULLS LAST" : " DESC NULLS LAST");
	buf_release(&name);
}

enum flow_status
flow_sql_rows(const struct flow_sql_from *from, const struct flow_filter *filter,
    const struct flow_sql_rows *rows, struct buf *out, struct flow_error *err)
{
	struct buf where = BUF_INIT;
	enum flow_status st;
	bool any = true;

	st = sql_filter(&where, from, filter, &any, err);
	if (st == FLOW_OK) {
		sql_before(out, from);
		buf_append_text(out, "SELECT ");
		for (size_t i = 0; i < rows->columns; i++) {
			buf_append_text(out, i > 0 ? ", " : "");
			sql_name(out, from->dialect, flow_field_info(rows->column[i])->name);
		}
		buf_append_text(out, "\nFROM ");
		sql_source(out, from);
		if (!any) {
			buf_append_text(out, "\nWHERE ");
			buf_append(out, where.data, where.len);
		}
		for (size_t i = 0; i < rows->orders; i++)
			write_order(out, from->dialect, &rows->order[i], i == 0);
		if (rows->limit > 0)
			buf_printf(out, "\nLIMIT %" PRIu64, rows->limit);
		buf_append_text(out, ";\n");
		st = out->failed || where.failed ? flow_fail_memory(err) : FLOW_OK;
	}
	buf_release(&where);
	return st;
}
