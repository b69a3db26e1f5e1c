/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/print_table.h"

#include <stdlib.h>
#include <string.h>

#include "output/table/table_format.h"

enum flow_status
flow_table_printer_new(const char *format, const struct flow_table_printer_options *options,
    struct flow_table_printer **out, struct flow_error *err)
{
	static const struct table_format *const formats[] = {
		&table_text, &table_csv, &table_json, &table_ndjson, &table_markdown,
		&table_html, &table_set, &table_set_cidr,
	};
	struct flow_table_printer *p;
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	size_t i = 0;

	while (i < ARRAY_LEN(formats) && strcmp(formats[i]->name, format) != 0)
		i++;
	if (i == ARRAY_LEN(formats)) {
		nearest_begin(&meant, format, strlen(format));
		for (i = 0; i < ARRAY_LEN(formats); i++)
			nearest_try_text(&meant, formats[i]->name);
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%s: no such format (text, csv, json, ndjson, markdown, html, set, set:cidr; "
		    "line, long, extended, fmt:...)%s", format, nearest_hint(&meant, hint));
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return flow_fail_memory(err);
	p->format = formats[i];
	p->options = *options;
	*out = p;
	return FLOW_OK;
}

void
flow_table_printer_free(struct flow_table_printer *p)
{
	if (p == NULL)
		return;
	if (p->format->free != NULL)
		p->format->free(p);
	buf_release(&p->cells);
	free(p->width);
	free(p->range);
	free(p);
}

void
flow_table_printer_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	p->rows = 0;
	p->format->begin(p, t, out);
	p->tables++;
}

void
flow_table_printer_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	p->format->rows(p, t, out);
	p->rows += t->rows;
}

void
flow_table_printer_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->format->end != NULL)
		p->format->end(p, t, out);
}

void
flow_table_printer_finish(struct flow_table_printer *p, struct buf *out)
{
	if (p->format->finish != NULL)
		p->format->finish(p, out);
}
