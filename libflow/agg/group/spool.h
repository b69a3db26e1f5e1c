/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Memory that lies in a file without a name, for what may not fit into memory: what is not in
 * use the kernel writes to the file and takes away.  The room on the disk is reserved at once, so
 * that a full disk is an error here and not a signal later.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct spool {
	void *p;		/* NULL: none */
	size_t bytes;
	bool mapped;
};

/* Opens a file of that folder which no name leads to; -1 after an error. */
int spool_open(const char *folder, struct flow_error *err) NODISCARD;

/* Contents are not defined.  A folder of NULL, and little, is plain memory. */
enum flow_status spool_alloc(struct spool *s, const char *folder, size_t bytes,
    struct flow_error *err) NODISCARD;
void spool_free(struct spool *s);

/* Tells that the contents will not be needed for a while. */
void spool_rest(const struct spool *s);

/* As qsort_r, but in place: only parts of at most that many elements are sorted in memory. */
typedef int spool_compare(const void *, const void *, void *);
void spool_sort(void *list, size_t n, size_t size, spool_compare *compare, void *arg);
