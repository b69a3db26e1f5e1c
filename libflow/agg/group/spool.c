/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE	/* qsort_r */
#include "agg/group/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

/* Smaller sizes are not worth a file. */
#define SPOOL_MIN ((size_t)64 << 10)

/* The most elements that the library sorts, and the greatest size of one. */
#define SORT_TOGETHER 65536
#define SORT_SIZE 64

static enum flow_status
map_file(struct spool *s, const char *folder, size_t bytes, struct flow_error *err)
{
	int fd = file_open_scratch(folder, err), failed;
	void *p;

	if (fd < 0)
		return FLOW_EIO;
	failed = posix_fallocate(fd, 0, (off_t)bytes);
	if (failed != 0) {
		(void)close(fd);
		errno = failed;
		return flow_fail_errno(err, "%s: %zu bytes of a temporary file", folder, bytes);
	}
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return flow_fail_errno(err, "%s: temporary file", folder);
	*s = (struct spool){ p, bytes, true };
	return FLOW_OK;
}

enum flow_status
spool_alloc(struct spool *s, const char *folder, size_t bytes, struct flow_error *err)
{
	void *p;

	if (folder != NULL && bytes >= SPOOL_MIN)
		return map_file(s, folder, bytes, err);
	p = malloc(bytes > 0 ? bytes : 1);
	if (p == NULL)
		return flow_fail_memory(err);
	*s = (struct spool){ p, bytes, false };
	return FLOW_OK;
}

void
spool_free(struct spool *s)
{
	if (s->mapped)
		(void)munmap(s->p, s->bytes);
	else
		free(s->p);
	memset(s, 0, sizeof(*s));
}

void
spool_rest(const struct spool *s)
{
	/* The mapping is shared, so the file keeps the contents. */
	if (s->mapped)
		(void)madvise(s->p, s->bytes, MADV_DONTNEED);
}

struct sort {
	size_t size;
	spool_compare *compare;
	void *arg;
};

static void
exchange(const struct sort *s, char *a, char *b)
{
	char t[SORT_SIZE];

	memcpy(t, a, s->size);
	memcpy(a, b, s->size);
	memcpy(b, t, s->size);
}

/* Moves the median of the first, middle and last element to the front. */
static void
choose_pivot(const struct sort *s, char *list, size_t n)
{
	char *mid = list + n / 2 * s->size, *last = list + (n - 1) * s->size;

	if (s->compare(mid, last, s->arg) > 0)
		exchange(s, mid, last);
	if (s->compare(list, last, s->arg) > 0)
		exchange(s, list, last);
	else if (s->compare(list, mid, s->arg) < 0)
		exchange(s, list, mid);
}

/* Partitions around the first element, the pivot; returns the pivot's index. */
static size_t
partition(const struct sort *s, char *list, size_t n)
{
	size_t i = 0, j = n;

	choose_pivot(s, list, n);
	for (;;) {
		while (++i < n && s->compare(list + i * s->size, list, s->arg) < 0)
			;
		while (s->compare(list + --j * s->size, list, s->arg) > 0)
			;
		if (i >= j)
			break;
		exchange(s, list + i * s->size, list + j * s->size);
	}
	exchange(s, list, list + j * s->size);
	return j;
}

/* depth: levels left until the library's sort takes over, which bounds the cost of bad pivots. */
static void
sort_range(const struct sort *s, char *list, size_t n, unsigned depth)
{
	while (n > SORT_TOGETHER && depth-- > 0) {
		size_t before = partition(s, list, n), after = n - before - 1;
		char *rest = list + (before + 1) * s->size;

		if (before < after) {
			sort_range(s, list, before, depth);
			list = rest;
			n = after;
		} else {
			sort_range(s, rest, after, depth);
			n = before;
		}
	}
	if (n > 1)
		qsort_r(list, n, s->size, s->compare, s->arg);
}

void
spool_sort(void *list, size_t n, size_t size, spool_compare *compare, void *arg)
{
	const struct sort s = { size, compare, arg };

	sort_range(&s, list, n, size <= SORT_SIZE ? 64 : 0);
}
