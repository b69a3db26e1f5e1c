/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any rows, as samples of sFlow or passed by an agent that takes some packets: the decoder has no complaint, and as
 * many rows as there are samples, each for `rate` packets.
 *
 *	version and kinds of records | how packets are taken | size of datagrams | row, row ... of 8 bytes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "record/builder.h"
#include "synth/packet_skip.h"
#include "wire/decode.h"
#include "wire/encode/device.h"
#include "wire/encode/encode.h"

#define ROWS_MAX 1000
#define RATE 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static const enum flow_field fields[] = {
	FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO,
	FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_TOS, FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_AS,
	FLOW_FIELD_DST_AS, FLOW_FIELD_SRC_MASK, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_SRC_VLAN, FLOW_FIELD_MPLS_1,
	FLOW_FIELD_MPLS_2, FLOW_FIELD_NAT_SRC_ADDR, FLOW_FIELD_NAT_DST_ADDR, FLOW_FIELD_INNER_SRC_ADDR,
	FLOW_FIELD_INNER_DST_ADDR, FLOW_FIELD_INNER_PROTO, FLOW_FIELD_FWD_STATUS, FLOW_FIELD_FLOW_LABEL,
	FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_RECEIVED,
};

static void
fill(struct flow_builder *b, enum flow_field field, size_t row, size_t rows, struct random *r)
{
	void *column = flow_builder_flat(b, field, rows);
	uint64_t bits = random_next(r) >> random_below(r, 60);
	struct addr a = addr_from_v4((uint32_t)bits);

	must(column != NULL);
	if (flow_field_info(field)->type == FLOW_TYPE_ADDR) {
		if ((bits & 1) != 0)
			store_be64(a.b, bits);
		((struct addr *)column)[row] = a;
		return;
	}
	if (field == FLOW_FIELD_PACKETS)
		bits = bits % 64 + 1;
	if (field == FLOW_FIELD_BYTES)
		bits = bits % (64 * 1500);
	if (field == FLOW_FIELD_RECEIVED)
		bits = UINT64_C(1767225600000) + row;
	switch (flow_type_size(flow_field_info(field)->type)) {
	case 1: ((uint8_t *)column)[row] = (uint8_t)bits; break;
	case 2: ((uint16_t *)column)[row] = (uint16_t)bits; break;
	case 4: ((uint32_t *)column)[row] = (uint32_t)bits; break;
	default: ((int64_t *)column)[row] = (int64_t)(bits & INT64_MAX); break;
	}
}

/* Bit i of a row's first byte makes each eighth of its columns null, but not what all rows have. */
static void
make_rows(struct flow_builder *b, const uint8_t *data, size_t rows)
{
	size_t f, i;

	must(flow_builder_reserve(b, rows) == FLOW_OK);
	for (f = 0; f < ARRAY_LEN(fields); f++) {
		for (i = 0; i < rows; i++) {
			struct random r;

			random_init(&r, load_le64(data + 8 * i) + f);
			fill(b, fields[f], i, rows, &r);
		}
		for (i = 0; i < rows && !flow_field_info(fields[f])->required; i++)
			if ((data[8 * i] >> (f % 8) & 1) != 0)
				must(flow_builder_null(b, fields[f], i) == FLOW_OK);
	}
	flow_builder_commit(b, rows);
}

static uint64_t
draw(void *skip)
{
	return packet_skip_next(skip);
}

/* How many rows the decoder makes of them. */
static size_t
decode(const struct flow_datagrams *d, uint64_t *packets)
{
	struct flow_decoder *decoder = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	struct flow_datagram datagram = { .exporter = addr_from_v4(1), .transport = FLOW_UDP };
	const struct flow_batch *back;
	unsigned c;
	size_t i, rows;

	must(decoder != NULL && out != NULL);
	for (i = 0; i < d->count; i++) {
		datagram.bytes = d->bytes.data + d->item[i].offset;
		datagram.len = d->item[i].len;
		datagram.received_ms = d->item[i].time_ms;
		must(flow_decoder_datagram(decoder, &datagram, out) == FLOW_OK);
	}
	for (c = FLOW_COUNT_UNKNOWN_VERSION; c < FLOW_COUNT_TIME_ESTIMATED; c++)
		must(flow_decoder_counts(decoder)->value[c] == 0);
	must(flow_decoder_counts(decoder)->value[FLOW_COUNT_SEQUENCE_LOST] == 0);
	back = flow_builder_batch(out);
	must(back != NULL);
	rows = back->rows;
	for (i = 0; i < rows; i++)
		*packets += (uint64_t)((const int64_t *)back->column[FLOW_FIELD_PACKETS].values)[i];
	flow_builder_free(out);
	flow_decoder_free(decoder);
	return rows;
}

static void
check(const struct flow_encoder_options *o, const struct flow_batch *batch)
{
	struct flow_encoder *e = flow_encoder_new(o);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	uint64_t samples = 0, packets = 0, want = 0;
	size_t i;

	must(e != NULL);
	must(flow_encoder_batch(e, batch, 0, batch->rows, &d) == FLOW_OK && flow_encoder_flush(e, 0, &d) == FLOW_OK);
	for (i = 0; i < d.count; i++)
		samples += d.item[i].rows;
	for (i = 0; i < batch->rows; i++)
		want += (uint64_t)((const int64_t *)batch->column[FLOW_FIELD_PACKETS].values)[i];
	must(decode(&d, &packets) == samples);
	if (o->skip == NULL)
		must(samples == batch->rows && packets == want);
	else
		must(samples == flow_encoder_taken(e).samples && samples <= want && packets == samples * o->sampling);
	if (o->skip != NULL && o->sampling == 1)
		must(samples == want);
	flow_encoder_free(e);
	flow_datagrams_release(&d);
}

static struct flow_device *
device_of(uint8_t bits)
{
	static const char *const words[] = { "expanded", "ethernet", "switch", "router", "gateway", "nat", "vlan" };
	struct flow_device *device;
	char text[128];
	const char *version = (bits & 0x80) != 0 ? "sflow4" : "sflow";
	size_t len = (size_t)snprintf(text, sizeof(text), "version %s\nsample", version), i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if ((bits >> i & 1) != 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %s", words[i]);
	if ((bits & 0x7f) == 0)
		len += (size_t)snprintf(text + len, sizeof(text) - len, " mpls tunnels");
	must(flow_device_parse(text, len, 10, &device, NULL) == FLOW_OK);
	return device;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_encoder_options o = { .exporter = addr_from_v4(2) };
	struct flow_device *device;
	struct packet_skip skip;
	struct flow_builder *in;
	size_t rows;

	if (len < 11)
		return 0;
	device = device_of(data[0]);
	o.device = device;
	o.version = (uint8_t)flow_device_version(device);
	o.sampling = (data[1] & 1) != 0 ? RATE : 1;
	o.max_bytes = 512 + data[2] * (size_t)254;
	if ((data[1] & 2) != 0) {
		packet_skip_init(&skip, data[1], o.sampling);
		o.skip = draw;
		o.skipper = &skip;
	}
	rows = (len - 3) / 8 < ROWS_MAX ? (len - 3) / 8 : ROWS_MAX;
	in = flow_builder_new();
	must(in != NULL);
	make_rows(in, data + 3, rows);
	check(&o, flow_builder_batch(in));
	flow_builder_free(in);
	flow_device_free(device);
	return 0;
}
