/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "sql/dialect.h"
#include "sql/sql_filter.h"

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
		if (rows->order != FLOW_FIELD_NONE) {
			buf_append_text(out, "\nORDER BY ");
			sql_name(out, from->dialect, flow_field_info(rows->order)->name);
			buf_append_text(out, rows->ascending ? " ASC NULLS LAST" : " DESC NULLS LAST");
		}
		if (rows->limit > 0)
			buf_printf(out, "\nLIMIT %" PRIu64, rows->limit);
		buf_append_text(out, ";\n");
		st = out->failed || where.failed ? flow_fail_memory(err) : FLOW_OK;
	}
	buf_release(&where);
	return st;
}
