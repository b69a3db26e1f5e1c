/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An encoded chunk: chunk_write.c makes it, file_write.c writes it. */

#include "base/buf.h"
#include "parquet/chunk_write.h"

/* The longest text that statistics hold. */
#define CHUNK_STAT_BYTES 64

/* Bounds of values, in the bytes of Parquet's statistics. */
struct chunk_stats {
	uint64_t null_count;
	bool has_bounds;	/* min and max are set */
	bool unbounded;		/* a bound was too long: ignore has_bounds */
	uint8_t min[CHUNK_STAT_BYTES], max[CHUNK_STAT_BYTES];
	uint8_t min_len, max_len;
};

struct chunk_page {
	uint64_t offset;	/* of its header, from the chunk's beginning */
	uint32_t bytes;		/* header included */
	uint64_t first_row;
	struct chunk_stats stats;
};

struct pq_chunk {
	struct buf bytes;	/* dictionary page, then data pages, with their headers */
	struct buf dict_index;	/* of the dictionary's pieces; empty: no pieces */
	bool has_dictionary;
	uint64_t dictionary_bytes;	/* of its page, uncompressed */
	uint64_t data_offset;	/* of the first data page */
	uint64_t uncompressed_bytes;	/* of all pages, headers included */
	enum pq_codec codec;
	int encoding;		/* of the data pages */
	uint64_t rows;
	struct chunk_stats stats;
	struct chunk_page *page;
	size_t pages;
	struct buf bloom;	/* the bits; empty: no filter */
};

/* enum Encoding of parquet.thrift: those that are written or read. */
enum chunk_encoding {
	ENCODING_PLAIN = 0,
	ENCODING_PLAIN_DICTIONARY = 2,
	ENCODING_RLE = 3,
	ENCODING_DELTA_BINARY_PACKED = 5,
	ENCODING_DELTA_LENGTH_BYTE_ARRAY = 6,
	ENCODING_DELTA_BYTE_ARRAY = 7,
	ENCODING_RLE_DICTIONARY = 8,
	ENCODING_BYTE_STREAM_SPLIT = 9,
};

/* enum PageType of parquet.thrift. */
enum chunk_page_type {
	PAGE_DATA = 0,
	PAGE_INDEX = 1,
	PAGE_DICTIONARY = 2,
	PAGE_DATA_V2 = 3,
};
