/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are removed, replaced and merged between planning and reading. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/builder.h"
#include "store/archive.h"
#include "store/merged.h"
#include "store/scan.h"
#include "store/writer.h"
#include "tap.h"

/* More than a scan keeps open with their footers. */
#define FILES 300

static char directory[] = "/tmp/test_vanish.XXXXXX";

static char *
path_of(unsigned i)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "%s/flowcap.20260101%04u.parquet", directory, i);
	return path;
}

/* `rows` rows with `port` as their port. */
static void
make_file(unsigned i, uint16_t port, size_t rows)
{
	const struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_writer *w = NULL;
	uint16_t *p;
	size_t k;

	if (flow_builder_reserve(b, rows) != FLOW_OK ||
	    (p = flow_builder_flat(b, FLOW_FIELD_SRC_PORT, rows)) == NULL)
		abort();
	for (k = 0; k < rows; k++)
		p[k] = port;
	flow_builder_commit(b, rows);
	if (flow_writer_open(path_of(i), &options, &w, NULL) != FLOW_OK ||
	    flow_writer_batch(w, flow_builder_batch(b), NULL, NULL) != FLOW_OK ||
	    flow_writer_close(w, NULL) != FLOW_OK)
		abort();
	flow_builder_free(b);
}

static struct flow_scan *
plan(const struct flow_files *files)
{
	struct flow_scan_options options = { .threads = 2 };
	struct flow_scan *scan = NULL;

	flow_fieldset_add(&options.early, FLOW_FIELD_SRC_PORT);
	if (flow_scan_open((const char *const *)files->path, files->count, &options, &scan, NULL) != FLOW_OK)
		abort();
	return scan;
}

/* The sum of all ports; *failures counts tasks that could not be read. */
static uint64_t
sum_ports(struct flow_scan *scan, unsigned *failures)
{
	struct flow_scan_worker *w = flow_scan_worker_new(scan);
	const struct flow_batch *batch;
	enum flow_status st;
	uint64_t sum = 0;
	size_t task, row;

	*failures = 0;
	while (flow_scan_take(w, &task)) {
		while ((st = flow_scan_next(w, &batch, NULL)) == FLOW_OK)
			for (row = 0; row < batch->rows; row++)
				sum += flow_column_number(&batch->column[FLOW_FIELD_SRC_PORT], FLOW_TYPE_U16, row);
		*failures += st != FLOW_END;
	}
	flow_scan_worker_free(w);
	return sum;
}

static void
make_all(struct flow_files *files)
{
	unsigned i;

	for (i = 0; i < FILES; i++)
		make_file(i, (uint16_t)i, 10);
	if (flow_files_add(files, directory) != FLOW_OK)
		abort();
	flow_files_sort(files);
}

/* What was planned is read: port i ten times, for each of the files. */
static void
test_removed_and_replaced(void)
{
	struct flow_files files = FLOW_FILES_INIT;
	struct flow_scan *scan;
	unsigned i, failures;

	make_all(&files);
	is_uint(files.count, FILES);
	scan = plan(&files);
	for (i = 0; i < FILES; i += 2)
		(void)unlink(path_of(i));
	for (i = 1; i < FILES; i += 2)
		make_file(i, 9999, 77);
	is_uint(sum_ports(scan, &failures), 10 * FILES * (FILES - 1) / 2);
	is_uint(failures, 0);
	ok(!flow_scan_vanished(scan));
	flow_scan_free(scan);

	/* Listed before, opened after: it is said that half of them are gone. */
	scan = plan(&files);
	ok(flow_scan_vanished(scan));
	ok(flow_scan_problem(scan, FILES / 2 - 1) != NULL && flow_scan_problem(scan, FILES / 2) == NULL);
	flow_scan_free(scan);
	ok(flow_files_settled(&files));
	make_file(FILES, 1, 1);
	ok(!flow_files_settled(&files));
	(void)unlink(path_of(FILES));
	is_int(flow_files_again(&files), FLOW_OK);
	is_uint(files.count, FILES / 2);
	scan = plan(&files);
	ok(!flow_scan_vanished(scan));
	is_uint(sum_ports(scan, &failures), UINT64_C(9999) * 77 * FILES / 2);
	flow_scan_free(scan);
	flow_files_clear(&files);
}

/* Descriptors for a few of them only: another file of the name is never taken for the one that was planned. */
static void
test_few_descriptors(void)
{
	struct rlimit saved, few = { 64, 64 };
	struct flow_files files = FLOW_FILES_INIT;
	struct flow_scan *scan;
	unsigned i, failures;

	make_all(&files);
	(void)getrlimit(RLIMIT_NOFILE, &saved);
	few.rlim_max = saved.rlim_max;
	scan = plan(&files);
	flow_scan_free(scan);
	if (setrlimit(RLIMIT_NOFILE, &few) != 0) {
		tap_skip("no limit of descriptors can be set");
		return;
	}
	scan = plan(&files);
	for (i = 0; i < FILES; i++)
		make_file(i, 9999, 10);
	ok(sum_ports(scan, &failures) <= 10 * FILES * (FILES - 1) / 2);
	ok(failures > 0);
	flow_scan_free(scan);
	(void)setrlimit(RLIMIT_NOFILE, &saved);
	flow_files_clear(&files);
}

