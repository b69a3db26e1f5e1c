/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any rows, encoded, are datagrams that the decoder takes without a complaint and
 * without losing a row; what it finds in them are the rows' addresses and ports.
 *
 *	version | sampling | size of datagrams | row, row ... of 8 bytes
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "synth/random.h"
#include "wire/decode.h"
#include "wire/encode/encode.h"

#define MAX_ROWS 3000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* Columns that the encoder looks at; bit i of a row's first byte makes each eighth of them null. */
static const enum flow_field fields[] = {
	FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT,
	FLOW_FIELD_PROTO, FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_TOS, FLOW_FIELD_FIRST, FLOW_FIELD_LAST,
	FLOW_FIELD_RECEIVED, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_IN_IF,
	FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS, FLOW_FIELD_SRC_MASK,
	FLOW_FIELD_DST_MASK, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_DIRECTION, FLOW_FIELD_FWD_STATUS,
};

static void
fill(uint8_t *value, enum flow_field field, struct random *r)
{
	enum flow_type type = flow_field_info(field)->type;
	uint64_t bits = random_next(r);
	struct addr a = addr_from_v4((uint32_t)bits);

	if (type == FLOW_TYPE_ADDR) {
		if ((bits >> 63) != 0)
			store_be64(a.b, bits | 1);
		memcpy(value, &a, sizeof(a));
	} else {
		/* Numbers of all magnitudes. */
		bits >>= random_below(r, 64);
		if (type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME)
			bits &= INT64_MAX;
		memcpy(value, &bits, flow_type_size(type));
	}
}

static void
make_rows(struct flow_builder *b, const uint8_t *data, size_t rows)
{
	size_t f, i;

	must(flow_builder_reserve(b, rows) == FLOW_OK);
	for (f = 0; f < ARRAY_LEN(fields); f++) {
		size_t size = flow_type_size(flow_field_info(fields[f])->type);

		for (i = 0; i < rows; i++) {
			uint8_t *values = flow_builder_flat(b, fields[f], rows);
			struct random r;

			must(values != NULL);
			random_init(&r, load_le64(data + 8 * i) + f);
			fill(values + i * size, fields[f], &r);
		}
		for (i = 0; i < rows; i++)
			if ((data[8 * i] >> (f % 8) & 1) != 0)
				must(flow_builder_null(b, fields[f], i) == FLOW_OK);
	}
	flow_builder_commit(b, rows);
}

static void
decode(const struct flow_datagrams *d, struct flow_decoder *decoder, struct flow_builder *out)
{
	struct flow_datagram datagram = { .exporter = addr_from_v4(1), .transport = FLOW_UDP };
	const struct flow_counts *counts = flow_decoder_counts(decoder);
	unsigned c;
	size_t i;

	for (i = 0; i < d->count; i++) {
		datagram.bytes = d->bytes.data + d->item[i].offset;
		datagram.len = d->item[i].len;
		/* Ever earlier, so that no jump of invented clocks looks like an exporter's boot. */
		datagram.received_ms = (INT64_C(1) << 50) - ((int64_t)i << 34);
		must(flow_decoder_datagram(decoder, &datagram, out) == FLOW_OK);
	}
	for (c = FLOW_COUNT_UNKNOWN_VERSION; c < FLOW_COUNT_TIME_ESTIMATED; c++)
		must(counts->value[c] == 0);
	must(counts->value[FLOW_COUNT_SEQUENCE_LOST] == 0);
	must(counts->value[FLOW_COUNT_SEQUENCE_LATE] == 0);
	must(counts->value[FLOW_COUNT_SEQUENCE_RESTARTS] == 0);
}

/* In a record of IPv6 an address of IPv4 is IPv4-mapped, and one that is missing is ::. */
static struct addr
in_v6(struct addr a)
{
	static const struct addr any6;

	if (addr_equal(&a, &addr_any4))
		return any6;
	addr_to_mapped(&a);
	return a;
}

/* A row without any value: v9 and IPFIX have no record for it, and it is counted as skipped. */
static bool
is_empty(const struct flow_batch *b, size_t row)
{
	for (size_t f = 0; f < ARRAY_LEN(fields); f++)
		if (flow_column_has(&b->column[fields[f]], row))
			return false;
	return true;
}

/* A sum that does not care for the order of rows. */
static uint64_t
sum_of(const struct flow_batch *b, bool only_v4, bool only_some)
{
	const struct addr *dst = b->column[FLOW_FIELD_DST_ADDR].values;
	const struct addr *src = b->column[FLOW_FIELD_SRC_ADDR].values;
	const uint16_t *port = b->column[FLOW_FIELD_SRC_PORT].values;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < b->rows; i++) {
		struct addr s = flow_column_has(&b->column[FLOW_FIELD_SRC_ADDR], i) ? src[i] : addr_any4;
		struct addr d = flow_column_has(&b->column[FLOW_FIELD_DST_ADDR], i) ? dst[i] : addr_any4;
		bool v6 = !addr_is_v4(&s) || !addr_is_v4(&d);

		if ((v6 && only_v4) || (only_some && is_empty(b, i)))
			continue;
		if (v6) {
			s = in_v6(s);
			d = in_v6(d);
		}
		sum += addr_lo(&s) * 3 + (uint32_t)addr_lo(&d) * UINT64_C(5) + (port != NULL ? port[i] : 0u);
	}
	return sum;
}

static void
check(const struct flow_encoder_options *o, const struct flow_batch *batch, struct flow_builder *in)
{
	struct flow_encoder *encoder = flow_encoder_new(o);
	struct flow_decoder *decoder = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	const struct flow_batch *back;
	size_t rows = batch->rows;

	must(encoder != NULL && decoder != NULL && out != NULL);
	must(flow_encoder_batch(encoder, batch, 0, rows / 3, &d) == FLOW_OK);
	must(flow_encoder_batch(encoder, batch, rows / 3, rows - rows / 3, &d) == FLOW_OK);
	must(flow_encoder_flush(encoder, 0, &d) == FLOW_OK);
	decode(&d, decoder, out);
	must(flow_builder_rows(out) + flow_encoder_skipped(encoder) == rows);
	back = flow_builder_batch(out);
	must(back != NULL);
	must(sum_of(back, false, false) == sum_of(flow_builder_batch(in), o->version < 9, o->version >= 9));
	flow_encoder_free(encoder);
	flow_decoder_free(decoder);
	flow_builder_free(out);
	flow_datagrams_release(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t versions[] = { 5, 9, 10, 1, 7, 8 };
	struct flow_encoder_options o = { 0 };
	struct flow_builder *in;
	struct flow_dictify *dictify;
	struct flow_batch other;
	size_t rows;

	if (len < 3)
		return 0;
	/* Of v8 whole flows, the only scheme that has both addresses and ports. */
	o.version = versions[(data[0] & 0x7f) % ARRAY_LEN(versions)];
	o.scheme = 8;
	o.sampling = (uint32_t)1 << data[1] % 14;
	o.max_bytes = 512 + data[2] * (size_t)254;
	rows = (len - 3) / 8 < MAX_ROWS ? (len - 3) / 8 : MAX_ROWS;
	in = flow_builder_new();
	dictify = flow_dictify_new();
	must(in != NULL && dictify != NULL);
	make_rows(in, data + 3, rows);
	if ((data[0] & 0x80) != 0) {
		must(flow_dictify(dictify, flow_builder_batch(in), &other) == FLOW_OK);
		check(&o, &other, in);
	} else {
		check(&o, flow_builder_batch(in), in);
	}
	flow_dictify_free(dictify);
	flow_builder_free(in);
	return 0;
}
