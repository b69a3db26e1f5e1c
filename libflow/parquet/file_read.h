/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A Parquet file's footer: row groups, chunks and metadata.  Every length, count and offset is checked against
 * the file's size before use.  Read-only after opening: threads may share it.
 */

#include "base/status.h"
#include "base/text.h"
#include "parquet/meta/schema.h"

struct pq_file;

/*
 * Reads the footer of an open file (by pread; fd stays the caller's and open
 * as long as the pq_file).  Errors: FLOW_EFORMAT (not Parquet, or malformed),
 * FLOW_EUNSUPPORTED (nested columns, encryption), FLOW_EIO, FLOW_ENOMEM, FLOW_ELIMIT.
 */
enum flow_status pq_file_open(int fd, struct pq_file **file, struct flow_error *err) NODISCARD;

/*
 * The same, but skips parsing the schema, a third of the work, if it equals that of an open file, the model
 * (NULL: none).  The model may be closed afterwards.
 */
enum flow_status pq_file_open_like(int fd, const struct pq_file *model, struct pq_file **file,
    struct flow_error *err) NODISCARD;

/* Whether two files have the same schema, byte for byte. */
bool pq_file_has_schema_of(const struct pq_file *file, const struct pq_file *model);

/* The same as pq_file_open for bytes in memory, borrowed. */
enum flow_status pq_file_open_memory(const void *bytes, size_t len, struct pq_file **file,
    struct flow_error *err) NODISCARD;

/*
 * Opens the first `at` bytes of fd, followed by `len` bytes in memory, as one file: what pq_writer_preview makes
 * of a file that is still being written.  Both are borrowed; if at is 0, fd is not used.
 */
enum flow_status pq_file_open_joined(int fd, uint64_t at, const void *bytes, size_t len, const struct pq_file *model,
    struct pq_file **file, struct flow_error *err) NODISCARD;
void pq_file_close(struct pq_file *file);

size_t pq_file_columns(const struct pq_file *file);
/* Valid as long as the file. */
const struct pq_column *pq_file_column(const struct pq_file *file, size_t column);

uint64_t pq_file_rows(const struct pq_file *file);
size_t pq_file_groups(const struct pq_file *file);
uint64_t pq_file_group_rows(const struct pq_file *file, size_t group);
uint64_t pq_file_bytes(const struct pq_file *file);

/* NULL if there is none; not NUL-terminated. */
const char *pq_file_created_by(const struct pq_file *file, size_t *len);
const char *pq_file_key_value(const struct pq_file *file, const char *key, size_t *len);

/* Bounds of the values of a chunk (or page) that are not null. */
struct pq_bounds {
	bool has_bounds;	/* false: no bounds are known */
	bool has_null_count;
	uint64_t null_count;
	/* Integers, sign- or zero-extended by logical type; timestamps in ms (floor, ceiling). */
	int64_t min, max;	/* PQ_UINT_64: its bits, compare as uint64_t */
	struct flow_text min_text, max_text;	/* BYTE_ARRAY: may be truncated, but still bounds */
};

/* Statistics of a chunk; texts are valid as long as the file. */
void pq_file_bounds(const struct pq_file *file, size_t group, size_t column,
    struct pq_bounds *bounds);

/* The page index of a chunk: its pages, and the bounds of each. */
struct pq_pages;

/*
 * Reads it; *pages is NULL if the chunk has none.  FLOW_EFORMAT if it contradicts the footer, FLOW_EIO,
 * FLOW_ENOMEM.
 */
enum flow_status pq_pages_read(const struct pq_file *file, size_t group, size_t column,
    struct pq_pages **pages, struct flow_error *err) NODISCARD;
void pq_pages_free(struct pq_pages *pages);
size_t pq_pages_count(const struct pq_pages *pages);
/* Rows [*first, *end) of the row group are in page i. */
void pq_pages_rows(const struct pq_pages *pages, size_t i, uint64_t *first, uint64_t *end);
/* Texts are valid as long as the pages.  In a page of nulls only, null_count is its number of rows. */
void pq_pages_bounds(const struct pq_pages *pages, size_t i, struct pq_bounds *bounds);

/*
 * Checks the page index, if there is one, against the pages' offsets, sizes and order, and a dictionary of texts
 * that claims to be sorted against its entries.  Reads the chunk's page headers, but no other bodies.
 * FLOW_ECORRUPT with what is wrong, FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status pq_pages_verify(const struct pq_file *file, size_t group, size_t column,
    struct flow_error *err) NODISCARD;

/*
 * Asks a chunk's Bloom filter for some texts: *may is false if no row has any of them; it is true if one may
 * have, or if there is no usable filter.  Reads only the blocks that it needs.  FLOW_EFORMAT, FLOW_EIO.
 */
enum flow_status pq_bloom_may_hold(const struct pq_file *file, size_t group, size_t column,
    const struct flow_text *text, size_t count, bool *may, struct flow_error *err) NODISCARD;

/* The same with the whole filter in memory, for many texts one by one. */
struct pq_bloom;

/* *bloom is NULL if the chunk has no usable filter.  FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM. */
enum flow_status pq_bloom_read(const struct pq_file *file, size_t group, size_t column,
    struct pq_bloom **bloom, struct flow_error *err) NODISCARD;
void pq_bloom_free(struct pq_bloom *bloom);
bool pq_bloom_check(const struct pq_bloom *bloom, const struct flow_text *text);
/* The filter's bytes in the file, valid as long as the filter. */
const uint8_t *pq_bloom_bits(const struct pq_bloom *bloom, size_t *bytes);
