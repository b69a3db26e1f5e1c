/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of the first key alone, one on a line: what `in @FILE` of the filter language reads. */
#include "output/table/table_format.h"

static void
set_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	(void)p;
	(void)t;
	(void)out;
}

static void
set_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	size_t key = 0;

	while (key < t->columns && !t->column[key].key)
		key++;
	for (size_t row = 0; row < t->rows && key < t->columns; row++) {
		if (!table_has(t, key, row))
			continue;
		table_plain(p, t, key, row, out);
		buf_append_text(out, "\n");
	}
}

const struct table_format table_set = { .name = "set", .begin = set_begin, .rows = set_rows };
