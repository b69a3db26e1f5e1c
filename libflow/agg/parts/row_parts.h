/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows in a temporary file, those of each grouping by the 256ths of its groups' hashes (ROW_PARTS): they are written
 * once, by all workers, and read part by part, so that the groups of a part at a time are in memory.
 *
 *	worker	grouping 0, part 0: [rows ...]  part 1: [rows ...]  ...		buffers
 *	file	[rows of a buffer] [rows of another] ...			chunks, which a list of each part tells
 */

#include <pthread.h>

#include "agg/ask/question.h"
#include "agg/parts/row_code.h"

#define ROW_PARTS 256

/* Rows that lie one behind the other in the file. */
struct row_chunk {
	int64_t at;
	uint32_t bytes, rows;
};

struct row_part {
	struct row_chunk *chunk;
	size_t chunks, cap;
};

struct row_parts {
	const char *folder;		/* the caller keeps it */
	size_t groupings;
	struct row_code *code;		/* by grouping */
	struct row_part *part;		/* by grouping and part */
	size_t buffer_bytes;
	pthread_mutex_t lock;		/* of what follows, and of the lists of chunks */
	int fd;				/* -1: there is no file yet */
	int64_t end;
	size_t at_grouping, at_part, at_chunk, to_part;		/* what is read next */
};

/*
 * Of a spec's groupings, for so many workers, whose buffers take about that many bytes together.  NULL when out of
 * memory.
 */
struct row_parts *row_parts_new(const struct flow_agg_spec *spec, const char *folder, size_t workers, size_t bytes)
    NODISCARD;
void row_parts_free(struct row_parts *p);

/* A worker's buffers. */
struct row_sorter;

struct row_sorter *row_sorter_new(struct row_parts *parts) NODISCARD;
void row_sorter_free(struct row_sorter *s);

/* Writes a row to a part. */
enum flow_status row_sorter_put(struct row_sorter *s, size_t grouping, unsigned part, const struct flow_batch *batch,
    uint32_t row, struct flow_error *err) NODISCARD;

/* Writes what the buffers hold; after the last row. */
enum flow_status row_sorter_end(struct row_sorter *s, struct flow_error *err) NODISCARD;

/* Begins with reading parts [from, to). */
void row_parts_rewind(struct row_parts *p, unsigned from, unsigned to);

/* Rows of a grouping in these parts. */
uint64_t row_parts_rows(const struct row_parts *p, size_t grouping, unsigned from, unsigned to);

/*
 * The next rows of one part and a grouping that is fed in the spec's turn, as a batch that the decoder makes of the
 * bytes which `bytes` gets; FLOW_END after the last.  For several threads at a time.
 */
enum flow_status row_parts_next(struct row_parts *p, const struct flow_agg_spec *spec, struct row_decoder *d,
    struct buf *bytes, size_t *grouping, unsigned *part, const struct flow_batch **batch, struct flow_error *err) NODISCARD;
