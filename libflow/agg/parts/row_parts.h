/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows in a temporary file, partitioned by grouping and by the upper 8 bits of its groups' hashes (ROW_PARTS): all
 * workers write them once, and they are read part by part, so that only one part's groups are in memory.
 *
 *	worker	grouping 0, part 0: [rows ...]  part 1: [rows ...]  ...		buffers
 *	file	[rows of a buffer] [rows of another] ...			chunks, listed by part
 */

#include <pthread.h>

#include "agg/ask/question.h"
#include "agg/parts/row_code.h"

#define ROW_PARTS 256

/* Adjacent rows in the file. */
struct row_chunk {
	int64_t at;
	uint32_t bytes, rows;
};

struct row_part {
	struct row_chunk *chunk;
	size_t chunks, cap;
};

struct row_parts {
	const char *folder;		/* borrowed */
	size_t groupings;
	struct row_code *code;		/* by grouping */
	struct row_part *part;		/* by grouping and part */
	size_t buffer_bytes;
	pthread_mutex_t lock;		/* for the members below, and the lists of chunks */
	int fd;				/* -1: there is no file yet */
	int64_t end;
	size_t at_grouping, at_part, at_chunk, to_part;		/* reading position */
};

/*
 * For a spec's groupings and `workers` workers, whose buffers take about `bytes` bytes in all.  NULL when out of
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

/* Flushes the buffers; call it after the last row. */
enum flow_status row_sorter_end(struct row_sorter *s, struct flow_error *err) NODISCARD;

/* Starts reading parts [from, to). */
void row_parts_rewind(struct row_parts *p, unsigned from, unsigned to);

/* The number of a grouping's rows in these parts. */
uint64_t row_parts_rows(const struct row_parts *p, size_t grouping, unsigned from, unsigned to);

/*
 * The next rows of one part and one grouping that is fed in the spec's turn: reads them into `bytes`, from which the
 * decoder makes the batch; FLOW_END after the last.  Threads may call it concurrently.
 */
enum flow_status row_parts_next(struct row_parts *p, const struct flow_agg_spec *spec, struct row_decoder *d,
    struct buf *bytes, size_t *grouping, unsigned *part, const struct flow_batch **batch, struct flow_error *err)
    NODISCARD;
