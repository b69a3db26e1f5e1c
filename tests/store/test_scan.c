/* SPDX-License-Identifier: BSD-2-Clause */
/* What planning rules out, and what it may not. */
#include "store/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/builder.h"
#include "store/writer.h"
#include "tap.h"

#define ROWS 1000
#define GROUPS 4

static char path[] = "/tmp/test_scan.XXXXXX";

/* Group g: sources 10.g.0.0 to 10.g.3.231, ports 1000 g to 1000 g + 99, all times in second g. */
static struct flow_group *
make_group(unsigned g)
{
	const struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_group *group = NULL;
	struct addr *src;
	uint16_t *port;
	int64_t *first;
	size_t i;

	ok(flow_builder_reserve(b, ROWS) == FLOW_OK);
	src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, ROWS);
	for (i = 0; i < ROWS; i++)
		src[i] = addr_from_v4(UINT32_C(10) << 24 | g << 16 | (uint32_t)i);
	port = flow_builder_flat(b, FLOW_FIELD_SRC_PORT, ROWS);
	for (i = 0; i < ROWS; i++)
		port[i] = (uint16_t)(1000 * g + i % 100);
	first = flow_builder_flat(b, FLOW_FIELD_FIRST, ROWS);
	for (i = 0; i < ROWS; i++)
		first[i] = (int64_t)g * 1000 + (int64_t)i;
	flow_builder_commit(b, ROWS);
	ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
	flow_builder_free(b);
	return group;
}

static void
make_file(void)
{
	const struct flow_writer_options options = { .codec = FLOW_CODEC_LZ4, .ident = "here" };
	struct flow_writer *w = NULL;
	unsigned g;

	ok(flow_writer_open(path, &options, &w, NULL) == FLOW_OK);
	for (g = 0; g < GROUPS; g++)
		ok(flow_writer_append(w, make_group(g), NULL) == FLOW_OK);
	ok(flow_writer_close(w, NULL) == FLOW_OK);
}

/* Row groups left after clauses of one bound each. */
static struct flow_scan_plan
plan(const struct flow_bound *bound, size_t count)
{
	struct flow_clause clause[4];
	struct flow_bounds bounds = { clause, count };
	struct flow_scan_options options = { .bounds = &bounds, .threads = 1 };
	const char *paths[] = { path };
	struct flow_scan_plan p = { 0 };
	struct flow_scan *scan = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		clause[i] = (struct flow_clause){ &bound[i], 1 };
	ok(flow_scan_open(paths, 1, &options, &scan, NULL) == FLOW_OK);
	if (scan != NULL) {
		p = *flow_scan_plan(scan);
		is_str(flow_scan_ident(scan, 0), "here");
		is_uint(flow_scan_tasks(scan), p.groups - p.groups_pruned_by_statistics -
		    p.groups_pruned_by_bloom);
	}
	flow_scan_free(scan);
	return p;
}

static uint64_t
left(const struct flow_bound *bound, size_t count)
{
	return plan(bound, count).rows_left / ROWS;
}

static void
numbers(void)
{
	struct flow_bound port = { .field = FLOW_FIELD_SRC_PORT, .lo = 1099, .hi = 1999 };
	struct flow_bound first = { .field = FLOW_FIELD_FIRST, .lo = 1999, .hi = 2000 };
	struct flow_bound both[2];

	is_uint(left(&port, 1), 1);
	port.lo = 1100;
	is_uint(left(&port, 1), 0);
	is_uint(left(&first, 1), 2);
	port = (struct flow_bound){ .field = FLOW_FIELD_SRC_PORT, .lo = 2000, .hi = UINT64_MAX };
	is_uint(left(&port, 1), 2);
	both[0] = port;
	both[1] = first;
	is_uint(left(both, 2), 1);
	/* All null: no value can lie anywhere. */
	port.field = FLOW_FIELD_DST_PORT;
	is_uint(left(&port, 1), 0);
}

