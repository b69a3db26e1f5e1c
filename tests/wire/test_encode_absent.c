/* SPDX-License-Identifier: BSD-2-Clause */
/* What a row lacks is not sent: templates of the columns that rows have, as many as are allowed. */
#include "wire/encode/encode.h"

#include <string.h>

#include "base/attr.h"
#include "base/cursor.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "synth/random.h"
#include "tap.h"
#include "wire/decode.h"
#include "wire/encode/device.h"

#define RECEIVED INT64_C(1700000000123)
#define ROWS 6000

/* Each is there or not: 2^12 kinds of rows. */
static const enum flow_field optional[] = {
	FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_TOS, FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF,
	    FLOW_FIELD_SRC_AS,
	FLOW_FIELD_DST_AS, FLOW_FIELD_SRC_MASK, FLOW_FIELD_DST_MASK, FLOW_FIELD_MIN_TTL, FLOW_FIELD_NAT_SRC_PORT,
	FLOW_FIELD_EVENT_TIME,
};

static void
must(bool condition)
{
	if (!condition)
		ok(false);
}

static void
set(struct flow_builder *b, enum flow_field field, size_t i, size_t n, uint64_t value)
{
	enum flow_type type = flow_field_info(field)->type;
	uint8_t *p = flow_builder_flat(b, field, n);

	must(p != NULL);
	if (p != NULL)
		flow_type_store(type, p + i * flow_type_size(type), value);
}

static void
set_addr(struct flow_builder *b, enum flow_field field, size_t i, size_t n, struct addr a)
{
	struct addr *p = flow_builder_flat(b, field, n);

	must(p != NULL);
	if (p != NULL)
		p[i] = a;
}

/* Row i has i packets; bit k of kind[i] says whether it has the column optional[k]. */
static void
add_rows(struct flow_builder *b, const uint32_t *kind, size_t n)
{
	size_t i, k;

	must(flow_builder_reserve(b, n) == FLOW_OK);
	for (i = 0; i < n; i++) {
		set(b, FLOW_FIELD_RECEIVED, i, n, (uint64_t)RECEIVED);
		set(b, FLOW_FIELD_FIRST, i, n, (uint64_t)RECEIVED - 2000);
		set(b, FLOW_FIELD_LAST, i, n, (uint64_t)RECEIVED - 1000);
		set(b, FLOW_FIELD_PROTO, i, n, 17);
		set(b, FLOW_FIELD_PACKETS, i, n, i);
		set(b, FLOW_FIELD_BYTES, i, n, 100 * i);
		set(b, FLOW_FIELD_FLOWS, i, n, 1);
		set_addr(b, FLOW_FIELD_SRC_ADDR, i, n, addr_from_v4(0xc0000201));
		set_addr(b, FLOW_FIELD_DST_ADDR, i, n, addr_from_v4(0xc6336402));
		for (k = 0; k < ARRAY_LEN(optional); k++)
			set(b, optional[k], i, n, 1 + (i + k) % 30);
	}
	for (i = 0; i < n; i++)
		for (k = 0; k < ARRAY_LEN(optional); k++)
			if ((kind[i] >> k & 1) == 0)
				must(flow_builder_null(b, optional[k], i) == FLOW_OK);
	flow_builder_commit(b, n);
}

static struct flow_encoder *
encoder(struct flow_device **device, uint8_t version)
{
	struct flow_encoder_options o = { .version = version, .domain = 7 };
	struct flow_error err;

	must(flow_device_named("all", version, device, &err) == FLOW_OK);
	o.device = *device;
	return flow_encoder_new(&o);
}

static void
decode(const struct flow_datagrams *d, struct flow_builder *out)
{
	struct flow_decoder *decoder = flow_decoder_new(NULL);
	const struct flow_counts *counts = flow_decoder_counts(decoder);
	struct flow_datagram datagram = { .exporter = addr_from_v4(1), .transport = FLOW_UDP, .received_ms = RECEIVED };
	unsigned c;
	size_t i;

	for (i = 0; i < d->count; i++) {
		datagram.bytes = d->bytes.data + d->item[i].offset;
		datagram.len = d->item[i].len;
		must(flow_decoder_datagram(decoder, &datagram, out) == FLOW_OK);
	}
	for (c = FLOW_COUNT_UNKNOWN_VERSION; c < FLOW_COUNT_TIME_ESTIMATED; c++)
		must(counts->value[c] == 0);
	flow_decoder_free(decoder);
}

/* Templates in v9 datagrams; *datagrams: those that have some. */
static size_t
templates_of(const struct flow_datagrams *d, size_t *datagrams)
{
	size_t n = 0, i;

	*datagrams = 0;
	for (i = 0; i < d->count; i++) {
		struct cursor c = cursor_make(d->bytes.data + d->item[i].offset, d->item[i].len);

		cursor_skip(&c, 2);
		if (d->item[i].rows > 0)
			continue;
		n += cursor_be16(&c);
		(*datagrams)++;
	}
	return n;
}

/* Values that differ from what was sent, and rows that lack a value that was there. */
static void
compare(const struct flow_batch *in, const struct flow_batch *out, size_t *wrong, size_t *shorter)
{
	const int64_t *packets = out->column[FLOW_FIELD_PACKETS].values;
	size_t i, k;

	*wrong = *shorter = 0;
	for (i = 0; i < out->rows; i++) {
		size_t row = (size_t)packets[i];
		bool lacks = false;

		for (k = 0; k < ARRAY_LEN(optional); k++) {
			enum flow_field f = optional[k];
			enum flow_type type = flow_field_info(f)->type;
			bool before = flow_column_has(&in->column[f], row), after = flow_column_has(&out->column[f], i);

			lacks |= before && !after;
			*wrong += after && (!before || flow_column_number(&in->column[f], type, row) !=
			    flow_column_number(&out->column[f], type, i));
		}
		*shorter += lacks;
	}
}

