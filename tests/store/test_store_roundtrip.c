/* SPDX-License-Identifier: BSD-2-Clause */
/* What the writer writes, the scan reads: every type, nulls, extremes, many row groups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/builder.h"
#include "store/scan.h"
#include "store/writer.h"
#include "tap.h"

static char path[] = "/tmp/test_roundtrip.XXXXXX";

/* Row i of the test data, whatever the number of rows. */
static uint64_t
mix(uint64_t x)
{
	x = (x + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 31;
	return x * UINT64_C(0xbf58476d1ce4e5b9);
}

static bool
is_null(unsigned field, uint64_t i)
{
	if (flow_field_info((enum flow_field)field)->required)
		return false;
	switch (field % 4) {
	case 0:
		return false;
	case 1:
		return true;
	case 2:
		return mix(i + field) % 3 == 0;
	default:
		return i / 20000 % 2 == 0;	/* whole pages with and without */
	}
}

/* Few, many and extreme values, by column. */
static uint64_t
value(unsigned field, uint64_t i)
{
	uint64_t v = mix(i * 131 + field);

	if (i == 0)
		return 0;
	if (i == 1)
		return UINT64_MAX;
	switch (field / 4 % 3) {
	case 0:
		return v % 5;
	case 1:
		return i;
	default:
		return v;
	}
}

static uint64_t
limited(enum flow_type type, uint64_t v)
{
	switch (type) {
	case FLOW_TYPE_U8:
		return (uint8_t)v;
	case FLOW_TYPE_U16:
		return (uint16_t)v;
	case FLOW_TYPE_U32:
		return (uint32_t)v;
	case FLOW_TYPE_I64:
	case FLOW_TYPE_TIME:
		return v >> 1;
	case FLOW_TYPE_MAC:
		return v & UINT64_C(0xffffffffffff);
	default:
		return v;
	}
}

static struct addr
address(uint64_t v)
{
	struct addr a;

	if (v % 2 == 0)
		return addr_from_v4((uint32_t)v);
	store_be64(a.b, UINT64_C(0x20010db800000000) | (v & 0xffff));
	store_be64(a.b + 8, v);
	return a;
}

/* A number of that many bytes in this machine's order, or an address. */
static void
put_value(uint8_t *out, size_t size, uint64_t v, const struct addr *a)
{
	uint16_t v16 = (uint16_t)v;
	uint32_t v32 = (uint32_t)v;

	if (size == 1)
		*out = (uint8_t)v;
	else
		memcpy(out, size == 2 ? (void *)&v16 : size == 4 ? (void *)&v32 : size == 8 ? (void *)&v :
		    (const void *)a, size);
}

static void
fill_column(struct flow_builder *b, unsigned f, size_t rows)
{
	enum flow_field field = (enum flow_field)f;
	enum flow_type type = flow_field_info(field)->type;
	size_t size = flow_type_size(type), i;
	uint8_t *out = type == FLOW_TYPE_TEXT ? NULL : flow_builder_flat(b, field, rows);
	char text[40];

	for (i = 0; i < rows; i++) {
		uint64_t v = limited(type, value(f, i));
		struct addr a = address(v);

		if (type == FLOW_TYPE_TEXT) {
			int len = snprintf(text, sizeof(text), "t%llu\xc3\xa9", (unsigned long long)v % 300);

			if (!is_null(f, i) && flow_builder_text(b, field, i, text, (size_t)len) != FLOW_OK)
				ok(false);
		} else if (is_null(f, i)) {
			if (flow_builder_null(b, field, i) != FLOW_OK)
				ok(false);
		} else {
			put_value(out + i * size, size, v, &a);
		}
	}
}

static struct flow_builder *
make_rows(size_t rows)
{
	struct flow_builder *b = flow_builder_new();
	unsigned f;

	ok(flow_builder_reserve(b, rows) == FLOW_OK);
	/* The columns 1, 5, 9 ... that have no values are not even begun. */
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		if (f % 4 != 1 || flow_field_info((enum flow_field)f)->required)
			fill_column(b, f, rows);
	flow_builder_commit(b, rows);
	return b;
}

static bool
same_text(const struct flow_column *c, enum flow_type type, size_t row, uint64_t v)
{
	struct flow_text t = flow_column_text(c, row);
	struct addr a = address(v), got;
	char text[64];

	if (type == FLOW_TYPE_ADDR)
		return addr_parse(t.p, t.len, &got) && addr_equal(&a, &got);
	if (type == FLOW_TYPE_MAC)
		(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		    (unsigned)(v >> 40) & 255, (unsigned)(v >> 32) & 255, (unsigned)(v >> 24) & 255,
		    (unsigned)(v >> 16) & 255, (unsigned)(v >> 8) & 255, (unsigned)v & 255);
	else
		(void)snprintf(text, sizeof(text), "t%llu\xc3\xa9", (unsigned long long)v % 300);
	return t.len == strlen(text) && memcmp(t.p, text, t.len) == 0;
}

/* Of the selected rows; sel NULL: of all. */
static size_t
differences(const struct flow_batch *b, const struct flow_selection *sel, unsigned f,
    uint64_t first)
{
	enum flow_type type = flow_field_info((enum flow_field)f)->type;
	const struct flow_column *c = &b->column[f];
	size_t k, i, wrong = 0;

	for (k = 0; k < (sel != NULL ? sel->count : b->rows); k++) {
		i = sel != NULL ? flow_selection_row(sel, (uint32_t)k) : k;
		uint64_t v = limited(type, value(f, first + i));

		if (flow_column_has(c, i) == is_null(f, first + i))
			wrong++;
		else if (!flow_column_has(c, i))
			continue;
		else if (flow_type_is_text(type))
			wrong += !same_text(c, type, i, v);
		else
			wrong += flow_column_number(c, type, i) != v;
	}
	return wrong;
}

static void
write_file(struct flow_builder *b, const struct flow_writer_options *options, bool groups)
{
	const struct flow_batch *batch = flow_builder_batch(b);
	struct flow_writer *w = NULL;
	struct flow_group *group;
	struct flow_error err = { .message = "" };

	ok(flow_writer_open(path, options, &w, &err) == FLOW_OK);
	if (groups) {
		ok(flow_group_encode(batch, options, &group, &err) == FLOW_OK);
		ok(flow_writer_append(w, group, &err) == FLOW_OK);
	} else {
		ok(flow_writer_batch(w, batch, NULL, &err) == FLOW_OK);
	}
	ok(flow_writer_close(w, &err) == FLOW_OK);
	is_str(err.message, "");
}

/* Some rows of a batch, up to 40 and now and then all of few. */
static void
select_some(struct flow_selection *sel, size_t rows, size_t turn)
{
	size_t step = rows / (1 + turn * 13 % 40) + 1, row;

	sel->all = false;
	sel->count = 0;
	for (row = turn % step; row < rows; row += step)
		sel->row[sel->count++] = (uint16_t)row;
	if (rows <= 2)
		flow_selection_all(sel, rows);
}

enum how {
	EARLY,
	LATE,		/* every other column, for every other batch */
	SELECTED,	/* the same, for some rows or (every third time) all */
};

static void
read_file(size_t rows, enum how how)
{
	struct flow_selection some;
	const struct flow_selection *sel = NULL;

	struct flow_scan_options options = { .threads = 2 };
	const char *paths[] = { path };
	struct flow_scan *scan = NULL;
	struct flow_scan_worker *w;
	const struct flow_batch *b;
	struct flow_error err = { .message = "" };
	enum flow_status st = FLOW_END;
	size_t task, seen = 0, wrong = 0, batches = 0;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(how != EARLY && f % 2 ? &options.late : &options.early, (enum flow_field)f);
	ok(flow_scan_open(paths, 1, &options, &scan, &err) == FLOW_OK);
	is_str(flow_scan_problem(scan, 0), NULL);
	w = flow_scan_worker_new(scan);
	while (flow_scan_take(w, &task)) {
		while ((st = flow_scan_next(w, &b, &err)) == FLOW_OK) {
			seen += b->rows;
			/* With late columns every other batch is stepped over. */
			if (how != EARLY && batches++ % 2 == 0)
				continue;
			sel = how == SELECTED && batches % 3 != 0 ? &some : NULL;
			select_some(&some, b->rows, batches);
			if (flow_scan_late(w, sel, &err) != FLOW_OK)
				break;
			for (f = 0; f < FLOW_FIELD_STORED; f++)
				wrong += differences(b, sel, f, seen - b->rows);
		}
		ok(st == FLOW_END);
	}
	is_str(err.message, "");
	is_uint(seen, rows);
	is_uint(wrong, 0);
	flow_scan_worker_free(w);
	flow_scan_free(scan);
}

static void
round_trip(size_t rows, const char *codec, bool groups)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = make_rows(rows);

	ok(flow_codec_parse(codec, &options, NULL) == FLOW_OK);
	write_file(b, &options, groups);
	read_file(rows, EARLY);
	read_file(rows, LATE);
	read_file(rows, SELECTED);
	flow_builder_free(b);
}

int
main(void)
{
	int fd = mkstemp(path);

	ok(fd >= 0);
	(void)close(fd);
	round_trip(0, "lz4", false);
	round_trip(1, "lz4", true);
	round_trip(8193, "none", true);
	round_trip(50000, "gzip:1", true);
	round_trip(50000, "lz4:9", false);
	round_trip(600000, "lz4", false);
	ok(unlink(path) == 0);
	return tap_done();
}
