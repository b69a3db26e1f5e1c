/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/journal_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include "collect/collect_helper.h"
#include "tap.h"

#define MIB ((size_t)1 << 20)
#define CHUNK ((size_t)64 << 10)

/* Memory as a file system has none to give back. */
#define TMPFS_MAGIC 0x01021994

static uint8_t chunk[CHUNK];

static int
make_file(const char *directory, const char *name)
{
	char path[1000];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static void
fill(struct journal_cache *c, int fd, size_t mib)
{
	size_t at;

	for (at = 0; at < mib * MIB; at += CHUNK) {
		memset(chunk, (int)(at / CHUNK % 251), CHUNK);
		(void)!pwrite(fd, chunk, CHUNK, (off_t)at);
		journal_cache_written(c, (int64_t)(at + CHUNK));
	}
}

/* How much of a file is in memory, in MiB. */
static size_t
resident(int fd, size_t mib)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = mib * MIB / page, i, n = 0;
	unsigned char *in = malloc(pages);
	void *map = mmap(NULL, mib * MIB, PROT_READ, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED && in != NULL && mincore(map, mib * MIB, (void *)in) == 0)
		for (i = 0; i < pages; i++)
			n += in[i] & 1;
	(void)munmap(map, mib * MIB);
	free(in);
	return n * page / MIB;
}

static size_t
wrong_chunks(int fd, size_t mib)
{
	size_t at, wrong = 0;

	for (at = 0; at < mib * MIB; at += CHUNK)
		wrong += pread(fd, chunk, CHUNK, (off_t)at) != (ssize_t)CHUNK || chunk[0] != at / CHUNK % 251 ||
		    memcmp(chunk, chunk + 1, CHUNK - 1) != 0;
	return wrong;
}

static bool
can_drop(int fd)
{
#if defined(__linux__)
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type != TMPFS_MAGIC;
#else
	(void)fd;
	return false;
#endif
}

/* Of two files all but the last 16 MiB leave memory, and are there when they are read. */
static void
test_two_files(const char *directory)
{
	struct journal_cache *c = journal_cache_new(16 * MIB);
	int first = make_file(directory, "first"), second = make_file(directory, "second");
	unsigned tries;

	ok(c != NULL);
	journal_cache_begin(c, first);
	fill(c, first, 48);
	journal_cache_begin(c, second);
	fill(c, second, 48);
	/* The disk may be busy with other things. */
	for (tries = 0; can_drop(first) && tries < 1200 && resident(first, 48) + resident(second, 48) > 24; tries++)
		(void)usleep(50000);
	if (can_drop(first)) {
		ok(resident(first, 48) <= 8);
		ok(resident(second, 48) <= 24);
	}
	journal_cache_free(c);
	is_uint(wrong_chunks(first, 48), 0);
	is_uint(wrong_chunks(second, 48), 0);
	(void)close(first);
	(void)close(second);
}

/* More files than are followed, some of which are gone meanwhile: nothing is needed of it but to go on. */
static void
test_many_files(const char *directory)
{
	struct journal_cache *c = journal_cache_new(MIB);
	char name[20];
	int i, fd[50];

	for (i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof(name), "many%d", i);
		fd[i] = make_file(directory, name);
		journal_cache_begin(c, fd[i]);
		fill(c, fd[i], 1);
		if (i % 3 == 0) {
			char path[1000];

			(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
			is_int(unlink(path), 0);
		}
	}
	journal_cache_free(c);
	for (i = 0; i < 50; i++) {
		is_uint(wrong_chunks(fd[i], 1), 0);
		(void)close(fd[i]);
	}
}

/* How many of our descriptors are of files that were removed; 0 where that cannot be told. */
static size_t
open_and_removed(const char *directory)
{
	size_t n = 0;
	char link[40], path[1000];
	int fd;

	for (fd = 0; fd < 200; fd++) {
		ssize_t len;

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, path, sizeof(path) - 1);
		path[len > 0 ? len : 0] = '\0';
		n += strstr(path, directory) != NULL && strstr(path, "(deleted)") != NULL;
	}
	return n;
}

/* What is removed is soon closed, though there is room for more: else its blocks are not free. */
static void
test_removed(const char *directory)
{
	struct journal_cache *c = journal_cache_new(64 * MIB);
	char path[1000];
	unsigned tries;
	int i;

	for (i = 0; i < 3; i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "%s/removed", directory);
		fd = make_file(directory, "removed");
		journal_cache_begin(c, fd);
		fill(c, fd, 1);
		is_int(unlink(path), 0);
		(void)close(fd);
	}
	for (tries = 0; tries < 200 && open_and_removed(directory) > 0; tries++)
		(void)usleep(50000);
	is_uint(open_and_removed(directory), 0);
	/* The writer goes on with the file that is gone. */
	journal_cache_written(c, 2 * (int64_t)MIB);
	journal_cache_free(c);
}

int
main(void)
{
	char *directory = test_directory();

	test_two_files(directory);
	test_many_files(directory);
	test_removed(directory);
	journal_cache_begin(NULL, 0);
	journal_cache_written(NULL, 1);
	journal_cache_free(NULL);
	test_directory_remove(directory);
	return tap_done();
}
