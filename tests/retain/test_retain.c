/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees of files that are no Parquet files: their ends are when they were written. */
#include "retain/retain.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tap.h"
#include "time/stamp.h"

static char root[] = "/tmp/test_retain.XXXXXX";
static char gone[4096], problems[4096];
static int64_t now_ms;

static void
remember(void *context, const char *path, uint64_t bytes)
{
	(void)context;
	(void)bytes;
	(void)snprintf(gone + strlen(gone), sizeof(gone) - strlen(gone), "%s\n", path + strlen(root) + 1);
}

static void
take_problem(void *context, const char *message)
{
	(void)context;
	(void)snprintf(problems + strlen(problems), sizeof(problems) - strlen(problems), "%s\n", message);
}

static const char *
path_of(const char *name)
{
	static char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

/* A file of so many bytes that was written at that time. */
static void
put(const char *name, size_t bytes, const char *when)
{
	struct timespec times[2] = { { 0, 0 }, { 0, 0 } };
	char *dir = file_directory(path_of(name));
	int64_t ms;
	int fd;

	ok(file_mkdirs(dir, NULL) == FLOW_OK);
	free(dir);
	fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0666);
	ok(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0 && close(fd) == 0);
	ok(stamp_parse(when, strlen(when), STAMP_UTC, 0, &ms, NULL) == FLOW_OK);
	times[0].tv_sec = times[1].tv_sec = (time_t)(ms / 1000);
	ok(utimensat(AT_FDCWD, path_of(name), times, 0) == 0);
}

static bool
there(const char *name)
{
	struct stat st;

	return lstat(path_of(name), &st) == 0;
}

static struct retain_sum
run(const char *limits, bool dry_run, const char *first, const char *second)
{
	struct retain_options o = { .dry_run = dry_run, .now_ms = now_ms, .gone = remember, .problem = take_problem };
	char a[600], b[600];
	const char *directories[2] = { a, b };
	struct retain_sum sum;

	(void)snprintf(a, sizeof(a), "%s/%s", root, first);
	(void)snprintf(b, sizeof(b), "%s/%s", root, second != NULL ? second : "");
	gone[0] = problems[0] = '\0';
	ok(retain_limits_parse(limits, &o.limits, &o.each, NULL) == FLOW_OK);
	ok(retain_run(directories, second != NULL ? 2 : 1, &o, &sum) == FLOW_OK);
	return sum;
}

/* Two exporters of three days, as flowcap -M has them. */
static void
make_two(const char *top)
{
	static const char *const days[] = { "01", "02", "03" };
	char name[200], when[32];

	for (size_t e = 1; e <= 2; e++)
		for (size_t d = 0; d < 3; d++) {
			(void)snprintf(name, sizeof(name), "%s/10-0-0-%zu/2026/01/%s/10/flowcap.202601%s1000.parquet",
			    top, e, days[d], days[d]);
			(void)snprintf(when, sizeof(when), "2026-01-%sT10:05:0%zuZ", days[d], e);
			put(name, 1000 * e, when);
		}
}

static void
by_age(void)
{
	struct retain_sum sum;

	make_two("age");
	/* 30 days before 2026-02-01T10:05:01.5: the second exporter's file ended a second later. */
	now_ms = INT64_C(1769940301500);
	sum = run("age=30d", true, "age", NULL);
	is_str(gone, "age/10-0-0-1/2026/01/01/10/flowcap.202601011000.parquet\n"
	    "age/10-0-0-2/2026/01/01/10/flowcap.202601011000.parquet\n"
	    "age/10-0-0-1/2026/01/02/10/flowcap.202601021000.parquet\n");
	is_uint(sum.files, 3);
	is_uint(sum.bytes, 4000);
	is_uint(sum.kept_files, 3);
	ok(there("age/10-0-0-1/2026/01/01/10/flowcap.202601011000.parquet"));
	sum = run("age=30d", false, "age", NULL);
	is_uint(sum.files, 3);
	is_uint(sum.directories, 6);
	ok(!there("age/10-0-0-1/2026/01/01") && there("age/10-0-0-1/2026/01") && !there("age/10-0-0-1/2026/01/02"));
	ok(there("age/10-0-0-2/2026/01/02/10/flowcap.202601021000.parquet"));
	sum = run("age=30d", false, "age", NULL);
	is_uint(sum.files + sum.directories + sum.problems, 0);
	sum = run("age=1d", false, "age", NULL);
	is_uint(sum.files, 3);
	/* An archive's own directory stays. */
	ok(there("age/10-0-0-1") && !there("age/10-0-0-1/2026"));
	is_str(problems, "");
}

static void
by_size(void)
{
	struct retain_sum sum;

	make_two("size");
	/* 9000 bytes: the two of 01-01 make 6000. */
	sum = run("size=6k", true, "size", NULL);
	is_uint(sum.files, 2);
	sum = run("size=6.001k", true, "size", NULL);
	is_uint(sum.files, 2);
	sum = run("size=5.999k", true, "size", NULL);
	is_uint(sum.files, 3);
	sum = run("size=9k", true, "size", NULL);
	is_uint(sum.files, 0);
	/* Each archive by itself: 3000 and 6000. */
	sum = run("size=3k,each", false, "size", NULL);
	is_str(gone, "size/10-0-0-2/2026/01/01/10/flowcap.202601011000.parquet\n"
	    "size/10-0-0-2/2026/01/01/10/\nsize/10-0-0-2/2026/01/01/\n"
	    "size/10-0-0-2/2026/01/02/10/flowcap.202601021000.parquet\n"
	    "size/10-0-0-2/2026/01/02/10/\nsize/10-0-0-2/2026/01/02/\n");
	/* Named twice, and one within the other: counted once. */
	sum = run("size=5k", true, "size", "size");
	is_uint(sum.files, 0);
	sum = run("size=5k", true, "size", "size/10-0-0-1");
	is_uint(sum.files, 0);
	sum = run("size=0.001k", false, "size", NULL);
	is_uint(sum.files, 4);
	is_uint(sum.kept_files, 0);
	is_uint(sum.problems, 0);
}

