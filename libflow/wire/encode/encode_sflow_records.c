/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_sflow_records.h"

#include "base/bytes.h"
#include "wire/encode/encode_packet.h"

/* Formats of records. */
#define RAW_HEADER 1
#define ETHERNET_FRAME 2
#define SAMPLED_IPV4 3
#define SAMPLED_IPV6 4
#define EXT_SWITCH 1001
#define EXT_ROUTER 1002
#define EXT_GATEWAY 1003
#define EXT_NAT 1007
#define EXT_NAT_PORT 1020
#define V4_RAW_HEADER 1

#define HEADER_ETHERNET 1
#define FRAME_CHECK 4
#define ADDR_IPV4 1
#define ADDR_IPV6 2
#define AS_SEQUENCE 2

void
encode_sflow_addr(struct buf *b, const struct addr *a)
{
	uint8_t bytes[16];

	if (addr_is_v4(a)) {
		buf_append_be32(b, ADDR_IPV4);
		buf_append_be32(b, addr_v4(a));
		return;
	}
	addr_store_v6(a, bytes);
	buf_append_be32(b, ADDR_IPV6);
	buf_append(b, bytes, sizeof(bytes));
}

size_t
encode_sflow_begin(struct buf *b, uint32_t kind, bool v5)
{
	buf_append_be32(b, kind);
	if (v5)
		buf_append_be32(b, 0);
	return b->len;
}

void
encode_sflow_end(struct buf *b, size_t at, bool v5)
{
	while ((b->len - at) % 4 != 0)
		buf_append_u8(b, 0);
	if (v5 && !b->failed)
		store_be32(b->data + at - 4, (uint32_t)(b->len - at));
}

static uint32_t
number(const struct encode_sflow_row *r, enum flow_field field)
{
	return (uint32_t)encode_number(r->batch, field, r->at);
}

static bool
has(const struct encode_sflow_row *r, enum flow_field field)
{
	return flow_column_has(&r->batch->column[field], r->at);
}

static void
put_raw(const struct encode_sflow_row *r, struct buf *b)
{
	struct encode_packet packet;
	uint32_t sampled, i;
	size_t at;

	encode_packet(r->addrs, r->batch, r->at, r->tcp_flags, r->frame_bytes, &packet);
	sampled = packet.frame_bytes - FRAME_CHECK;
	if (sampled > r->habits->header_bytes)
		sampled = r->habits->header_bytes;
	at = encode_sflow_begin(b, r->v5 ? RAW_HEADER : V4_RAW_HEADER, r->v5);
	buf_append_be32(b, HEADER_ETHERNET);
	buf_append_be32(b, packet.frame_bytes);
	if (r->v5)
		buf_append_be32(b, FRAME_CHECK);
	buf_append_be32(b, sampled);
	buf_append(b, packet.bytes, packet.len < sampled ? packet.len : sampled);
	for (i = packet.len; i < sampled; i++)
		buf_append_u8(b, 0);
	encode_sflow_end(b, at, r->v5);
}

/* The fields of an IP packet, from agents whose hardware does not give its bytes. */
static void
put_ip_fields(const struct encode_sflow_row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_SRC_ADDR, r->at);
	struct addr dst = encode_addr(r->addrs, r->batch, FLOW_FIELD_DST_ADDR, r->at);
	bool v4 = addr_is_v4(&src) && addr_is_v4(&dst);
	size_t at = encode_sflow_begin(b, r->v5 ? (v4 ? SAMPLED_IPV4 : SAMPLED_IPV6) : v4 ? 2 : 3, r->v5);
	uint8_t bytes[16];

	buf_append_be32(b, r->frame_bytes);
	buf_append_be32(b, number(r, FLOW_FIELD_PROTO));
	if (v4) {
		buf_append_be32(b, addr_v4(&src));
		buf_append_be32(b, addr_v4(&dst));
	} else {
		addr_store_v6(&src, bytes);
		buf_append(b, bytes, 16);
		addr_store_v6(&dst, bytes);
		buf_append(b, bytes, 16);
	}
	buf_append_be32(b, number(r, FLOW_FIELD_SRC_PORT));
	buf_append_be32(b, number(r, FLOW_FIELD_DST_PORT));
	buf_append_be32(b, r->tcp_flags);
	buf_append_be32(b, number(r, FLOW_FIELD_TOS));
	encode_sflow_end(b, at, r->v5);
}

static void
put_mac(struct buf *b, uint64_t mac)
{
	buf_append_be16(b, (uint16_t)(mac >> 32));
	buf_append_be32(b, (uint32_t)mac);
	buf_append_be16(b, 0);
}