static void
texts(void)
{
	struct flow_text text[2];
	struct flow_bound host = { .field = FLOW_FIELD_SRC_ADDR, .text = text, .text_count = 1 };
	unsigned found = 0, ruled_out = 0, i;
	struct flow_scan_plan p;
	char name[2][32];

	/* Never a false negative. */
	for (i = 0; i < ROWS; i += 37) {
		(void)snprintf(name[0], sizeof(name[0]), "10.2.%u.%u", i >> 8, i & 255);
		text[0] = (struct flow_text){ name[0], (uint32_t)strlen(name[0]) };
		found += left(&host, 1) >= 1;
	}
	is_uint(found, (ROWS + 36) / 37);
	/* Within the bounds of group 1, but not there: about 1 % false positives. */
	for (i = 0; i < 100; i++) {
		(void)snprintf(name[0], sizeof(name[0]), "10.1.2.%u.", 100 + i);
		text[0] = (struct flow_text){ name[0], (uint32_t)strlen(name[0]) };
		p = plan(&host, 1);
		is_uint(p.groups_pruned_by_statistics, 3);
		ruled_out += p.groups_pruned_by_bloom == 1;
	}
	ok(ruled_out >= 85);
	/* Either of two. */
	(void)snprintf(name[0], sizeof(name[0]), "10.0.0.7");
	(void)snprintf(name[1], sizeof(name[1]), "10.3.0.7");
	text[0] = (struct flow_text){ name[0], 8 };
	text[1] = (struct flow_text){ name[1], 8 };
	host.text_count = 2;
	ok(left(&host, 1) >= 2 && left(&host, 1) < 4);
}

/* One row group of LONG rows, bytes ascending, but not so evenly that all would fit one page. */
#define LONG 100000

static uint64_t
long_bytes(uint64_t row)
{
	return (row << 20) + (row * 0x9e3779b9U & 0xfffff);
}

static void
make_long_file(void)
{
	const struct flow_writer_options options = { .codec = FLOW_CODEC_LZ4, .ident = "here" };
	struct flow_builder *b = flow_builder_new();
	struct flow_group *group = NULL;
	struct flow_writer *w = NULL;
	struct addr *src;
	uint64_t *bytes;
	uint32_t i;

	ok(flow_builder_reserve(b, LONG) == FLOW_OK);
	src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, LONG);
	for (i = 0; i < LONG; i++)
		src[i] = addr_from_v4(UINT32_C(10) << 24 | i % 500);
	bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, LONG);
	for (i = 0; i < LONG; i++)
		bytes[i] = long_bytes(i);
	flow_builder_commit(b, LONG);
	ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
	flow_builder_free(b);
	ok(flow_writer_open(path, &options, &w, NULL) == FLOW_OK);
	ok(flow_writer_append(w, group, NULL) == FLOW_OK);
	ok(flow_writer_close(w, NULL) == FLOW_OK);
}

/*
 * Reads the long file by bounds on the bytes (and, text not NULL, the destination); counts rows
 * with these bytes whose late source is right.
 */
static uint64_t
find_row(uint64_t row, const struct flow_text *text, bool sole, uint64_t *rows)
{
	const struct flow_bound bound[] = {
		{ .field = FLOW_FIELD_BYTES, .lo = long_bytes(row), .hi = long_bytes(row) },
		{ .field = FLOW_FIELD_SRC_ADDR, .text = text, .text_count = 1, .sole = sole },
	};
	const struct flow_clause clause = { bound, text != NULL ? 2 : 1 };
	const struct flow_bounds bounds = { &clause, 1 };
	struct flow_scan_options options = { .bounds = &bounds, .threads = 1 };
	const char *paths[] = { path };
	const struct flow_batch *batch;
	struct flow_scan_worker *w;
	struct flow_scan *scan = NULL;
	uint64_t found = 0;
	char name[32];
	size_t task, i;

	flow_fieldset_add(&options.early, FLOW_FIELD_BYTES);
	flow_fieldset_add(&options.early, FLOW_FIELD_SRC_ADDR);
	flow_fieldset_add(&options.late, FLOW_FIELD_SRC_ADDR);
	ok(flow_scan_open(paths, 1, &options, &scan, NULL) == FLOW_OK);
	w = flow_scan_worker_new(scan);
	*rows = 0;
	(void)snprintf(name, sizeof(name), "10.0.%u.%u", (unsigned)(row % 500 >> 8),
	    (unsigned)(row % 500 & 255));
	while (flow_scan_take(w, &task)) {
		while (flow_scan_next(w, &batch, NULL) == FLOW_OK) {
			const struct flow_column *src = &batch->column[FLOW_FIELD_SRC_ADDR];
			const uint64_t *bytes = batch->column[FLOW_FIELD_BYTES].values;

			*rows += batch->rows;
			is_int(src->form, sole ? FLOW_FORM_NULL : FLOW_FORM_DICT);
			ok(flow_scan_late(w, NULL, NULL) == FLOW_OK);
			for (i = 0; i < batch->rows; i++)
				found += bytes[i] == long_bytes(row) &&
				    src->dict->text[src->codes[i]].len == strlen(name) &&
				    memcmp(src->dict->text[src->codes[i]].p, name, strlen(name)) == 0;
		}
	}
	is_uint(*rows, flow_scan_plan(scan)->rows_left);
	is_uint(*rows + flow_scan_plan(scan)->rows_pruned_by_pages,
	    flow_scan_plan(scan)->groups_pruned_by_statistics > 0 ? 0 : LONG);
	flow_scan_worker_free(w);
	flow_scan_free(scan);
	return found;
}