static void
what_is_not_ours(void)
{
	static const char *const spared[] = {
		"other/2026/01/01/10/flows-0001.parquet", "other/2026/01/01/10/flowcap.202601011000.parquet.bak",
		"other/.hidden/flowcap.202601011000.parquet", "other/2026/.flowcap.202601011000.parquet.1-0",
		"other/.flowcap.r123-1.journal", "other/.flowcap.state", "other/far/flowcap.202601011000.parquet",
		"other/held/2026/01/01/flowcap.202601011000.parquet", "other/held/.keep",
	};
	struct retain_sum sum;

	for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
		put(spared[i], 10, "2026-01-01T10:00:00Z");
	put("other/2026/01/02/flowcap.202601021000.parquet", 10, "2026-01-02T10:00:00Z");
	ok(mkdir(path_of("other/2026/01/09"), 0777) == 0 && mkdir(path_of("other/10-0-0-1"), 0777) == 0);
	ok(mkdir(path_of("other/tree"), 0777) == 0);
	ok(symlink("../far", path_of("other/tree/2025")) == 0);
	ok(symlink("../../../far/flowcap.202601011000.parquet",
	    path_of("other/2026/01/01/flowcap.202601011005.parquet")) == 0);
	sum = run("age=1d", false, "other/2026", "other/tree");
	is_str(gone, "other/2026/01/02/flowcap.202601021000.parquet\nother/2026/01/02/\n");
	sum = run("age=1d,size=0.001k", false, "other/held", NULL);
	is_uint(sum.files, 0);
	is_uint(sum.held, 1);
	for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
		ok(there(spared[i]));
	ok(there("other/2026/01/01/flowcap.202601011005.parquet") && there("other/10-0-0-1"));
	/* It is empty, but was made just now. */
	ok(there("other/2026/01/09"));
}

/* Two files of one beginning, one of which holds a day; the name that comes first is that of the longer. */
static void
ends_count(void)
{
	struct retain_sum sum;

	put("ends/flowcap.202601010000.parquet", 100, "2026-01-02T00:00:00Z");
	put("ends/flowcap.202601010000.1.parquet", 10, "2026-01-01T00:05:00Z");
	put("ends/flowcap.202601011200.parquet", 10, "2026-01-01T12:05:00Z");
	put("ends/flowcap.202601020000.parquet", 10, "2026-01-02T00:05:00Z");
	sum = run("size=0.11k", true, "ends", NULL);
	is_str(gone, "ends/flowcap.202601010000.1.parquet\nends/flowcap.202601011200.parquet\n");
	sum = run("size=0.109k", false, "ends", NULL);
	is_str(gone, "ends/flowcap.202601010000.1.parquet\nends/flowcap.202601011200.parquet\n"
	    "ends/flowcap.202601010000.parquet\n");
	is_uint(sum.problems, 0);
}

static void
what_is_not_over(void)
{
	struct retain_sum sum;

	put("over/flowcap.202601311000.parquet", 10, "2026-01-31T10:05:00Z");
	put("over/flowcap.202602011000.parquet", 10, "2026-02-01T10:10:00Z");
	put("over/flowcap.203001010000.parquet", 10, "2026-01-01T00:00:00Z");
	sum = run("size=0.001k", false, "over", NULL);
	is_str(gone, "over/flowcap.202601311000.parquet\n");
	is_str(problems, "the size: 19 bytes more would have to go, but no more may\n");
	is_uint(sum.kept_files, 2);
}

static void
in_use(void)
{
	struct retain_sum sum;
	int fd;

	put("use/2026/01/01/flowcap.202601011000.parquet", 10, "2026-01-01T10:05:00Z");
	put("use/2026/01/02/flowcap.202601021000.parquet", 10, "2026-01-02T10:05:00Z");
	fd = open(path_of("use/2026/01/01"), O_RDONLY | O_DIRECTORY);
	ok(fd >= 0 && flock(fd, LOCK_EX) == 0);
	/* Nothing younger goes instead. */
	sum = run("size=0.01k", false, "use", NULL);
	is_uint(sum.files, 0);
	is_uint(sum.in_use, 1);
	is_uint(sum.problems, 0);
	sum = run("age=2d", false, "use", NULL);
	is_uint(sum.files, 1);
	is_uint(sum.in_use, 1);
	ok(close(fd) == 0);
	sum = run("size=0.001k", false, "use", NULL);
	is_str(gone, "use/2026/01/01/flowcap.202601011000.parquet\nuse/2026/01/01/\nuse/2026/01/\nuse/2026/\n");
}

static void
what_is_missing(void)
{
	struct retain_sum sum = run("age=1d", false, "nowhere", NULL);

	is_uint(sum.problems, 1);
	ok(strstr(problems, "nowhere: No such file or directory") != NULL);
}

int
main(void)
{
	char command[100];

	if (mkdtemp(root) == NULL)
		return 1;
	by_age();
	by_size();
	what_is_not_ours();
	ends_count();
	what_is_not_over();
	in_use();
	what_is_missing();
	(void)snprintf(command, sizeof(command), "rm -rf %s", root);
	ok(system(command) == 0);
	return tap_done();
}
