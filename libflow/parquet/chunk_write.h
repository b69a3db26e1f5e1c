/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Encodes one column chunk: dictionary page, data pages, and what the footer says of them.  A pure function, for
 * any thread; the result does not depend on its offset in the file.
 *
 * Estimates or tries RLE_DICTIONARY, DELTA_BINARY_PACKED (integers) and PLAIN, and takes the smallest; pages are
 * compressed unless that saves less than a twentieth.
 */

#include "base/buf.h"
#include "base/status.h"
#include "base/text.h"
#include "parquet/meta/schema.h"

/* Numbers of a DOUBLE column are its bits; none is negative, so that they compare as integers. */

/* Values of one column, row-aligned; null rows hold any value. */
struct pq_values {
	size_t rows;
	const uint64_t *valid;		/* bitmap; NULL: no nulls */
	bool all_null;			/* then all members below are ignored */
	/* INT32, INT64: an array of `width` (1, 2, 4, 8) bytes a value, zero-extended (8: as they are). */
	unsigned width;
	const void *numbers;
	/* BYTE_ARRAY: for each row a code into texts (which need not be distinct or all used). */
	const uint32_t *codes;
	const struct flow_text *texts;
	uint32_t text_count;
};

struct pq_encode_options {
	enum pq_codec codec;	/* PQ_UNCOMPRESSED, PQ_LZ4_RAW, PQ_GZIP or PQ_ZSTD */
	int level;		/* 0: default */
};

struct pq_chunk;

/* A required column with nulls is FLOW_EINVAL. */
enum flow_status pq_chunk_encode(const struct pq_column *column, const struct pq_values *values,
    const struct pq_encode_options *options, struct pq_chunk **chunk,
    struct flow_error *err) NODISCARD;
void pq_chunk_free(struct pq_chunk *chunk);

/* Bytes of its pages in the file, and of the dictionary's index before them. */
size_t pq_chunk_bytes(const struct pq_chunk *chunk);
