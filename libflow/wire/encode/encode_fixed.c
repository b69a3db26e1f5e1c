/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_fixed.h"

#include "base/attr.h"

#define F(width, form, field) { 0, (width), ENCODE_##form, FLOW_FIELD_##field, 0, 0, 0, NULL }
#define PAD(width) { 0, (width), ENCODE_ZERO, FLOW_FIELD_NONE, 0, 0, 0, NULL }

#define PATH \
	F(4, ADDR4, SRC_ADDR), F(4, ADDR4, DST_ADDR), F(4, ADDR4, NEXT_HOP), \
	F(2, NUMBER, IN_IF), F(2, NUMBER, OUT_IF)
#define COUNTERS F(4, COUNTER, PACKETS), F(4, COUNTER, BYTES)
#define TIMES F(4, UPTIME, FIRST), F(4, UPTIME, LAST)
#define PORTS F(2, NUMBER, SRC_PORT), F(2, NUMBER, DST_PORT)
#define ASES F(2, AS, SRC_AS), F(2, AS, DST_AS)

/* Cisco has four bytes more behind it, which hardly any exporter sends and few collectors expect. */
static const struct encode_field v1[] = {
	PATH, COUNTERS, TIMES, PORTS, PAD(2), F(1, NUMBER, PROTO), F(1, NUMBER, TOS), F(1, BITS, TCP_FLAGS),
	PAD(7),
};
static const struct encode_field v5[] = {
	PATH, COUNTERS, TIMES, PORTS, PAD(1), F(1, BITS, TCP_FLAGS), F(1, NUMBER, PROTO), F(1, NUMBER, TOS),
	ASES, F(1, NUMBER, SRC_MASK), F(1, NUMBER, DST_MASK), PAD(2),
};
/* As v5, with flags where v5 has padding, and the router that was bypassed. */
static const struct encode_field v7[] = {
	PATH, COUNTERS, TIMES, PORTS, PAD(1), F(1, BITS, TCP_FLAGS), F(1, NUMBER, PROTO), F(1, NUMBER, TOS),
	ASES, F(1, NUMBER, SRC_MASK), F(1, NUMBER, DST_MASK), PAD(2), F(4, ADDR4, NEXT_HOP),
};

/* What caches of v8 have at the beginning, but for those of whole flows. */
#define CACHE F(4, NUMBER, FLOWS), COUNTERS, TIMES
#define IFS F(2, NUMBER, IN_IF), F(2, NUMBER, OUT_IF)
#define SRC F(4, ADDR4, SRC_ADDR)
#define DST F(4, ADDR4, DST_ADDR)
#define TOS F(1, NUMBER, TOS)
#define PROTO F(1, NUMBER, PROTO)
#define SRC_MASK F(1, NUMBER, SRC_MASK)
#define DST_MASK F(1, NUMBER, DST_MASK)
#define SRC_AS F(2, AS, SRC_AS)
#define DST_AS F(2, AS, DST_AS)
#define IN_IF F(2, NUMBER, IN_IF)
#define OUT_IF F(2, NUMBER, OUT_IF)

