/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* PageHeader of parquet.thrift. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "parquet/chunk.h"

struct page_header {
	int type;			/* enum chunk_page_type, or something newer */
	uint32_t raw_bytes, bytes;	/* uncompressed; in the file */
	bool has_crc;
	uint32_t crc;
	uint32_t values;
	int encoding;
	int level_encoding;		/* V1 */
	bool is_sorted;			/* of a dictionary: entries ascend */
	/* V2 only: levels stand uncompressed before the values. */
	uint32_t nulls, rows, definition_bytes, repetition_bytes;
	bool is_compressed;
	/* Field 32767, an extension; points into the bytes that were read. */
	const uint8_t *extension;
	size_t extension_bytes;
};

/* The field's number in any struct (BinaryProtocolExtensions.md of Parquet). */
#define THRIFT_EXTENSION 32767

/* Appends the header of a V1 data page or of a dictionary. */
void page_header_write(const struct page_header *h, struct buf *out);

/* Consumes a header; false if it is malformed. */
bool page_header_read(struct cursor *in, struct page_header *h);
