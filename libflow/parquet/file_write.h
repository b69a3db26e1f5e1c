/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Writes encoded chunks to a file: magic, row groups, then, at closing, Bloom filters, column indexes, offset
 * indexes and the footer.  Never seeks, so that a pipe will do.
 */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/chunk_write.h"
#include "parquet/meta/schema.h"

struct pq_writer;

/* The columns are copied (names borrowed).  fd stays the caller's; nothing is synced. */
enum flow_status pq_writer_new(int fd, const struct pq_column *columns, size_t count,
    struct pq_writer **writer, struct flow_error *err) NODISCARD;

/* Writes to memory instead; `out` is borrowed until the writer is freed. */
enum flow_status pq_writer_new_buf(struct buf *out, const struct pq_column *columns, size_t count,
    struct pq_writer **writer, struct flow_error *err) NODISCARD;

/*
 * Appends a row group: one chunk for each column, in order.  The chunks become the
 * writer's, also on failure.
 */
enum flow_status pq_writer_group(struct pq_writer *writer, struct pq_chunk *const *chunks,
    size_t rows, struct flow_error *err) NODISCARD;

/* Sets key-value metadata (copied), replacing an earlier value of that key. */
enum flow_status pq_writer_key_value(struct pq_writer *writer, const char *key, const char *value,
    size_t len, struct flow_error *err) NODISCARD;

/* Metadata of a preview, in addition to the writer's. */
struct pq_key_value {
	const char *key, *value;	/* borrowed */
	size_t len;			/* of the value */
};

/*
 * Appends to `tail` what would follow the bytes written so far if the file ended after one more row group (chunks
 * NULL: without one): its pages, its Bloom filters, and a footer, but no page indexes.  The writer is not
 * changed; the chunks are freed.  pq_file_open_joined reads the result.
 */
enum flow_status pq_writer_preview(const struct pq_writer *writer, struct pq_chunk *const *chunks, size_t rows,
    const struct pq_key_value *more, size_t count, struct buf *tail, struct flow_error *err) NODISCARD;

/* Bytes written so far. */
uint64_t pq_writer_bytes(const struct pq_writer *writer);

/* Writes indexes and footer. */
enum flow_status pq_writer_finish(struct pq_writer *writer, struct flow_error *err) NODISCARD;
void pq_writer_free(struct pq_writer *writer);
