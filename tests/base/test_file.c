/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static bool
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* Two at once find `path` taken: each gets a number of its own, before the suffix if there is one. */
static void
names_that_are_taken(const char *path)
{
	struct file_sink a = FILE_SINK_INIT, b = FILE_SINK_INIT;
	char suffixed[320], want[320], *got = NULL;
	struct flow_error err;

	ok(file_sink_open(&a, path, &err) == FLOW_OK);
	ok(file_sink_open(&b, path, &err) == FLOW_OK);
	ok(file_sink_commit_new(&a, &got, &err) == FLOW_OK);
	(void)snprintf(want, sizeof(want), "%s.1", path);
	is_str(got, want);
	ok(unlink(got) == 0);
	free(got);
	ok(file_sink_commit_new(&b, &got, &err) == FLOW_OK);
	is_str(got, want);
	ok(unlink(got) == 0);
	free(got);

	(void)snprintf(suffixed, sizeof(suffixed), "%s.x.parquet", path);
	for (int i = 0; i < 3; i++) {
		ok(file_sink_open(&a, suffixed, &err) == FLOW_OK);
		ok(file_sink_commit_new(&a, &got, &err) == FLOW_OK);
		(void)snprintf(want, sizeof(want), i > 0 ? "%s.x.%d.parquet" : "%s.x.parquet", path, i);
		is_str(got, want);
		free(got);
	}
	for (int i = 0; i < 3; i++) {
		(void)snprintf(want, sizeof(want), i > 0 ? "%s.x.%d.parquet" : "%s.x.parquet", path, i);
		ok(unlink(want) == 0);
	}
}

/* Hidden names too, but not . and .. */
static unsigned
names_in(const char *directory)
{
	DIR *d = opendir(directory);
	const struct dirent *entry;
	unsigned n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static void
commit_shows_the_file(const char *dir)
{
	struct file_sink sink = FILE_SINK_INIT;
	struct flow_error err;
	char path[300], directory[300];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/a/b/file", dir);
	ok(file_sink_open(&sink, path, &err) == FLOW_EIO);
	ok(strstr(err.message, path) != NULL);
	(void)snprintf(directory, sizeof(directory), "%s/a/b", dir);
	ok(file_mkdirs(directory, &err) == FLOW_OK);
	ok(file_mkdirs(directory, &err) == FLOW_OK);

	ok(file_sink_open(&sink, path, &err) == FLOW_OK);
	ok(file_write_all(sink.fd, "hello", 5, &err) == FLOW_OK);
	ok(!exists(path));
	/* It has no name, or where the file system has no such files, a hidden one. */
	is_uint(names_in(directory), sink.temporary != NULL);
	ok(sink.temporary == NULL || strncmp(strrchr(sink.temporary, '/'), "/.file.", 7) == 0);
	ok(file_sink_commit(&sink, &err) == FLOW_OK);
	is_uint(names_in(directory), 1);
	ok(stat(path, &st) == 0 && st.st_size == 5);

	names_that_are_taken(path);
	ok(stat(path, &st) == 0 && st.st_size == 5);

	ok(file_sink_open(&sink, path, &err) == FLOW_OK);
	file_sink_abort(&sink);
	file_sink_abort(&sink);
	is_uint(names_in(directory), 1);
	ok(unlink(path) == 0);

	ok(file_sink_open(&sink, path, &err) == FLOW_OK);
	ok(file_sink_commit_new(&sink, NULL, &err) == FLOW_OK);
	ok(exists(path));
}

static void
full_disk_is_an_error(void)
{
	struct flow_error err;
	int fd = open("/dev/full", O_WRONLY);

	if (fd < 0) {
		tap_skip("no /dev/full here");
		return;
	}
	ok(file_write_all(fd, "x", 1, &err) == FLOW_EIO);
	ok(strstr(err.message, "No space left") != NULL);
	(void)close(fd);
}

int
main(void)
{
	char dir[] = "/tmp/test_file.XXXXXX";
	char command[64];
	char *d;

	ok(mkdtemp(dir) != NULL);
	commit_shows_the_file(dir);
	full_disk_is_an_error();
	d = file_directory("x/y/z");
	is_str(d, "x/y");
	free(d);
	d = file_directory("z");
	is_str(d, ".");
	free(d);
	d = file_directory("/z");
	is_str(d, "/");
	free(d);
	(void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ok(system(command) == 0);
	return tap_done();
}
