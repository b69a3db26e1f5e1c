/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary files of sinks: those of the dead go, and nothing else. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "tap.h"

static char directory[] = "/tmp/test_sinks.XXXXXX";

static const char *
in_directory(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static bool
is_there(const char *name)
{
	return access(in_directory(name), F_OK) == 0;
}

static void
make(const char *name, int age_s)
{
	const struct timespec then[2] = { { time(NULL) - age_s, 0 }, { time(NULL) - age_s, 0 } };
	int fd = open(in_directory(name), O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || futimens(fd, then) != 0)
		abort();
	(void)close(fd);
}

static size_t
count_files(void)
{
	DIR *dir = opendir(directory);
	size_t n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2;
}

/* What is written has no name, where the system has such files, and takes one: a free one, or another's. */
static void
test_unnamed(void)
{
	struct file_sink sink = FILE_SINK_INIT;
	char bytes[8] = "", *path;
	struct stat st;
	int fd;

	ok(file_replace(in_directory("e"), "one", 3, NULL) == FLOW_OK);
	is_uint(count_files(), 1);
	is_int(file_sink_open(&sink, in_directory("e"), NULL), FLOW_OK);
	if (sink.temporary == NULL)
		is_uint(count_files(), 1);
	ok(file_write_all(sink.fd, "two", 3, NULL) == FLOW_OK);
	fd = file_sink_open_again(&sink);
	ok(pread(fd, bytes, 8, 0) == 3 && strcmp(bytes, "two") == 0);
	ok(write(fd, "x", 1) < 0);
	(void)close(fd);
	ok(stat(in_directory("e"), &st) == 0 && st.st_nlink == 1);
	is_int(file_sink_commit(&sink, NULL), FLOW_OK);
	is_uint(count_files(), 1);
	ok(stat(in_directory("e"), &st) == 0 && st.st_nlink == 1 && S_ISREG(st.st_mode));
	fd = open(in_directory("e"), O_RDONLY);
	ok(read(fd, bytes, 8) == 3 && strcmp(bytes, "two") == 0);
	(void)close(fd);
	is_int(file_sink_open(&sink, in_directory("e"), NULL), FLOW_OK);
	is_int(file_sink_commit_new(&sink, &path, NULL), FLOW_OK);
	is_str(path, in_directory("e.1"));
	free(path);
	is_uint(count_files(), 2);
	is_int(file_sink_open(&sink, in_directory("f"), NULL), FLOW_OK);
	file_sink_abort(&sink);
	is_uint(count_files(), 2);
	(void)unlink(in_directory("e"));
	(void)unlink(in_directory("e.1"));
}

/* A process that is killed while it writes leaves nothing, or a file that then goes. */
static void
test_killed(void)
{
	struct file_sink sink = FILE_SINK_INIT;
	char name[64];
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (file_sink_open(&sink, in_directory("a.parquet"), NULL) != FLOW_OK)
			_exit(1);
		(void)raise(SIGKILL);
		_exit(1);
	}
	(void)waitpid(child, &status, 0);
	(void)snprintf(name, sizeof(name), ".a.parquet.%ld-0", (long)child);
	ok(count_files() == is_there(name));
	make(name, 0);
	file_sinks_clean(directory, "b", ".parquet");
	file_sinks_clean(directory, "", ".state");
	ok(is_there(name));
	file_sinks_clean(directory, "", ".parquet");
	ok(!is_there(name));
}

/* One that is being written stays, however old, also under a number that is no process here. */
static void
test_alive(void)
{
	struct file_sink sink = FILE_SINK_INIT;
	const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	char *path = strdup(in_directory(".b.parquet.2147483646-0"));
	pid_t child;
	int status;

	/* As it is where there are no files without a name. */
	sink.fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	sink.path = strdup(in_directory("b.parquet"));
	sink.temporary = path;
	if (sink.fd < 0 || sink.path == NULL || flock(sink.fd, LOCK_EX | LOCK_NB) != 0)
		abort();
	(void)futimens(sink.fd, old);
	child = fork();
	if (child == 0) {
		/* The lock is the parent's description, which the child shares: let go of it here. */
		(void)close(sink.fd);
		file_sinks_clean(directory, "", ".parquet");
		_exit(0);
	}
	(void)waitpid(child, &status, 0);
	ok(access(path, F_OK) == 0);
	file_sink_abort(&sink);
	ok(!is_there(".b.parquet.2147483646-0"));
}

