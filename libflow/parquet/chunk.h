/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What an encoded chunk holds: between chunk_write.c, which makes it, and file_write.c. */

#include "base/buf.h"
#include "parquet/chunk_write.h"

/* Longest text that stands in statistics. */
#define CHUNK_STAT_BYTES 64

/* Bounds of some values, as the bytes that Parquet wants. */
struct chunk_stats {
	uint64_t null_count;
	bool has_bounds;	/* of some values */
	bool unbounded;		/* a bound was too long: has_bounds is not to be believed */
	uint8_t min[CHUNK_STAT_BYTES], max[CHUNK_STAT_BYTES];
	uint8_t min_len, max_len;
};

struct chunk_page {
	uint64_t offset;	/* of its header, from the chunk's beginning */
	uint32_t bytes;		/* with the header */
	uint64_t first_row;
	struct chunk_stats stats;
};

struct pq_chunk {
	struct buf bytes;	/* dictionary page, then data pages, with their headers */
	struct buf dict_index;	/* of the dictionary's pieces; empty: it is not in pieces */
	bool has_dictionary;
	uint64_t dictionary_bytes;	/* of its page, not compressed */
	uint64_t data_offset;	/* of the first data page */
	uint64_t uncompressed_bytes;	/* of all pages with headers */
	enum pq_codec codec;
	int encoding;		/* of the data pages */
	uint64_t rows;
	struct chunk_stats stats;
	struct chunk_page *page;
	size_t pages;
	struct buf bloom;	/* the bits; empty: none */
};

/* enum Encoding of parquet.thrift, as far as it is written or read. */
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
