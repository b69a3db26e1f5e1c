/* SPDX-License-Identifier: BSD-2-Clause */
/* An sFlow agent that takes packets of whole flows, where the test decides which: sflow.org, "sFlow Version 5". */
#include "wire/encode/encode.h"

#include <string.h>

#include "base/bytes.h"
#include "net/proto.h"
#include "record/builder.h"
#include "tap.h"

#define RATE 4

/* Before the compact samples: version, address, sub-agent, sequence, uptime, count. */
#define HEADER 28
/* Within a sample's contents. */
#define SEQUENCE 0
#define POOL 12
#define DROPS 16
/* Of its first record, behind kind and length: protocol, length of the frame ...; Ethernet, IPv4, and TCP's flags. */
#define FRAME (32 + 8 + 4)
#define FLAGS (32 + 8 + 16 + 14 + 20 + 13)

static uint64_t
next_skip(void *skips)
{
	const uint64_t **at = skips;

	return *(*at)++;
}

static void
put(struct flow_builder *b, enum flow_field field, size_t row, uint64_t value)
{
	void *column = flow_builder_flat(b, field, 2);

	if (column == NULL)
		return;
	if (flow_field_info(field)->type == FLOW_TYPE_ADDR)
		((struct addr *)column)[row] = addr_from_v4((uint32_t)value);
	else if (flow_type_size(flow_field_info(field)->type) == 1)
		((uint8_t *)column)[row] = (uint8_t)value;
	else if (flow_type_size(flow_field_info(field)->type) == 2)
		((uint16_t *)column)[row] = (uint16_t)value;
	else if (flow_type_size(flow_field_info(field)->type) == 4)
		((uint32_t *)column)[row] = (uint32_t)value;
	else
		((uint64_t *)column)[row] = value;
}

static void
put_flow(struct flow_builder *b, size_t row, uint64_t packets, uint64_t bytes, uint64_t flags)
{
	put(b, FLOW_FIELD_RECEIVED, row, UINT64_C(1700000000123));
	put(b, FLOW_FIELD_SRC_ADDR, row, 0xc0000201);
	put(b, FLOW_FIELD_DST_ADDR, row, 0xc0000202);
	put(b, FLOW_FIELD_PROTO, row, PROTO_TCP);
	put(b, FLOW_FIELD_TCP_FLAGS, row, flags);
	put(b, FLOW_FIELD_IN_IF, row, 7);
	put(b, FLOW_FIELD_PACKETS, row, packets);
	put(b, FLOW_FIELD_BYTES, row, bytes);
}

int
main(void)
{
	/*
	 * Of 10 packets the 1st, 4th and 10th are taken, then 5 pass: of the second flow's 8 packets the 6th is.
	 * 10 packets have 1005 bytes: by half a byte's rounding each, 100 or 101.
	 */
	static const uint64_t skips[] = { 0, 2, 5, 5, 100 };
	static const struct { uint32_t sequence, pool, frame; uint8_t flags; } want[] = {
		{ 1, 1, 100, TCP_SYN | TCP_ACK },
		{ 2, 4, 101, TCP_PSH | TCP_ACK },
		{ 3, 10, 101, TCP_FIN | TCP_ACK },
		/* Nobody answered: each packet is a SYN. */
		{ 4, 16, 64, TCP_SYN },
	};
	const uint64_t *skip = skips;
	struct flow_encoder_options o = { .version = FLOW_SFLOW5, .sampling = RATE, .exporter = addr_from_v4(1),
		.skip = next_skip, .skipper = &skip };
	struct flow_encoder *e = flow_encoder_new(&o);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	const struct flow_batch *batch;
	const uint8_t *p;
	size_t i;

	ok(e != NULL && b != NULL && flow_builder_reserve(b, 2) == FLOW_OK);
	put_flow(b, 0, 10, 1005, TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN);
	put_flow(b, 1, 8, 512, TCP_SYN);
	flow_builder_commit(b, 2);
	batch = flow_builder_batch(b);
	ok(batch != NULL && flow_encoder_batch(e, batch, 0, 2, &d) == FLOW_OK);
	ok(flow_encoder_flush(e, 0, &d) == FLOW_OK);
	is_uint(d.count, 1);
	is_uint(d.item[0].rows, ARRAY_LEN(want));
	is_uint(flow_encoder_taken(e).samples, ARRAY_LEN(want));
	is_uint(flow_encoder_taken(e).frame_bytes, 100 + 101 + 101 + 64);
	p = d.bytes.data + HEADER;
	is_uint(load_be32(p - 4), ARRAY_LEN(want));
	for (i = 0; i < ARRAY_LEN(want); i++) {
		is_uint(load_be32(p), 1);
		is_uint(load_be32(p + 8 + SEQUENCE), want[i].sequence);
		is_uint(load_be32(p + 8 + POOL - 4), RATE);
		is_uint(load_be32(p + 8 + POOL), want[i].pool);
		is_uint(load_be32(p + 8 + DROPS), 0);
		is_uint(load_be32(p + 8 + FRAME), want[i].frame);
		is_uint(p[8 + FLAGS], want[i].flags);
		p += 8 + load_be32(p + 4);
	}
	ok(p == d.bytes.data + d.bytes.len);
	flow_datagrams_release(&d);
	flow_encoder_free(e);
	flow_builder_free(b);
	return tap_done();
}
