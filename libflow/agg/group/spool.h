/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Memory mapped from an unnamed file, for data that may exceed RAM: the kernel writes unused pages
 * to the file and reuses them.  Disk space is reserved at once, so that a full disk is an error here
 * and not a signal (SIGBUS) later.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct spool {
	void *p;		/* NULL: none */
	size_t bytes;
	bool mapped;
};

/* Contents are undefined.  Without a folder, or for few bytes, it is plain memory. */
enum flow_status spool_alloc(struct spool *s, const char *folder, size_t bytes,
    struct flow_error *err) NODISCARD;
void spool_free(struct spool *s);

/* Tells the kernel that the contents will not be needed for a while. */
void spool_rest(const struct spool *s);

/* As qsort_r, but a quicksort in place, which uses the library's sort only for small parts. */
typedef int spool_compare(const void *, const void *, void *);
void spool_sort(void *list, size_t n, size_t size, spool_compare *compare, void *arg);
