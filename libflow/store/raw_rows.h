/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows as bytes for a temporary file, and back: in this machine's byte order, as the process that writes them
 * reads them.  A checksum detects bytes that changed on disk.
 *
 *	for each column that has values: its number (1 byte), 1 if some are null (1 byte) and then the bitmap,
 *		numbers: the minimum (8), the width of the differences to it (1: 0, 1, 2, 4 or 8), the differences;
 *		texts: the count (4), their lengths (4 each), their bytes, the width of codes (1), codes
 *	0xff, XXH64 of everything before (8)
 */

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"

/* Buffers that a writer keeps between calls. */
struct raw_writer;

struct raw_writer *raw_writer_new(void) NODISCARD;	/* NULL when out of memory */
void raw_writer_free(struct raw_writer *w);

/* Appends the n rows listed of a batch in DICT form to *out. FLOW_ENOMEM. */
enum flow_status raw_writer_rows(struct raw_writer *w, const struct flow_batch *batch, const uint32_t *rows,
    size_t n, struct buf *out) NODISCARD;

/* Rows that were read. */
struct raw_reader;

struct raw_reader *raw_reader_new(void) NODISCARD;	/* NULL when out of memory */
void raw_reader_free(struct raw_reader *r);

/*
 * Decodes the bytes of n rows into a batch in DICT form; the bytes stay as long as it is used.  FLOW_ECORRUPT if
 * they are not what was written, FLOW_ENOMEM.
 */
enum flow_status raw_reader_rows(struct raw_reader *r, const uint8_t *bytes, size_t len, size_t n,
    const struct flow_batch **batch, struct flow_error *err) NODISCARD;