/* Entries by hand; names that lead elsewhere are passed over, other sizes and times are other files. */
static void
test_merged(void)
{
	static const char json[] = "[{\"name\":\"b.parquet\",\"bytes\":5,\"mtime_ns\":7000000008},"
	    "{\"name\":\"/d.parquet\",\"bytes\":5,\"mtime_ns\":7},{\"name\":\"\",\"bytes\":1,\"mtime_ns\":1},"
	    "{\"name\":\"a.parquet\",\"bytes\":5,\"mtime_ns\":7},{\"bytes\":5},7]";
	struct flow_merged m = FLOW_MERGED_INIT;
	struct stat st = { .st_size = 5, .st_mtim = { 7, 8 } };
	struct buf again = BUF_INIT;

	is_int(flow_merged_add(&m, "dir/a.parquet", json, strlen(json)), FLOW_OK);
	is_uint(m.used, 1);
	ok(flow_merged_has(&m, "dir/b.parquet", &st));
	ok(flow_merged_has(&m, "dir/b.parquet", NULL));
	ok(!flow_merged_has(&m, "dir/a.parquet", NULL));
	ok(!flow_merged_has(&m, "b.parquet", &st));
	st.st_mtim.tv_nsec = 9;
	ok(!flow_merged_has(&m, "dir/b.parquet", &st));
	st.st_mtim.tv_nsec = 8;
	buf_append_u8(&again, '[');
	flow_merged_append(&again, "dir/a.parquet", "dir/b.parquet", &st);
	buf_append_u8(&again, ']');
	is_mem(again.data, again.len, "[{\"name\":\"b.parquet\",\"bytes\":5,\"mtime_ns\":7000000008}]", 54);
	buf_release(&again);
	flow_merged_clear(&m);
	is_int(flow_merged_add(&m, "a", "{[", 2), FLOW_OK);
	is_uint(m.used, 0);
	flow_merged_clear(&m);
}

/* Names in other directories, as they are found and as readers may spell them. */
static void
test_merged_elsewhere(void)
{
	static const struct {
		const char *holder, *name, *path;	/* NULL: passed over */
	} c[] = {
		{ "t/01/00/a", "../01/b", "t/01/01/b" },
		{ "t/01/00/a", "../01/b", "./t//01/./01/b" },
		{ "./t//01/00/a", "../01/b", "t/01/01/b" },
		{ "/t/01/31/23/a", "../../../02/01/00/b", "/t/02/01/00/b" },
		{ "/a", "../b", "/../b" },
		{ "t/a", "01/b", "t/01/b" },
		{ "t/01/a", "../01/a", NULL },
		{ "t/01/a", "a", NULL },
		{ "a", "../01/b", "../01/b" },
		{ "./a", "../01/b", "../01/b" },
		{ "../00/a", "../01/b", "../01/b" },
		{ "../a", "../01/b", "../../01/b" },
		{ "1/2/3/4/5/a", "../../../../b", "1/b" },
		{ "1/2/3/4/5/a", "../../../../../b", NULL },
		{ "1/2/a", "../3/../4/b", NULL },
		{ "1/2/a", "../", NULL },
		{ "1/2/a", "../..", NULL },
		{ "1/2/a", "..", NULL },
		{ "1/2/a", "..//b", NULL },
		{ "1/2/a", "../3/./b", NULL },
		{ "1/2/a", "../3/", NULL },
		{ "1/2/a", "/etc/b", NULL },
		{ "1/2/a", "./b", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct flow_merged m = FLOW_MERGED_INIT;
		struct buf json = BUF_INIT;

		buf_printf(&json, "[{\"name\":\"%s\",\"bytes\":5,\"mtime_ns\":7}]", c[i].name);
		is_int(flow_merged_add(&m, c[i].holder, (const char *)json.data, json.len), FLOW_OK);
		is_uint(m.used, c[i].path != NULL);
		ok(c[i].path == NULL || flow_merged_has(&m, c[i].path, NULL));
		buf_release(&json);
		flow_merged_clear(&m);
	}
}

static void
test_merged_name(const char *holder, const char *path, const char *name)
{
	struct stat st = { .st_size = 5, .st_mtim = { 7, 8 } };
	struct buf json = BUF_INIT, want = BUF_INIT;

	buf_append_u8(&json, '[');
	flow_merged_append(&json, holder, path, &st);
	buf_printf(&want, "[{\"name\":\"%s\",\"bytes\":5,\"mtime_ns\":7000000008}", name);
	is_mem(json.data, json.len, want.data, want.len);
	buf_release(&json);
	buf_release(&want);
}

int
main(void)
{
	unsigned i;

	if (mkdtemp(directory) == NULL)
		return 1;
	test_removed_and_replaced();
	test_few_descriptors();
	test_merged();
	test_merged_elsewhere();
	test_merged_name("dir/a", "dir/b\"", "b\\\"");
	test_merged_name("a", "b", "b");
	test_merged_name("t/2026/01/01/00/a", "t/2026/01/01/13/b", "../13/b");
	test_merged_name("t/2026/01/31/23/a", "t/2026/02/01/00/b", "../../../02/01/00/b");
	test_merged_name("t//00/a", "t//00/b", "b");
	test_merged_name("t/a", "t/01/b", "01/b");
	for (i = 0; i < FILES; i++)
		(void)unlink(path_of(i));
	(void)rmdir(directory);
	return tap_done();
}