static void
put_ethernet(const struct encode_sflow_row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_SRC_ADDR, r->at);
	size_t at = encode_sflow_begin(b, ETHERNET_FRAME, true);

	buf_append_be32(b, r->frame_bytes);
	put_mac(b, encode_number(r->batch, FLOW_FIELD_IN_SRC_MAC, r->at));
	put_mac(b, encode_number(r->batch, FLOW_FIELD_IN_DST_MAC, r->at));
	buf_append_be32(b, addr_is_v4(&src) ? 0x0800 : 0x86dd);
	encode_sflow_end(b, at, true);
}

static void
put_switch(const struct encode_sflow_row *r, struct buf *b)
{
	size_t at = encode_sflow_begin(b, r->v5 ? EXT_SWITCH : 1, r->v5);

	buf_append_be32(b, number(r, FLOW_FIELD_SRC_VLAN));
	buf_append_be32(b, 0);
	buf_append_be32(b, has(r, FLOW_FIELD_DST_VLAN) ? number(r, FLOW_FIELD_DST_VLAN) :
	    number(r, FLOW_FIELD_SRC_VLAN));
	buf_append_be32(b, 0);
	encode_sflow_end(b, at, r->v5);
}

static void
put_router(const struct encode_sflow_row *r, struct buf *b)
{
	struct addr hop = encode_addr(r->addrs, r->batch, FLOW_FIELD_NEXT_HOP, r->at);
	size_t at = encode_sflow_begin(b, r->v5 ? EXT_ROUTER : 2, r->v5);

	encode_sflow_addr(b, &hop);
	buf_append_be32(b, number(r, FLOW_FIELD_SRC_MASK));
	buf_append_be32(b, number(r, FLOW_FIELD_DST_MASK));
	encode_sflow_end(b, at, r->v5);
}

/* The router's own AS is one of RFC 5398; the path ends in the destination's. */
static void
put_gateway(const struct encode_sflow_row *r, struct buf *b)
{
	bool own = has(r, FLOW_FIELD_BGP_NEXT_HOP);
	struct addr hop = encode_addr(r->addrs, r->batch, own ? FLOW_FIELD_BGP_NEXT_HOP : FLOW_FIELD_NEXT_HOP, r->at);
	uint32_t path[2], n = 0, i, src = number(r, FLOW_FIELD_SRC_AS), dst = number(r, FLOW_FIELD_DST_AS);
	size_t at = encode_sflow_begin(b, r->v5 ? EXT_GATEWAY : 3, r->v5);

	if (r->v5)
		encode_sflow_addr(b, &hop);
	buf_append_be32(b, 64500);
	buf_append_be32(b, src);
	buf_append_be32(b, has(r, FLOW_FIELD_PREV_AS) ? number(r, FLOW_FIELD_PREV_AS) : src);
	if (has(r, FLOW_FIELD_NEXT_AS) && number(r, FLOW_FIELD_NEXT_AS) != dst)
		path[n++] = number(r, FLOW_FIELD_NEXT_AS);
	path[n++] = dst;
	buf_append_be32(b, 1);
	buf_append_be32(b, AS_SEQUENCE);
	buf_append_be32(b, n);
	for (i = 0; i < n; i++)
		buf_append_be32(b, path[i]);
	buf_append_be32(b, 0);		/* communities */
	buf_append_be32(b, 100);	/* local preference */
	encode_sflow_end(b, at, r->v5);
}

static void
put_nat(const struct encode_sflow_row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_NAT_SRC_ADDR, r->at);
	struct addr dst = encode_addr(r->addrs, r->batch, FLOW_FIELD_NAT_DST_ADDR, r->at);
	size_t at = encode_sflow_begin(b, EXT_NAT, true);

	encode_sflow_addr(b, &src);
	encode_sflow_addr(b, &dst);
	encode_sflow_end(b, at, true);
	at = encode_sflow_begin(b, EXT_NAT_PORT, true);
	buf_append_be32(b, number(r, FLOW_FIELD_NAT_SRC_PORT));
	buf_append_be32(b, number(r, FLOW_FIELD_NAT_DST_PORT));
	encode_sflow_end(b, at, true);
}

uint32_t
encode_sflow_records(const struct encode_sflow_row *r, struct buf *b)
{
	const struct encode_sflow_habits *h = r->habits;
	bool nat = r->v5 && h->ext_nat && has(r, FLOW_FIELD_NAT_SRC_ADDR);
	uint32_t others = (uint32_t)h->ext_switch + h->ext_router + h->ext_gateway;
	uint32_t records = 1 + others + (r->v5 && h->ethernet) + (nat ? 2 : 0);

	if (h->fields)
		put_ip_fields(r, b);
	else
		put_raw(r, b);
	if (!r->v5)
		buf_append_be32(b, others);
	if (r->v5 && h->ethernet)
		put_ethernet(r, b);
	if (h->ext_switch)
		put_switch(r, b);
	if (h->ext_router)
		put_router(r, b);
	if (h->ext_gateway)
		put_gateway(r, b);
	if (nat)
		put_nat(r, b);
	return records;
}
