/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/slot_path.h"
#include "tap.h"

static char root[] = "/tmp/test_archive.XXXXXX";

static void
touch(const char *name)
{
	char path[300], *dir;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	dir = file_directory(path);
	ok(file_mkdirs(dir, NULL) == FLOW_OK);
	free(dir);
	f = fopen(path, "w");
	ok(f != NULL && fclose(f) == 0);
}

static void
path_is(const struct flow_files *files, size_t i, const char *want)
{
	is_str(i < files->count ? files->path[i] + strlen(root) + 1 : "(none)", want);
}

static void
a_tree_in_time_order(void)
{
	struct flow_files files = FLOW_FILES_INIT;

	ok(flow_files_add(&files, root) == FLOW_OK);
	flow_files_sort(&files);
	is_uint(files.count, 5);
	is_uint(files.problems, 0);
	path_is(&files, 0, "z/flowcap.202611230955.parquet");
	path_is(&files, 1, "a/flowcap.202611231000.parquet");
	path_is(&files, 2, "a/flowcap.20261123100030.parquet");
	path_is(&files, 3, "a/flowcap.202611231005.parquet");
	path_is(&files, 4, "a/other.parquet");
	flow_files_clear(&files);
}

static void
link_to(const char *target, const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	ok(symlink(target, path) == 0);
}

/* A year may be on another disk; what a link leads to that is gone must not be missed in silence. */
static void
links(void)
{
	struct flow_files files = FLOW_FILES_INIT;
	char text[300];

	touch("far/flowcap.202511231000.parquet");
	touch("near/flowcap.202611231000.parquet");
	link_to("../far", "near/2025");
	link_to("..", "near/up");
	link_to("gone.parquet", "near/flowcap.202611231005.parquet");
	link_to("gone.txt", "near/notes.txt");
	(void)snprintf(text, sizeof(text), "%s/near", root);
	ok(flow_files_add(&files, text) == FLOW_OK);
	flow_files_sort(&files);
	path_is(&files, 0, "near/2025/flowcap.202511231000.parquet");
	is_uint(files.problems, 1);
	is_str(files.problems == 1 ? files.problem[0] + strlen(root) + 1 : "",
	    "near/flowcap.202611231005.parquet: a link to nothing");
	flow_files_clear(&files);
}

static void
names_and_patterns(void)
{
	struct flow_files files = FLOW_FILES_INIT;
	char text[300];

	(void)snprintf(text, sizeof(text), "%s/a/flowcap.20261123100[05].parquet", root);
	ok(flow_files_add(&files, text) == FLOW_OK);
	(void)snprintf(text, sizeof(text), "%s/a/notes.txt", root);
	ok(flow_files_add(&files, text) == FLOW_OK);
	(void)snprintf(text, sizeof(text), "%s/a/flowcap.202611231000.parquet", root);
	ok(flow_files_add(&files, text) == FLOW_OK);
	flow_files_sort(&files);
	is_uint(files.count, 3);
	path_is(&files, 2, "a/notes.txt");
	(void)snprintf(text, sizeof(text), "%s/missing", root);
	ok(flow_files_add(&files, text) == FLOW_OK);
	is_uint(files.problems, 1);
	ok(files.problems == 1 && strstr(files.problem[0], "/missing: No such file") != NULL);
	ok(flow_files_add(&files, "-") == FLOW_OK);
	is_uint(files.count, 4);
	flow_files_clear(&files);
}

/* The files of a range, sorted, one behind the other. */
static const char *
range(const char *text)
{
	static char all[1024];
	struct flow_files files = FLOW_FILES_INIT;
	char path[300];
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", root, text);
	ok(flow_files_add_range(&files, path) == FLOW_OK);
	flow_files_sort(&files);
	all[0] = '\0';
	for (size_t i = 0; i < files.count; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s ", files.path[i] + strlen(root) + 1);
	flow_files_clear(&files);
	return all;
}

static void
ranges(void)
{
	is_str(range("a/flowcap.202611231000.parquet:flowcap.202611231005.parquet"),
	    "a/flowcap.202611231000.parquet a/flowcap.20261123100030.parquet "
	    "a/flowcap.202611231005.parquet ");
	/* The ends need not exist. */
	is_str(range("a/flowcap.202611231001.parquet:flowcap.202611231100.parquet"),
	    "a/flowcap.202611231005.parquet ");
	is_str(range("a/flowcap.202611231005.parquet"), "a/flowcap.202611231005.parquet a/other.parquet ");
	is_str(range("a/flowcap.202611231005.parquet:"),
	    "a/flowcap.202611231005.parquet a/other.parquet ");
	/* Across directories, with as many of them at both ends. */
	is_str(range("z/flowcap.202611230955.parquet:a/flowcap.202611231000.parquet"),
	    "z/flowcap.202611230955.parquet a/flowcap.202611231000.parquet ");
	is_str(range("z"), "z/flowcap.202611230955.parquet ");
	is_str(range("nowhere/x:y"), "");
}

/* What of a path is the archive's; the layouts are those of flowcap -S. */
static void
roots(void)
{
	static const struct {
		const char *path, *root;
	} c[] = {
		{ "t/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/01/02/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/01/02/03/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/00/5/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/00/5/03/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/002/flowcap.202601020345.parquet", "t/" },
		{ "t/2026/002/03/flowcap.202601020345.parquet", "t/" },
		{ "t/2026-01-02/flowcap.202601020345.parquet", "t/" },
		{ "t/2026-01-02/03/flowcap.202601020345.1.parquet", "t/" },
		{ "2026/01/02/03/flowcap.202601020345.parquet", "" },
		{ "/2026/01/02/03/flowcap.202601020345.parquet", "/" },
		{ "t//2026/01/02/flowcap.202601020345.parquet", "t//" },
		{ "02/03/flowcap.202601020345.parquet", "02/03/" },
		{ "t/2026/01/02/04/flowcap.202601020345.parquet", "t/2026/01/02/04/" },
		{ "t/x2026/01/02/flowcap.202601020345.parquet", "t/x2026/01/02/" },
		{ "t/2026/01/02/other.parquet", "t/2026/01/02/" },
		{ "t/year=2026/month=01/day=02/hour=03/flowcap.202601020345.parquet",
		    "t/year=2026/month=01/day=02/hour=03/" },
		{ "flowcap.202601020345.parquet", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		is_mem(c[i].path, flow_slot_root(c[i].path), c[i].root, strlen(c[i].root));
}

int
main(void)
{
	char command[64];

	ok(mkdtemp(root) != NULL);
	touch("a/flowcap.202611231005.parquet");
	touch("a/flowcap.20261123100030.parquet");
	touch("a/flowcap.202611231000.parquet");
	touch("a/.flowcap.202611231010.parquet.1-0");
	touch("a/.flowcap.202611231010.parquet");
	touch("a/notes.txt");
	touch("a/other.parquet");
	touch("z/flowcap.202611230955.parquet");
	touch(".hidden/flowcap.202611230950.parquet");
	a_tree_in_time_order();
	names_and_patterns();
	ranges();
	links();
	(void)snprintf(command, sizeof(command), "rm -r '%s'", root);
	ok(system(command) == 0);
	roots();
	return tap_done();
}
