/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows that are written to parts come out of them as they were, whatever their columns hold. */
#include "agg/parts/row_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "tap.h"

#define ROWS 5000
#define BATCHES 20

/* Row i has these values; where one is missing follows from i as well. */
static uint64_t
bytes_of(uint32_t i)
{
	return i % 7 == 0 ? UINT64_MAX - i : (uint64_t)i << i % 50;
}

static int64_t
first_of(uint32_t i)
{
	return i % 11 == 0 ? INT64_MIN + 3 + i : 1700000000000 + (int64_t)i * 37;
}

static int64_t
last_of(uint32_t i)
{
	return i % 5 == 0 ? first_of(i) - 3 : i % 13 == 0 ? INT64_MAX : first_of(i) + i;
}

static bool
has(uint32_t i, unsigned of)
{
	return (i / of) % of != 1;
}

/* An address, or now and then a text that is longer than a buffer of a part. */
static uint32_t
text_of(uint32_t i, char *out, size_t size)
{
	if (i % 1000 == 999) {
		memset(out, 'a' + (int)(i % 26), size);
		return (uint32_t)size;
	}
	return (uint32_t)snprintf(out, size, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
}

#define TEXT_MAX ((size_t)3000)

struct made {
	uint64_t bytes[ROWS], bytes_valid[BITMAP_WORDS(ROWS)];
	int64_t first[ROWS], last[ROWS];
	uint8_t proto[ROWS];
	uint16_t port[ROWS];
	uint32_t as[ROWS];
	uint32_t code[ROWS];
	uint64_t text_valid[BITMAP_WORDS(ROWS)];
	struct flow_text text[ROWS];
	char room[ROWS / 1000 * TEXT_MAX + ROWS * 16];
	struct flow_dict dict;
	struct flow_batch batch;
};

static void
make(struct made *m, uint32_t from)
{
	char *at = m->room;

	memset(m->bytes_valid, 0, sizeof(m->bytes_valid));
	memset(m->text_valid, 0, sizeof(m->text_valid));
	memset(&m->batch, 0, sizeof(m->batch));
	for (uint32_t k = 0; k < ROWS; k++) {
		uint32_t i = from + k;

		m->bytes[k] = has(i, 3) ? bytes_of(i) : 0;
		m->first[k] = first_of(i);
		m->last[k] = last_of(i);
		m->proto[k] = (uint8_t)i;
		m->port[k] = (uint16_t)(i * 3);
		m->as[k] = i * 2654435761U;
		m->code[k] = k;
		m->text[k].p = at;
		m->text[k].len = text_of(i, at, i % 1000 == 999 ? TEXT_MAX : 16);
		at += m->text[k].len;
		if (has(i, 3))
			bitmap_set(m->bytes_valid, k);
		if (has(i, 4))
			bitmap_set(m->text_valid, k);
	}
	m->dict = (struct flow_dict){ flow_dict_serial(), ROWS, m->text };
	m->batch.rows = ROWS;
	m->batch.column[FLOW_FIELD_BYTES] = (struct flow_column){ FLOW_FORM_FLAT, m->bytes, NULL, NULL,
	    m->bytes_valid };
	m->batch.column[FLOW_FIELD_FIRST] = (struct flow_column){ FLOW_FORM_FLAT, m->first, NULL, NULL, NULL };
	m->batch.column[FLOW_FIELD_LAST] = (struct flow_column){ FLOW_FORM_FLAT, m->last, NULL, NULL, NULL };
	m->batch.column[FLOW_FIELD_PROTO] = (struct flow_column){ FLOW_FORM_FLAT, m->proto, NULL, NULL, NULL };
	m->batch.column[FLOW_FIELD_SRC_PORT] = (struct flow_column){ FLOW_FORM_FLAT, m->port, NULL, NULL, NULL };
	m->batch.column[FLOW_FIELD_SRC_AS] = (struct flow_column){ FLOW_FORM_FLAT, m->as, NULL, NULL, NULL };
	m->batch.column[FLOW_FIELD_SRC_ADDR] = (struct flow_column){ FLOW_FORM_DICT, NULL, m->code, &m->dict,
	    m->text_valid };
}

/* A row's number, of 32 bits, is that of its AS. */
static uint32_t
number_of(const struct flow_batch *b, uint32_t row)
{
	return ((const uint32_t *)b->column[FLOW_FIELD_SRC_AS].values)[row] * 244002641U;
}

static bool
is_whole(const struct flow_batch *b, uint32_t row)
{
	uint32_t i = number_of(b, row);
	const struct flow_column *bytes = &b->column[FLOW_FIELD_BYTES], *src = &b->column[FLOW_FIELD_SRC_ADDR];
	char text[TEXT_MAX];
	uint32_t len = text_of(i, text, i % 1000 == 999 ? TEXT_MAX : 16);

	if (flow_column_has(bytes, row) != has(i, 3) || flow_column_has(src, row) != has(i, 4))
		return false;
	if (has(i, 3) && ((const uint64_t *)bytes->values)[row] != bytes_of(i))
		return false;
	if (has(i, 4) && (flow_column_text(src, row).len != len ||
	    memcmp(flow_column_text(src, row).p, text, len) != 0))
		return false;
	return ((const int64_t *)b->column[FLOW_FIELD_FIRST].values)[row] == first_of(i) &&
	    ((const int64_t *)b->column[FLOW_FIELD_LAST].values)[row] == last_of(i) &&
	    ((const uint8_t *)b->column[FLOW_FIELD_PROTO].values)[row] == (uint8_t)i &&
	    ((const uint16_t *)b->column[FLOW_FIELD_SRC_PORT].values)[row] == (uint16_t)(i * 3);
}

/* All rows by parts of their numbers; the columns are those of a question that asks for all of them. */
static void
write_rows(struct row_parts *parts, struct row_sorter *sorter, struct made *m)
{
	struct flow_error err;
	unsigned failed = 0;

	for (uint32_t batch = 0; batch < BATCHES; batch++) {
		make(m, batch * ROWS);
		for (uint32_t i = 0; i < ROWS; i++)
			failed += row_sorter_put(sorter, 0, (batch * ROWS + i) % 100, &m->batch, i, &err) != FLOW_OK;
	}
	failed += row_sorter_end(sorter, &err) != FLOW_OK;
	is_uint(failed, 0);
	is_uint(row_parts_rows(parts, 0, 0, ROW_PARTS), BATCHES * ROWS);
	is_uint(row_parts_rows(parts, 0, 10, 20), BATCHES * ROWS / 10);
}

/* Parts [from, to): rows that are there, each once and whole, and none of another part. */
static void
read_rows(struct row_parts *parts, const struct flow_agg_spec *spec, unsigned from, unsigned to, uint8_t *seen)
{
	struct row_decoder *decoder = row_decoder_new();
	const struct flow_batch *batch;
	struct buf bytes = BUF_INIT;
	unsigned wrong = 0, part;
	struct flow_error err;
	enum flow_status st;
	size_t grouping;

	row_parts_rewind(parts, from, to);
	while ((st = row_parts_next(parts, spec, decoder, &bytes, &grouping, &part, &batch, &err)) == FLOW_OK) {
		for (uint32_t i = 0; i < batch->rows; i++) {
			uint32_t number = number_of(batch, i);

			wrong += grouping != 0 || part < from || part >= to || number >= BATCHES * ROWS ||
			    number % 100 != part || seen[number]++ != 0 || !is_whole(batch, i);
		}
	}
	is_uint(st, FLOW_END);
	is_uint(wrong, 0);
	row_decoder_free(decoder);
	buf_release(&bytes);
}

int
main(void)
{
	const struct flow_agg_ask ask = { .keys = "src_addr,proto,src_port,src_as",
		.measures = "bytes,first,last", .order = "bytes" };
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct made *m = malloc(sizeof(*m));
	uint8_t *seen = calloc(BATCHES * ROWS, 1);
	struct row_sorter *sorter;
	struct row_parts *parts;
	struct flow_error err;
	uint32_t count = 0;

	if (m == NULL || seen == NULL || flow_agg_ask(spec, &ask, &err) != FLOW_OK)
		abort();
	parts = row_parts_new(spec, ".", 1, 1);
	sorter = row_sorter_new(parts);
	write_rows(parts, sorter, m);
	read_rows(parts, spec, 0, 7, seen);
	read_rows(parts, spec, 7, 8, seen);
	read_rows(parts, spec, 8, ROW_PARTS, seen);
	for (uint32_t i = 0; i < BATCHES * ROWS; i++)
		count += seen[i];
	is_uint(count, BATCHES * ROWS);
	row_sorter_free(sorter);
	row_parts_free(parts);
	/* A folder that is not there is told. */
	parts = row_parts_new(spec, "/nonexistent", 1, 1);
	sorter = row_sorter_new(parts);
	is_uint(row_sorter_put(sorter, 0, 0, &m->batch, 0, &err), FLOW_OK);
	is_uint(row_sorter_end(sorter, &err), FLOW_EIO);
	is_str(err.message, "/nonexistent: no temporary file: No such file or directory");
	row_sorter_free(sorter);
	row_parts_free(parts);
	flow_agg_spec_free(spec);
	free(seen);
	free(m);
	return tap_done();
}
