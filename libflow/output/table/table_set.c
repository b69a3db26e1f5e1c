/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of the first key alone, one on a line: what `in @FILE` of the filter language reads; and addresses and
 * networks among them as the fewest prefixes.
 */
#include "base/vec.h"
#include "net/addr_prefixes.h"
#include "output/table/table_format.h"

static size_t
first_key(const struct flow_table *t)
{
	size_t key = 0;

	while (key < t->columns && !t->column[key].key)
		key++;
	return key;
}

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
	size_t key = first_key(t);

	for (size_t row = 0; row < t->rows && key < t->columns; row++) {
		if (!table_has(t, key, row))
			continue;
		table_plain(p, t, key, row, out);
		buf_append_text(out, "\n");
	}
}

static void
cidr_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	(void)t;
	(void)out;
	p->ranges = 0;
}

static void
cidr_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	size_t key = first_key(t);

	for (size_t row = 0; row < t->rows && key < t->columns; row++) {
		struct addr_range r;

		if (!table_has(t, key, row))
			continue;
		buf_clear(&p->cells);
		table_plain(p, t, key, row, &p->cells);
		if (addr_range_parse((const char *)p->cells.data, p->cells.len, &r) != ADDR_RANGE_GOOD)
			continue;
		if (!VEC_RESERVE(p->range, p->ranges_cap, p->ranges + 1)) {
			out->failed = true;
			return;
		}
		p->range[p->ranges++] = r;
	}
}

static void
cidr_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	size_t n = addr_ranges_join(p->range, p->ranges);

	(void)t;
	for (size_t i = 0; i < n; i++) {
		struct addr_prefixes rest;
		struct addr net;
		unsigned bits;

		addr_prefixes_begin(&rest, &p->range[i]);
		while (addr_prefixes_next(&rest, &net, &bits)) {
			char text[ADDR_PREFIX_TEXT_MAX];

			buf_append(out, text, addr_prefix_format(&net, bits, text));
			buf_append_text(out, "\n");
		}
	}
	p->ranges = 0;
}

const struct table_format table_set_cidr = { .name = "set:cidr", .begin = cidr_begin, .rows = cidr_rows,
	.end = cidr_end };

const struct table_format table_set = { .name = "set", .begin = set_begin, .rows = set_rows };
