/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bounds the page cache that journals use.  The system caches what is written to files, and reclaims only
 * when memory is short: then writers wait, and this writer must not.  So only the last bytes of journals stay
 * in the cache; a thread writes older ones to the disk and drops them.  (A decoder that is far behind reads
 * them from there.)
 *
 * All of it is advice to the system, and fails silently.  Only Linux has it; elsewhere nothing is done.
 */

#include <stdint.h>

struct journal_cache;

/* Keeps that many bytes cached.  NULL when out of memory or threads; the other functions accept NULL. */
struct journal_cache *journal_cache_new(uint64_t keep_bytes);
void journal_cache_free(struct journal_cache *c);

/* From here on that file is written; duplicates the descriptor.  One thread calls this and journal_cache_written. */
void journal_cache_begin(struct journal_cache *c, int fd);

/* The size of that file now. */
void journal_cache_written(struct journal_cache *c, int64_t size);

/* Drops what was read of a file up to an offset; *done is how far that has been said, 0 at first. */
void journal_cache_have_read(int fd, int64_t offset, int64_t *done);
