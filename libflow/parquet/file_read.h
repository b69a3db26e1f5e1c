/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A Parquet file's footer, and what it says of row groups and chunks.  Every
 * length, count and offset has been checked against the file's size before it
 * is believed.  Read-only after opening: threads may share it.
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
 * The same where a file with the same schema may be open already (NULL: none): then that need not be
 * read again, which is a third of the work.  The model may be closed afterwards.
 */
enum flow_status pq_file_open_like(int fd, const struct pq_file *model, struct pq_file **file,
    struct flow_error *err) NODISCARD;

/* Whether two files have the same schema, byte for byte. */
bool pq_file_has_schema_of(const struct pq_file *file, const struct pq_file *model);

/* The same as pq_file_open for bytes in memory, borrowed. */
enum flow_status pq_file_open_memory(const void *bytes, size_t len, struct pq_file **file,
    struct flow_error *err) NODISCARD;

/*
 * The first `at` bytes of fd and, behind them, `len` bytes in memory, as one file: what pq_writer_preview made of a file
 * that is still being written.  Both are borrowed; with at 0 there need be no fd.
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
	bool has_bounds;	/* else nothing is known */
	bool has_null_count;
	uint64_t null_count;
	/* Integers, sign- or zero-extended by logical type; timestamps in ms (floor, ceiling). */
	int64_t min, max;	/* PQ_UINT_64: the same bits, compare as uint64_t */
	struct flow_text min_text, max_text;	/* BYTE_ARRAY: perhaps cut, still bounds */
};

/* Statistics of a chunk; texts are valid as long as the file. */
void pq_file_bounds(const struct pq_file *file, size_t group, size_t column,
    struct pq_bounds *bounds);

/* Pages of a chunk and the bounds of each: its page index. */
struct pq_pages;

/*
 * Reads it; *pages is NULL where the chunk has none.  FLOW_EFORMAT where it contradicts the
 * footer, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status pq_pages_read(const struct pq_file *file, size_t group, size_t column,
    struct pq_pages **pages, struct flow_error *err) NODISCARD;
void pq_pages_free(struct pq_pages *pages);
size_t pq_pages_count(const struct pq_pages *pages);
/* Rows [*first, *end) of the row group are in page i. */
void pq_pages_rows(const struct pq_pages *pages, size_t i, uint64_t *first, uint64_t *end);
/* Texts are valid as long as the pages.  A page of nulls only has them all in null_count. */
void pq_pages_bounds(const struct pq_pages *pages, size_t i, struct pq_bounds *bounds);

/*
 * Whether the page index, if there is one, tells the truth of where pages stand and of their order,
 * and a dictionary of texts is sorted if it is said to be: goes through the chunk's page headers;
 * other bodies are not looked at.  FLOW_ECORRUPT with what is wrong, FLOW_EFORMAT, FLOW_EIO,
 * FLOW_ENOMEM.
 */
enum flow_status pq_pages_verify(const struct pq_file *file, size_t group, size_t column,
    struct flow_error *err) NODISCARD;

/*
 * Asks a chunk's Bloom filter for some texts: *may is false where none of them is in any row,
 * and true too where the chunk has no filter that can be used.  Only what the answer
 * stands in is read.  FLOW_EFORMAT, FLOW_EIO.
 */
enum flow_status pq_bloom_may_hold(const struct pq_file *file, size_t group, size_t column,
    const struct flow_text *text, size_t count, bool *may, struct flow_error *err) NODISCARD;

/* The same with the whole filter in memory, for many texts one by one. */
struct pq_bloom;

/* *bloom is NULL where the chunk has no filter that can be used.  FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM. */
enum flow_status pq_bloom_read(const struct pq_file *file, size_t group, size_t column,
    struct pq_bloom **bloom, struct flow_error *err) NODISCARD;
void pq_bloom_free(struct pq_bloom *bloom);
bool pq_bloom_check(const struct pq_bloom *bloom, const struct flow_text *text);
/* As they stand in the file, valid as long as the filter. */
const uint8_t *pq_bloom_bits(const struct pq_bloom *bloom, size_t *bytes);