static const struct encode_field as[] = { CACHE, ASES, IFS };
static const struct encode_field proto_port[] = { CACHE, PROTO, PAD(3), PORTS };
static const struct encode_field src_prefix[] = { CACHE, SRC, SRC_MASK, PAD(1), SRC_AS, IN_IF, PAD(2) };
static const struct encode_field dst_prefix[] = { CACHE, DST, DST_MASK, PAD(1), DST_AS, OUT_IF, PAD(2) };
static const struct encode_field prefix[] = { CACHE, SRC, DST, DST_MASK, SRC_MASK, PAD(2), ASES, IFS };
static const struct encode_field dst_only[] = {
	DST, COUNTERS, TIMES, OUT_IF, TOS, PAD(1), PAD(4), F(4, ADDR4, NEXT_HOP),
};
static const struct encode_field src_dst[] = {
	DST, SRC, COUNTERS, TIMES, OUT_IF, IN_IF, TOS, PAD(3), PAD(4), F(4, ADDR4, NEXT_HOP),
};
static const struct encode_field full_flow[] = {
	DST, SRC, F(2, NUMBER, DST_PORT), F(2, NUMBER, SRC_PORT), COUNTERS, TIMES, OUT_IF, IN_IF, TOS, PROTO,
	PAD(2), PAD(4), F(4, ADDR4, NEXT_HOP),
};
static const struct encode_field as_tos[] = { CACHE, ASES, IFS, TOS, PAD(3) };
static const struct encode_field proto_port_tos[] = { CACHE, PROTO, TOS, PAD(2), PORTS, IFS };
static const struct encode_field src_prefix_tos[] = { CACHE, SRC, SRC_MASK, TOS, SRC_AS, IN_IF, PAD(2) };
static const struct encode_field dst_prefix_tos[] = { CACHE, DST, DST_MASK, TOS, DST_AS, OUT_IF, PAD(2) };
static const struct encode_field prefix_tos[] = {
	CACHE, SRC, DST, DST_MASK, SRC_MASK, TOS, PAD(1), ASES, IFS,
};
static const struct encode_field prefix_port_tos[] = {
	CACHE, SRC, DST, DST_MASK, SRC_MASK, TOS, PROTO, PORTS, IFS,
};

#define FIXED(version, scheme, records, fields, size) \
	{ (version), (scheme), (records), { (fields), ARRAY_LEN(fields), (size) } }

static const struct encode_fixed fixed[] = {
	FIXED(1, 0, 24, v1, 48),
	FIXED(5, 0, 30, v5, 48),
	FIXED(7, 0, 27, v7, 52),
	FIXED(8, 1, 51, as, 28),
	FIXED(8, 2, 51, proto_port, 28),
	FIXED(8, 3, 44, src_prefix, 32),
	FIXED(8, 4, 44, dst_prefix, 32),
	FIXED(8, 5, 35, prefix, 40),
	FIXED(8, 6, 44, dst_only, 32),
	FIXED(8, 7, 35, src_dst, 40),
	FIXED(8, 8, 32, full_flow, 44),
	FIXED(8, 9, 44, as_tos, 32),
	FIXED(8, 10, 44, proto_port_tos, 32),
	FIXED(8, 11, 44, src_prefix_tos, 32),
	FIXED(8, 12, 44, dst_prefix_tos, 32),
	FIXED(8, 13, 35, prefix_tos, 40),
	FIXED(8, 14, 35, prefix_port_tos, 40),
};

const struct encode_fixed *
encode_fixed_find(unsigned version, unsigned scheme)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(fixed); i++)
		if (fixed[i].version == version && (version != 8 || fixed[i].scheme == scheme))
			return &fixed[i];
	return NULL;
}

void
encode_fixed_header(const struct encode_fixed *f, const struct encode_fixed_header *h, struct buf *b)
{
	buf_append_be16(b, f->version);
	buf_append_be16(b, h->records);
	buf_append_be32(b, (uint32_t)(h->time_ms - h->boot_ms));
	buf_append_be32(b, (uint32_t)(h->time_ms / 1000));
	buf_append_be32(b, (uint32_t)(h->time_ms % 1000) * 1000000);
	if (f->version == 1)
		return;
	buf_append_be32(b, h->sequence);
	if (f->version == 7) {
		buf_append_be32(b, 0);
		return;
	}
	buf_append_be16(b, h->engine);
	if (f->version == 5) {
		/* Two bits of mode, 1: one packet in every so many. */
		buf_append_be16(b, (uint16_t)(h->sampling > 0 ? 1u << 14 | h->sampling : 0));
		return;
	}
	buf_append_u8(b, f->scheme);
	buf_append_u8(b, 2);	/* version of the scheme */
	buf_append_be32(b, 0);
}
