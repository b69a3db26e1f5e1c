/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows as bytes for a temporary file, and back: of this machine's byte order, to be read by the process that wrote
 * them. A checksum tells when the disk gives other bytes.
 *
 *	for each column that has values: its number (1 byte), 1 where some are null (1 byte) and the bitmap,
 *	numbers: the least one (8), how many bytes the differences to it have (1: 0, 1, 2, 4 or 8), those;
 *	texts: how many (4), their lengths (4 each), their bytes, the width of codes (1), codes
 *	0xff, XXH64 of what stands before (8)
 */

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"

/* What writing needs from one call to the next. */
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
 * Makes a batch in DICT form of the bytes of n rows, which stay as long as it is used. FLOW_ECORRUPT where they are
 * not what was written, FLOW_ENOMEM.
 */
enum flow_status raw_reader_rows(struct raw_reader *r, const uint8_t *bytes, size_t len, size_t n,
    const struct flow_batch **batch, struct flow_error *err) NODISCARD;