static void
pages(void)
{
	const struct flow_text absent = { "192.0.2.1", 9 };
	uint64_t rows;
	unsigned row;

	make_long_file();
	for (row = 0; row < LONG; row += 4999) {
		is_uint(find_row(row, NULL, false, &rows), 1);
		ok(rows > 0 && rows <= LONG / 2);
	}
	/* The last batch is a short one: 100000 = 12 * 8192 + 1696. */
	is_uint(find_row(LONG - 1, NULL, false, &rows), 1);
	ok(rows % 8192 == 1696);
	is_uint(find_row(LONG, NULL, false, &rows), 0);
	is_uint(rows, 0);
	/* An alternative that no row of the group has: its column is not read, or read late. */
	is_uint(find_row(4711, &absent, false, &rows), 1);
	is_uint(find_row(4711, &absent, true, &rows), 1);
	ok(rows <= LONG / 2);
}

/*
 * Looks for one source in the long file: counts rows that have it and whose late columns are right,
 * and those that had another before the late columns came.
 */
static uint64_t
find_host(const struct flow_text *host, bool sole, uint64_t *others)
{
	const struct flow_bound bound = { .field = FLOW_FIELD_SRC_ADDR, .text = host, .text_count = 1,
		.sole = sole };
	const struct flow_clause clause = { &bound, 1 };
	const struct flow_bounds bounds = { &clause, 1 };
	struct flow_scan_options options = { .bounds = &bounds, .threads = 1 };
	const char *paths[] = { path };
	struct flow_selection sel = { .all = false };
	const struct flow_batch *batch;
	struct flow_scan_worker *w;
	struct flow_scan *scan = NULL;
	uint64_t found = 0, at = 0;
	size_t task;
	uint32_t i;

	flow_fieldset_add(&options.early, FLOW_FIELD_SRC_ADDR);
	flow_fieldset_add(&options.late, FLOW_FIELD_SRC_ADDR);
	flow_fieldset_add(&options.late, FLOW_FIELD_BYTES);
	ok(flow_scan_open(paths, 1, &options, &scan, NULL) == FLOW_OK);
	w = flow_scan_worker_new(scan);
	*others = 0;
	while (flow_scan_take(w, &task)) {
		for (; flow_scan_next(w, &batch, NULL) == FLOW_OK; at += batch->rows) {
			const struct flow_column *src = &batch->column[FLOW_FIELD_SRC_ADDR];
			const uint64_t *bytes;

			sel.count = 0;
			for (i = 0; i < batch->rows; i++) {
				struct flow_text text;

				if (!flow_column_has(src, i))
					continue;
				text = flow_column_text(src, i);
				if (text_compare(&text, host) == 0)
					sel.row[sel.count++] = (uint16_t)i;
				else
					++*others;
			}
			ok(flow_scan_late(w, &sel, NULL) == FLOW_OK);
			bytes = batch->column[FLOW_FIELD_BYTES].values;
			for (i = 0; i < sel.count; i++) {
				struct flow_text text = flow_column_text(src, sel.row[i]);

				found += text_compare(&text, host) == 0 &&
				    bytes[sel.row[i]] == long_bytes(at + sel.row[i]);
			}
		}
	}
	flow_scan_worker_free(w);
	flow_scan_free(scan);
	return found;
}

