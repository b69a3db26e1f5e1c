/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows of some columns as bytes, for temporary files, and back to batches:
 *
 *	row	[which columns have a value: a bit each] [value] [value] ...
 *
 * Numbers are in seven bits a byte, the lowest first, instants as what they differ by from the one before them in the
 * row; U8 and U16 are as they are. A text, of an address too, is its length and its bytes.
 */

#include "base/buf.h"
#include "record/batch.h"

struct row_code {
	enum flow_field field[FLOW_FIELD_COUNT];
	enum flow_type type[FLOW_FIELD_COUNT];	/* of these */
	size_t fields;
	enum flow_field text[FLOW_FIELD_COUNT];	/* those that are texts, of addresses too */
	size_t texts;
	size_t mask_bytes;
};

void row_code_init(struct row_code *code, const struct flow_fieldset *fields);

/* Bytes that a row takes at most. */
size_t row_code_bound(const struct row_code *code, const struct flow_batch *batch, uint32_t row);

/* Writes a row, for which there is room; returns its end. */
uint8_t *row_code_put(const struct row_code *code, const struct flow_batch *batch, uint32_t row, uint8_t *out);

/* Makes batches of rows that were written. */
struct row_decoder;

struct row_decoder *row_decoder_new(void) NODISCARD;
void row_decoder_free(struct row_decoder *d);

/*
 * A batch of the first `rows` (at most FLOW_BATCH_ROWS) rows of some bytes, valid until the next call and as long as
 * these.  FLOW_ENOMEM; FLOW_EIO where the bytes are not such rows.
 */
enum flow_status row_decoder_read(struct row_decoder *d, const struct row_code *code, const uint8_t *bytes, size_t len,
    uint32_t rows, const struct flow_batch **batch) NODISCARD;
