/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a file of nfdump or flow-tools.  All parts are read with all columns, half of them late for every other
 * row; values and texts are touched, and the account of rows must balance.
 */
#include <stdlib.h>
#include <string.h>

#include "history/old_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static volatile uint8_t sink;

static void
touch(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + p[i]);
	sink = sum;
}

static void
touch_column(const struct flow_column *c, enum flow_field field, size_t rows)
{
	if (c->form == FLOW_FORM_FLAT)
		touch(c->values, rows * flow_type_size(flow_field_info(field)->type));
	for (size_t i = 0; c->form == FLOW_FORM_DICT && i < rows; i++) {
		if (!flow_column_has(c, i))
			continue;
		if (c->codes[i] >= c->dict->count)
			abort();
		touch(c->dict->text[c->codes[i]].p, c->dict->text[c->codes[i]].len);
	}
}

static void
read_part(struct old_reader *r, const struct old_file *f, size_t part)
{
	static struct flow_selection odd;
	const struct flow_batch *batch;
	struct flow_error err;
	uint64_t rows = 0;

	old_reader_begin(r, f, part);
	while (old_reader_next(r, &batch, &err) == FLOW_OK) {
		if (batch->rows == 0 || batch->rows > FLOW_BATCH_ROWS || old_reader_at(r) != rows)
			abort();
		rows += batch->rows;
		for (odd.count = 0; 2 * odd.count + 1 < batch->rows; odd.count++)
			odd.row[odd.count] = (uint16_t)(2 * odd.count + 1);
		if (old_reader_late(r, &odd, &err) != FLOW_OK)
			break;
		for (unsigned c = 0; c < FLOW_FIELD_STORED; c++)
			touch_column(&batch->column[c], (enum flow_field)c, batch->rows);
	}
	if (!old_reader_is_open(r) && old_reader_ledger(r).flows != rows)
		abort();
	old_reader_end(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_fieldset early = { { 0 } }, late = { { 0 } };
	struct old_reader *r;
	struct old_file *f = NULL;
	struct flow_error err;

	for (unsigned c = 0; c < FLOW_FIELD_STORED; c++)
		flow_fieldset_add(c % 2 == 0 ? &early : &late, (enum flow_field)c);
	if (old_file_open_memory(data, len, &f, &err) != FLOW_OK || f == NULL)
		return 0;
	r = old_reader_new(&early, &late);
	for (size_t part = 0; r != NULL && part < old_file_parts(f) && part < 64; part++) {
		touch(old_file_about(f), sizeof(struct old_about));
		(void)old_file_part_rows(f, part);
		read_part(r, f, part);
	}
	old_reader_free(r);
	old_file_close(f);
	return 0;
}
