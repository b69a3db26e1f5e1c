/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Types of flat Parquet columns, named as in parquet.thrift, shared by writer and reader. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* enum Type of parquet.thrift. */
enum pq_physical {
	PQ_BOOLEAN = 0,
	PQ_INT32 = 1,
	PQ_INT64 = 2,
	PQ_INT96 = 3,
	PQ_FLOAT = 4,
	PQ_DOUBLE = 5,
	PQ_BYTE_ARRAY = 6,
	PQ_FIXED_LEN_BYTE_ARRAY = 7,
};

/* What values mean; LogicalType and ConvertedType both map to these. */
enum pq_logical {
	PQ_NONE,
	PQ_STRING,
	PQ_INT_8, PQ_INT_16, PQ_INT_32, PQ_INT_64,
	PQ_UINT_8, PQ_UINT_16, PQ_UINT_32, PQ_UINT_64,
	PQ_TIMESTAMP_MILLIS, PQ_TIMESTAMP_MICROS, PQ_TIMESTAMP_NANOS,
	PQ_DECIMAL,
	PQ_DATE,
	PQ_NULL,		/* every value is null, whatever the physical type is */
	PQ_NESTED,		/* within a struct, a list or a map: never read */
	PQ_OTHER,		/* anything else: refused */
};

/* enum CompressionCodec. */
enum pq_codec {
	PQ_UNCOMPRESSED = 0,
	PQ_SNAPPY = 1,
	PQ_GZIP = 2,
	PQ_LZO = 3,
	PQ_BROTLI = 4,
	PQ_LZ4 = 5,		/* the deprecated, Hadoop-framed one */
	PQ_ZSTD = 6,
	PQ_LZ4_RAW = 7,
};

struct pq_column {
	const char *name;	/* borrowed */
	enum pq_physical physical;
	enum pq_logical logical;
	bool required;
	bool bloom;		/* write a Bloom filter (BYTE_ARRAY only) */
	uint8_t precision, scale;	/* of DECIMAL: digits; those behind the point */
};

/* Buffer size for the text of a type. */
#define PQ_TYPE_TEXT 48

/* A column's type for messages: "DECIMAL(9,2)", "UINT_16", "DOUBLE".  Returns `out`. */
const char *pq_type_text(const struct pq_column *column, char out[PQ_TYPE_TEXT]);

/* "SNAPPY", ...; NULL for an unknown number, which the caller names itself ("codec 42"). */
const char *pq_codec_name(int codec);
