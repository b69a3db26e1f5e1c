/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows to bytes and back: values by hand, each width of differences, nulls, a wrong bit. */
#include "store/raw_rows.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ROWS 70

static uint16_t port[ROWS];
static uint64_t bytes[ROWS], packets[ROWS], flows[ROWS];
static int64_t first[ROWS];
static uint32_t code[ROWS], none[ROWS];
static uint64_t valid[2] = { ~UINT64_C(5), ~UINT64_C(0) };	/* rows 0 and 2 have none */
static uint64_t invalid[2];
static const struct flow_text text[3] = { { "10.0.0.1", 8 }, { "", 0 }, { "2001:db8::1", 11 } };
static struct flow_dict dict = { 1, 3, text }, empty = { 2, 0, NULL };

static struct flow_batch
make(void)
{
	struct flow_batch b = { .rows = ROWS };

	for (unsigned i = 0; i < ROWS; i++) {
		port[i] = (uint16_t)(65535 - i);
		bytes[i] = i % 2 == 0 ? UINT64_MAX : i;
		packets[i] = UINT64_C(5000000000) + 70000 * i;
		flows[i] = 1;
		first[i] = i % 3 == 0 ? INT64_MIN : -1000 * (int64_t)i;
		code[i] = i == 0 || i == 2 ? 0 : i % 3;
	}
	b.column[FLOW_FIELD_SRC_PORT] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = port };
	b.column[FLOW_FIELD_BYTES] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = bytes };
	b.column[FLOW_FIELD_PACKETS] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = packets };
	b.column[FLOW_FIELD_FLOWS] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = flows };
	b.column[FLOW_FIELD_FIRST] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = first };
	b.column[FLOW_FIELD_SRC_ADDR] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = code, .dict = &dict,
		.valid = valid };
	b.column[FLOW_FIELD_DST_ADDR] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = none, .dict = &empty,
		.valid = invalid };
	return b;
}

/* Whether row i of the one is row j of the other, in a column. */
static bool
same(enum flow_field f, const struct flow_batch *a, size_t i, const struct flow_batch *b, size_t j)
{
	const struct flow_column *x = &a->column[f], *y = &b->column[f];

	if (flow_column_has(x, i) != flow_column_has(y, j))
		return false;
	if (!flow_column_has(x, i))
		return true;
	if (x->form == FLOW_FORM_DICT) {
		struct flow_text s = flow_column_text(x, i), t = flow_column_text(y, j);

		return s.len == t.len && memcmp(s.p, t.p, s.len) == 0;
	}
	return flow_column_number(x, flow_field_info(f)->type, i) == flow_column_number(y, flow_field_info(f)->type, j);
}

static void
there_and_back(const struct flow_batch *in, const uint32_t *rows, size_t n)
{
	struct raw_writer *w = raw_writer_new();
	struct raw_reader *r = raw_reader_new();
	const struct flow_batch *out;
	struct buf b = BUF_INIT;
	struct flow_error err;
	bool all = true;

	ok(raw_writer_rows(w, in, rows, n, &b) == FLOW_OK);
	ok(raw_reader_rows(r, b.data, b.len, n, &out, &err) == FLOW_OK && out->rows == n);
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++)
		for (size_t i = 0; i < n; i++)
			all = all && same((enum flow_field)f, in, rows[i], out, i);
	ok(all);
	b.data[b.len / 2] ^= 1;
	ok(raw_reader_rows(r, b.data, b.len, n, &out, &err) == FLOW_ECORRUPT);
	ok(raw_reader_rows(r, b.data, 7, n, &out, &err) == FLOW_ECORRUPT);
	buf_release(&b);
	raw_writer_free(w);
	raw_reader_free(r);
}

int
main(void)
{
	struct flow_batch in = make();
	uint32_t rows[ROWS];

	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = ROWS - 1 - i;
	there_and_back(&in, rows, ROWS);
	rows[0] = 1;
	there_and_back(&in, rows, 1);
	/* Only differences of 255 and of 65535: one and two bytes. */
	for (unsigned i = 0; i < ROWS; i++) {
		packets[i] = UINT64_MAX - (i == 3 ? 255 : 0);
		flows[i] = i == 4 ? 65536 : 1;
	}
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = i;
	there_and_back(&in, rows, ROWS);
	return tap_done();
}
