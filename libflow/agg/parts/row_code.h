/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Serializes rows of some columns for temporary files, and reads them back into batches:
 *
 *	row	[which columns have a value: a bit each] [value] [value] ...
 *
 * Numbers are varints (LEB128: seven bits a byte, lowest first), instants differences from the row's previous instant;
 * U8 and U16 are stored as is. A text, including that of an address, is its length and its bytes.
 */

#include "base/buf.h"
#include "record/batch.h"

struct row_code {
	enum flow_field field[FLOW_FIELD_COUNT];
	enum flow_type type[FLOW_FIELD_COUNT];	/* of each field */
	size_t fields;
	enum flow_field text[FLOW_FIELD_COUNT];	/* fields that are texts, including addresses */
	size_t texts;
	size_t mask_bytes;
};

void row_code_init(struct row_code *code, const struct flow_fieldset *fields);

/* The most bytes that a row takes. */
size_t row_code_bound(const struct row_code *code, const struct flow_batch *batch, uint32_t row);

/* Writes a row to `out`, which must have room; returns its end. */
uint8_t *row_code_put(const struct row_code *code, const struct flow_batch *batch, uint32_t row, uint8_t *out);

/* Makes batches from written rows. */
struct row_decoder;

struct row_decoder *row_decoder_new(void) NODISCARD;
void row_decoder_free(struct row_decoder *d);

/*
 * A batch of the first `rows` (at most FLOW_BATCH_ROWS) rows in `bytes`, valid until the next call and while these
 * are.  FLOW_ENOMEM; FLOW_EIO: the bytes are not such rows.
 */
enum flow_status row_decoder_read(struct row_decoder *d, const struct row_code *code, const uint8_t *bytes, size_t len,
    uint32_t rows, const struct flow_batch **batch) NODISCARD;