/* Of an earlier version, without a lock. */
static void
test_unlocked(void)
{
	char young[64], old[64];

	(void)snprintf(young, sizeof(young), ".c.parquet.%ld-0", (long)getpid());
	(void)snprintf(old, sizeof(old), ".c.parquet.%ld-1", (long)getpid());
	make(young, 0);
	make(old, 4000);
	make(".c.parquet.2147483646-0", 0);
	file_sinks_clean(directory, "", ".parquet");
	ok(is_there(young));
	ok(!is_there(old));
	ok(!is_there(".c.parquet.2147483646-0"));
	(void)unlink(in_directory(young));
}

/* Names that are not quite so, and what is no file. */
static void
test_others(void)
{
	static const char *const names[] = { "c.parquet.2147483646-0", ".parquet.2147483646-0",
		".c.parquet.2147483646", ".c.parquet.2147483646-", ".c.parquet.2147483646-0x", ".c.parquet.-5-0",
		".c.parquet.x-0", "..2147483646-0", ".c.txt.2147483646-0", ".2147483646-0" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		make(names[i], 4000);
	(void)mkdir(in_directory(".d.parquet.2147483646-0"), 0700);
	file_sinks_clean(directory, "", ".parquet");
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (!is_there(names[i]))
			printf("# %s\n", names[i]);
		ok(is_there(names[i]) || i == 1);
		(void)unlink(in_directory(names[i]));
	}
	ok(is_there(".d.parquet.2147483646-0"));
	(void)rmdir(in_directory(".d.parquet.2147483646-0"));
	file_sinks_clean("/nonexistent", "", "");
}

/* Devices and pipes are written, not replaced; nor is the name of what is open already. */
static void
test_special(void)
{
	struct file_sink sink = FILE_SINK_INIT;
	char bytes[4] = "", target[64];
	struct stat st;
	int fifo;

	if (mkfifo(in_directory("fifo"), 0600) != 0)
		abort();
	fifo = open(in_directory("fifo"), O_RDWR);
	ok(file_sink_open(&sink, in_directory("fifo"), NULL) == FLOW_OK);
	ok(file_write_all(sink.fd, "abc", 3, NULL) == FLOW_OK);
	ok(file_sink_commit(&sink, NULL) == FLOW_OK);
	ok(read(fifo, bytes, 3) == 3);
	is_str(bytes, "abc");
	ok(file_sink_open(&sink, in_directory("fifo"), NULL) == FLOW_OK);
	file_sink_abort(&sink);
	ok(file_sink_open(&sink, in_directory("fifo"), NULL) == FLOW_OK);
	ok(file_sink_commit_new(&sink, NULL, NULL) == FLOW_EIO);
	ok(stat(in_directory("fifo"), &st) == 0 && S_ISFIFO(st.st_mode));
	(void)close(fifo);
	(void)unlink(in_directory("fifo"));
	ok(file_sink_open(&sink, directory, NULL) == FLOW_EIO);
	/* A link as /dev/stdout is, to a file that is open. */
	make("open", 0);
	fifo = open(in_directory("open"), O_WRONLY);
	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", fifo);
	if (symlink(target, in_directory("link")) != 0)
		abort();
	if (access(in_directory("link"), W_OK) == 0) {
		ok(file_replace(in_directory("link"), "xyz", 3, NULL) == FLOW_OK);
		ok(lstat(in_directory("link"), &st) == 0 && S_ISLNK(st.st_mode));
		ok(stat(in_directory("open"), &st) == 0 && st.st_size == 3);
	}
	(void)close(fifo);
	(void)unlink(in_directory("link"));
	(void)unlink(in_directory("open"));
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		return 1;
	test_unnamed();
	test_killed();
	test_alive();
	test_unlocked();
	test_others();
	test_special();
	is_int(rmdir(directory), 0);
	return tap_done();
}