/* Each of the 500 sources has 200 rows of the 100000. */
static void
hosts(void)
{
	static const struct flow_text host = { "10.0.0.77", 9 }, absent = { "10.0.0.255.", 11 };
	uint64_t others;

	is_uint(find_host(&host, true, &others), 200);
	is_uint(others, 0);
	is_uint(find_host(&host, false, &others), 200);
	is_uint(others, LONG - 200);
	is_uint(find_host(&absent, true, &others), 0);
	is_uint(others, 0);
}

static void
missing_file(void)
{
	const struct flow_scan_options options = { .threads = 4 };
	const char *paths[] = { "/nonexistent/a.parquet", path, "/nonexistent/b.parquet" };
	struct flow_scan *scan = NULL;

	ok(flow_scan_open(paths, 3, &options, &scan, NULL) == FLOW_OK);
	ok(strstr(flow_scan_problem(scan, 0), "a.parquet: No such file") != NULL);
	ok(strstr(flow_scan_problem(scan, 1), "b.parquet: No such file") != NULL);
	is_str(flow_scan_problem(scan, 2), NULL);
	is_uint(flow_scan_tasks(scan), GROUPS);
	flow_scan_free(scan);
}

/* A row group of so many rows, which tell by their bytes that it is number so many. */
static struct flow_group *
sized_group(size_t rows, unsigned number)
{
	const struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_group *group = NULL;
	int64_t *bytes;

	ok(flow_builder_reserve(b, rows) == FLOW_OK);
	bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, rows);
	for (size_t i = 0; i < rows; i++)
		bytes[i] = number;
	flow_builder_commit(b, rows);
	ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
	flow_builder_free(b);
	return group;
}

/* In which order row groups of 100, 30, 99, 40, 75, 74 and, in a second file, as many rows come. */
static void
task_order(bool any_order, const unsigned *want)
{
	static const size_t rows[] = { 100, 30, 99, 40, 75, 74, 0 };
	const struct flow_writer_options writing = FLOW_WRITER_OPTIONS_INIT;
	struct flow_scan_options options = { .threads = 1, .any_order = any_order };
	const char *paths[] = { path, path };
	const struct flow_batch *batch;
	struct flow_writer *writer = NULL;
	struct flow_scan_worker *w;
	struct flow_scan *scan = NULL;
	size_t task, count = 0;

	ok(flow_writer_open(path, &writing, &writer, NULL) == FLOW_OK);
	for (unsigned g = 0; rows[g] > 0; g++)
		ok(flow_writer_append(writer, sized_group(rows[g], g), NULL) == FLOW_OK);
	ok(flow_writer_close(writer, NULL) == FLOW_OK);
	flow_fieldset_add(&options.early, FLOW_FIELD_BYTES);
	ok(flow_scan_open(paths, 2, &options, &scan, NULL) == FLOW_OK);
	is_uint(flow_scan_tasks(scan), 12);
	w = flow_scan_worker_new(scan);
	for (; flow_scan_take(w, &task); count++) {
		is_uint(task, count);
		ok(flow_scan_next(w, &batch, NULL) == FLOW_OK);
		is_uint(batch->rows, rows[want[count] % 6]);
		is_uint(((const uint64_t *)batch->column[FLOW_FIELD_BYTES].values)[0], want[count] % 6);
		is_uint(flow_scan_file(w), want[count] / 6);
	}
	is_uint(count, 12);
	flow_scan_worker_free(w);
	flow_scan_free(scan);
}

/* Rows of the file of a shared row group: two pieces and some rows, whose last batch is short. */
#define SHARED_ROWS 600001

/* One row group: bytes tell the row (long_bytes), its source is one of 500. */
static void
make_shared_file(void)
{
	const struct flow_writer_options options = { .codec = FLOW_CODEC_LZ4, .ident = "here" };
	struct flow_builder *b = flow_builder_new();
	struct flow_group *group = NULL;
	struct flow_writer *w = NULL;
	struct addr *src;
	int64_t *bytes;

	ok(flow_builder_reserve(b, SHARED_ROWS) == FLOW_OK);
	src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, SHARED_ROWS);
	bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, SHARED_ROWS);
	for (uint32_t i = 0; i < SHARED_ROWS; i++) {
		src[i] = addr_from_v4(UINT32_C(10) << 24 | i % 500);
		bytes[i] = (int64_t)long_bytes(i);
	}
	flow_builder_commit(b, SHARED_ROWS);
	ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
	flow_builder_free(b);
	ok(flow_writer_open(path, &options, &w, NULL) == FLOW_OK);
	ok(flow_writer_append(w, group, NULL) == FLOW_OK);
	ok(flow_writer_close(w, NULL) == FLOW_OK);
}

