/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What journals take of the system's memory.  A system keeps in memory what is written to files, and
 * looks for room only when it has none: whoever writes then waits, and that is the thread that must not.
 * So of journals only the last bytes stay in memory; what is older, which a decoder that is far behind will
 * read one day, is written to the disk by a thread of its own, and leaves memory.
 *
 * All of it is advice to the system, and fails silently.  Only Linux takes it; elsewhere nothing is done.
 */

#include <stdint.h>

struct journal_cache;

/* Keeps that many bytes in memory.  NULL: out of memory, or of threads; the others take that for none. */
struct journal_cache *journal_cache_new(uint64_t keep_bytes);
void journal_cache_free(struct journal_cache *c);

/* One thread: what is written from here on goes into that file, of which it keeps a descriptor of its own. */
void journal_cache_begin(struct journal_cache *c, int fd);

/* The same thread: so much is in that file. */
void journal_cache_written(struct journal_cache *c, int64_t size);

/* What was read of a file, up to an offset, is not read again; *done is how far that is told, 0 at first. */
void journal_cache_have_read(int fd, int64_t offset, int64_t *done);