/* n rows of so many kinds through encoder and decoder; what became of them. */
static void
round_trip(uint8_t version, uint32_t kinds, bool dict, size_t *wrong, size_t *shorter)
{
	static uint32_t kind[ROWS];
	struct flow_device *device = NULL;
	struct flow_encoder *e = encoder(&device, version);
	struct flow_builder *in = flow_builder_new(), *out = flow_builder_new();
	struct flow_dictify *dictify = flow_dictify_new();
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	const struct flow_batch *batch;
	struct flow_batch other;
	struct random r;
	size_t i;

	random_init(&r, kinds);
	for (i = 0; i < ROWS; i++)
		kind[i] = (uint32_t)random_below(&r, kinds);
	add_rows(in, kind, ROWS);
	batch = flow_builder_batch(in);
	must(flow_dictify(dictify, batch, &other) == FLOW_OK);
	must(flow_encoder_batch(e, dict ? &other : batch, 0, ROWS, &d) == FLOW_OK);
	must(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	decode(&d, out);
	is_uint(flow_builder_rows(out), ROWS);
	is_uint(flow_encoder_skipped(e), 0);
	compare(batch, flow_builder_batch(out), wrong, shorter);
	is_uint(flow_encoder_shortened(e), *shorter);
	flow_encoder_free(e);
	flow_device_free(device);
	flow_dictify_free(dictify);
	flow_builder_free(in);
	flow_builder_free(out);
	flow_datagrams_release(&d);
}

static void
test_kinds(void)
{
	unsigned version, dict;
	size_t wrong, shorter;

	for (version = 9; version <= 10; version++)
		for (dict = 0; dict < 2; dict++) {
			round_trip((uint8_t)version, 256, dict == 1, &wrong, &shorter);
			is_uint(wrong, 0);
			is_uint(shorter, 0);
			/* More kinds than templates: less comes, but nothing else. */
			round_trip((uint8_t)version, 4096, dict == 1, &wrong, &shorter);
			is_uint(wrong, 0);
			ok(shorter > 0 && shorter < ROWS);
		}
}

/* A template is announced before its first row, once, and not again for further rows. */
static void
test_announced_once(void)
{
	/* 111111111111 and 000000000001 twice. */
	static const uint32_t kind[] = { 4095, 1, 4095, 1 };
	struct flow_device *device = NULL;
	struct flow_encoder *e = encoder(&device, 9);
	struct flow_builder *b = flow_builder_new();
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	size_t datagrams;

	add_rows(b, kind, ARRAY_LEN(kind));
	must(flow_encoder_batch(e, flow_builder_batch(b), 0, 1, &d) == FLOW_OK);
	must(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	is_uint(templates_of(&d, &datagrams), 1);
	flow_datagrams_clear(&d);
	must(flow_encoder_batch(e, flow_builder_batch(b), 1, 1, &d) == FLOW_OK);
	must(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	is_uint(templates_of(&d, &datagrams), 1);
	flow_datagrams_clear(&d);
	must(flow_encoder_batch(e, flow_builder_batch(b), 2, 2, &d) == FLOW_OK);
	must(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	is_uint(templates_of(&d, &datagrams), 0);
	is_uint(d.count, 1);
	/* Two sets of 4 bytes, padded to 4: first 8 + 8 (152, 153), addresses 8, packets, bytes, flows 24, proto 1,
	 * and 2 (7) of the one; of the other 2 2 1 4 4 4 4 1 1 1 2 8 = 34. */
	is_uint(d.item[0].len, 20 + (4 + 49 + 34 + 1) + (4 + 49 + 2 + 1));
	flow_encoder_free(e);
	flow_device_free(device);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

/* The usual templates: without the AS, an element less, and under the next number that is free: 260. */
static void
test_usual(void)
{
	struct flow_encoder_options o = { .version = 9, .domain = 7 };
	struct flow_encoder *e = flow_encoder_new(&o);
	struct flow_builder *b = flow_builder_new();
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	static const uint32_t kind[] = { 4095 & ~32u };
	struct cursor c;

	add_rows(b, kind, 1);
	must(flow_encoder_batch(e, flow_builder_batch(b), 0, 1, &d) == FLOW_OK);
	must(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	c = cursor_make(d.bytes.data + d.item[0].offset, d.item[0].len);
	cursor_skip(&c, 2);
	is_uint(cursor_be16(&c), 3);
	cursor_skip(&c, 16 + 4);
	is_uint(cursor_be16(&c), 256);
	is_uint(cursor_be16(&c), 21);
	cursor_skip(&c, 84);
	is_uint(cursor_be16(&c), 257);
	is_uint(cursor_be16(&c), 21);
	cursor_skip(&c, 84);
	is_uint(cursor_be16(&c), 260);
	/* Next hop, TCP flags, direction, source AS, forwarding status and version are not in the row. */
	is_uint(cursor_be16(&c), 15);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

int
main(void)
{
	test_kinds();
	test_announced_once();
	test_usual();
	return tap_done();
}