/* Whether rows from..from+n-1 have their bytes and, read late, their sources. */
static bool
rows_are(struct flow_scan_worker *w, const struct flow_batch *batch, uint64_t from)
{
	const uint64_t *bytes = batch->column[FLOW_FIELD_BYTES].values;
	bool right = flow_scan_late(w, NULL, NULL) == FLOW_OK;
	char name[32];

	for (size_t i = 0; i < batch->rows; i++) {
		struct flow_text text = flow_column_text(&batch->column[FLOW_FIELD_SRC_ADDR], i);
		int len = snprintf(name, sizeof(name), "10.0.%u.%u", (unsigned)((from + i) % 500 >> 8),
		    (unsigned)((from + i) % 500 & 255));

		right = right && bytes[i] == long_bytes(from + i) && text.len == (uint32_t)len &&
		    memcmp(text.p, name, text.len) == 0;
	}
	return right;
}

/*
 * Reads the shared file for so many workers, and gives the number of tasks; all rows from batch `least` on must
 * come once, in order, if bounds allow no others.
 */
static size_t
read_shared(unsigned split_for, uint64_t least)
{
	const struct flow_bound bound = { .field = FLOW_FIELD_BYTES, .lo = long_bytes(least * FLOW_BATCH_ROWS),
		.hi = UINT64_MAX };
	const struct flow_clause clause = { &bound, 1 };
	const struct flow_bounds bounds = { &clause, 1 };
	struct flow_scan_options options = { .threads = 1, .split_for = split_for,
		.bounds = least > 0 ? &bounds : NULL };
	uint64_t at = least * FLOW_BATCH_ROWS, told = 0;
	const char *paths[] = { path };
	const struct flow_batch *batch;
	struct flow_scan_worker *w;
	struct flow_scan *scan = NULL;
	bool whole, right = true;
	size_t task, tasks;

	flow_fieldset_add(&options.early, FLOW_FIELD_BYTES);
	flow_fieldset_add(&options.late, FLOW_FIELD_SRC_ADDR);
	ok(flow_scan_open(paths, 1, &options, &scan, NULL) == FLOW_OK);
	tasks = flow_scan_tasks(scan);
	w = flow_scan_worker_new(scan);
	while (flow_scan_take(w, &task)) {
		told += flow_scan_task_rows(scan, task, &whole);
		ok(whole == (tasks == 1 && least == 0));
		for (; flow_scan_next(w, &batch, NULL) == FLOW_OK; at += batch->rows) {
			is_uint(flow_scan_row(w), at);
			right = right && rows_are(w, batch, at);
		}
	}
	ok(right);
	is_uint(at, SHARED_ROWS);
	is_uint(told, SHARED_ROWS - least * FLOW_BATCH_ROWS);
	flow_scan_worker_free(w);
	flow_scan_free(scan);
	return tasks;
}

/* Workers share a large row group by ranges of its rows. */
static void
shared_group(void)
{
	make_shared_file();
	is_uint(read_shared(0, 0), 1);
	is_uint(read_shared(1, 0), 1);
	is_uint(read_shared(2, 0), 2);
	is_uint(read_shared(8, 0), 2);
	/* 558,000 rows are left of two pieces, then too few for two. */
	is_uint(read_shared(2, 5), 2);
	is_uint(read_shared(2, 40), 1);
}

int
main(void)
{
	int fd = mkstemp(path);

	ok(fd >= 0);
	(void)close(fd);
	make_file();
	is_uint(left(NULL, 0), GROUPS);
	numbers();
	texts();
	missing_file();
	pages();
	hosts();
	task_order(false, (const unsigned[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 });
	/* Those below three quarters of the largest last, by size and then as they stand. */
	task_order(true, (const unsigned[]){ 0, 2, 4, 6, 8, 10, 5, 11, 3, 9, 1, 7 });
	shared_group();
	ok(unlink(path) == 0);
	return tap_done();
}
