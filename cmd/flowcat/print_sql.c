/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/print_sql.h"

#include <string.h>

#include "common/cli.h"

/* The names after csv:, json: or ndjson: as columns; 0 where there are none, or unknown ones. */
static size_t
listed_columns(const char *format, enum flow_field column[FLOW_FIELD_COUNT])
{
	const char *name = strchr(format, ':');
	size_t n = 0;

	if (name == NULL || (strncmp(format, "csv:", 4) != 0 && strncmp(format, "json:", 5) != 0 &&
	    strncmp(format, "ndjson:", 7) != 0))
		return 0;
	do {
		size_t len = strcspn(++name, ",");

		column[n] = flow_field_find(name, len);
		if (column[n] == FLOW_FIELD_NONE || ++n == FLOW_FIELD_COUNT)
			return 0;
		name += len;
	} while (*name == ',');
	return n;
}

/* All columns of a format, in the order of the profile. */
static size_t
used_columns(const struct flow_fieldset *set, enum flow_field column[FLOW_FIELD_COUNT])
{
	size_t n = 0;

	for (unsigned i = 0; i < FLOW_FIELD_COUNT; i++)
		if (flow_fieldset_has(set, (enum flow_field)i))
			column[n++] = (enum flow_field)i;
	return n;
}

static int
print(struct flowcat_options *o, const struct query *query, struct flow_sql_rows *rows)
{
	struct buf out = BUF_INIT;
	struct flow_sql_order order[FLOW_SORT_KEYS];
	struct flow_sql_from from;
	struct flow_error err;
	bool closed = false;
	int status = query_sql_from(query, &o->request, o->dialect, &from);

	for (unsigned i = 0; o->has_order && i < o->order.keys && status == CLI_OK; i++) {
		const struct flow_sort_by *by = &o->order.by[i];

		if (by->key == FLOW_SORT_FIELD || by->key == FLOW_SORT_ADDR_HAS)
			order[rows->orders++] = (struct flow_sql_order){ by->field, !by->descending };
		else if (by->key < FLOW_SORT_ADDR_HAS)
			status = cli_fail("no SQL for that order: -O takes columns there");
	}
	rows->order = order;
	rows->limit = o->limit == UINT64_MAX ? 0 : o->limit;
	if (status == CLI_OK &&
	    flow_sql_rows(&from, query_filter(query), rows, &out, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	if (status == CLI_OK)
		status = cli_write(out.data, out.len, &closed);
	buf_release(&out);
	return status;
}

int
flowcat_sql(struct flowcat_options *o)
{
	enum flow_field column[FLOW_FIELD_COUNT];
	struct flow_sql_rows rows = { .column = column };
	struct query *query = NULL;
	struct flow_printer *printer;
	struct flow_error err;
	int status;

	if (flow_printer_new(o->format, strlen(o->format), &o->printer, &printer, &err) != FLOW_OK)
		return cli_misuse("-o: %s", err.message);
	rows.columns = listed_columns(o->format, column);
	if (rows.columns == 0)
		rows.columns = used_columns(flow_printer_fields(printer), column);
	status = query_open(&o->request, flow_printer_fields(printer), &query);
	if (status == CLI_OK)
		status = print(o, query, &rows);
	query_free(query);
	flow_printer_free(printer);
	return status;
}
