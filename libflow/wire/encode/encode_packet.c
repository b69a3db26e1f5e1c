/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_packet.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "net/checksum.h"

/* IEEE 802.3: the shortest frame, and the check sequence at its end, which samples lack. */
#define FRAME_MIN 64
#define FRAME_CHECK 4

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define TYPE_MPLS 0x8847

#define PROTO_ICMP 1
#define PROTO_IPIP 4
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_IPV6 41
#define PROTO_GRE 47
#define PROTO_ICMP6 58
#define PROTO_SCTP 132

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define GRE_HEADER 4
#define VXLAN_HEADER 8
#define VXLAN_PORT 4789

#define BOTTOM_OF_STACK 1u

/* One IP header and its transport header. */
struct leg {
	struct addr src, dst;
	uint16_t src_port, dst_port, flags;
	uint8_t proto, tos, ttl, icmp_type, icmp_code;
	uint32_t label;			/* flow label of IPv6 */
};

/* A frame being written: headers from the outermost inwards, then their lengths. */
struct frame {
	uint8_t *bytes;
	size_t len;
	struct part {
		size_t at;
		uint8_t kind;		/* 4, 6: IP; PROTO_UDP */
	} part[8];
	size_t parts;
};

static uint8_t *
grow(struct frame *f, size_t n)
{
	uint8_t *p = f->bytes + f->len;

	memset(p, 0, n);
	f->len += n;
	return p;
}

static void
add_part(struct frame *f, uint8_t kind)
{
	f->part[f->parts++] = (struct part){ f->len, kind };
}

static void
put_mac(uint8_t *p, uint64_t mac)
{
	store_be16(p, (uint16_t)(mac >> 32));
	store_be32(p + 2, (uint32_t)mac);
}

/* A locally administered address derived from what it is for. */
static uint64_t
invented_mac(uint64_t seed)
{
	return UINT64_C(0x020000000000) | (hash_mix64(seed) & 0xffffffff);
}

static void
put_ethernet(struct frame *f, uint64_t dst, uint64_t src, uint16_t type)
{
	uint8_t *p = grow(f, 14);

	put_mac(p, dst);
	put_mac(p + 6, src);
	store_be16(p + 12, type);
}

static void
put_labels(struct frame *f, const struct flow_batch *batch, size_t row)
{
	unsigned i;

	for (i = 0; i < 10; i++) {
		enum flow_field field = (enum flow_field)(FLOW_FIELD_MPLS_1 + i);
		uint32_t entry = (uint32_t)encode_number(batch, field, row) & 0xffffff;
		bool more = i < 9 && flow_column_has(&batch->column[field + 1], row) &&
		    encode_number(batch, (enum flow_field)(field + 1), row) != 0;

		entry = more ? entry & ~BOTTOM_OF_STACK : entry | BOTTOM_OF_STACK;
		store_be32(grow(f, 4), entry << 8 | 63);
		if (!more)
			return;
	}
}

static void
put_ip(struct frame *f, const struct leg *l)
{
	bool v4 = addr_is_v4(&l->src) && addr_is_v4(&l->dst);
	uint8_t *p;

	add_part(f, v4 ? 4 : 6);
	if (v4) {
		p = grow(f, IPV4_HEADER);
		p[0] = 0x45;
		p[1] = l->tos;
		p[6] = 0x40;	/* do not fragment */
		p[8] = l->ttl;
		p[9] = l->proto;
		store_be32(p + 12, addr_v4(&l->src));
		store_be32(p + 16, addr_v4(&l->dst));
		return;
	}
	p = grow(f, IPV6_HEADER);
	store_be32(p, 6u << 28 | (uint32_t)l->tos << 20 | (l->label & 0xfffff));
	p[6] = l->proto;
	p[7] = l->ttl;
	addr_store_v6(&l->src, p + 8);
	addr_store_v6(&l->dst, p + 24);
}

static void
put_ports(struct frame *f, const struct leg *l)
{
	uint8_t *p;

	switch (l->proto) {
	case PROTO_TCP:
		p = grow(f, 20);
		p[12] = (uint8_t)(5 << 4 | ((l->flags >> 8) & 1));
		p[13] = (uint8_t)l->flags;
		store_be16(p + 14, 65535);
		break;
	case PROTO_UDP:
		add_part(f, PROTO_UDP);
		p = grow(f, UDP_HEADER);
		break;
	case PROTO_SCTP:
		p = grow(f, 12);
		break;
	case PROTO_ICMP: case PROTO_ICMP6:
		p = grow(f, 8);
		p[0] = l->icmp_type;
		p[1] = l->icmp_code;
		return;
	default:
		return;
	}
	store_be16(p, l->src_port);
	store_be16(p + 2, l->dst_port);
}

/* Writes the tunnel header between the outer and inner IP headers: GRE, VXLAN, or none. */
static void
put_tunnel(struct frame *f, const struct leg *outer, const struct leg *inner)
{
	bool v4 = addr_is_v4(&inner->src);
	uint16_t type = v4 ? TYPE_IPV4 : TYPE_IPV6;
	uint8_t *p;

	if (outer->proto == PROTO_GRE) {
		store_be16(grow(f, GRE_HEADER) + 2, type);
	} else if (outer->proto == PROTO_UDP) {
		add_part(f, PROTO_UDP);
		p = grow(f, UDP_HEADER);
		store_be16(p, outer->src_port);
		store_be16(p + 2, VXLAN_PORT);
		p = grow(f, VXLAN_HEADER);
		p[0] = 8;
		store_be32(p + 4, 5001u << 8);
		put_ethernet(f, invented_mac(addr_lo(&inner->dst)), invented_mac(addr_lo(&inner->src)), type);
	}
}

static uint8_t
ttl_of(const struct flow_batch *batch, size_t row, const struct addr *src)
{
	uint64_t ttl = encode_number(batch, FLOW_FIELD_MIN_TTL, row);

	/* A host that starts with 64 is some hops away. */
	return ttl != 0 ? (uint8_t)ttl : (uint8_t)(64 - (hash_mix64(addr_lo(src)) & 15));
}

static struct leg
outer_leg(const struct encode_addrs *addrs, const struct flow_batch *b, size_t row, uint16_t tcp_flags)
{
	struct leg l = {
		.src = encode_addr(addrs, b, FLOW_FIELD_SRC_ADDR, row),
		.dst = encode_addr(addrs, b, FLOW_FIELD_DST_ADDR, row),
		.src_port = (uint16_t)encode_number(b, FLOW_FIELD_SRC_PORT, row),
		.dst_port = (uint16_t)encode_number(b, FLOW_FIELD_DST_PORT, row),
		.flags = tcp_flags,
		.proto = (uint8_t)encode_number(b, FLOW_FIELD_PROTO, row),
		.tos = (uint8_t)encode_number(b, FLOW_FIELD_TOS, row),
		.label = (uint32_t)encode_number(b, FLOW_FIELD_FLOW_LABEL, row),
	};
	bool icmp = l.proto == PROTO_ICMP || l.proto == PROTO_ICMP6;

	l.ttl = ttl_of(b, row, &l.src);
	l.icmp_type = (uint8_t)(icmp ? l.dst_port >> 8 : 0);
	l.icmp_code = (uint8_t)l.dst_port;
	return l;
}

static struct leg
inner_leg(const struct encode_addrs *addrs, const struct flow_batch *b, size_t row)
{
	struct leg l = {
		.src = encode_addr(addrs, b, FLOW_FIELD_INNER_SRC_ADDR, row),
		.dst = encode_addr(addrs, b, FLOW_FIELD_INNER_DST_ADDR, row),
		.src_port = (uint16_t)encode_number(b, FLOW_FIELD_INNER_SRC_PORT, row),
		.dst_port = (uint16_t)encode_number(b, FLOW_FIELD_INNER_DST_PORT, row),
		.proto = (uint8_t)encode_number(b, FLOW_FIELD_INNER_PROTO, row),
		.ttl = 64,
	};

	return l;
}

/* Fills in lengths and checksums, given the frame's length without its check sequence. */
static void
finish(struct frame *f, size_t frame_bytes)
{
	size_t i;

	for (i = 0; i < f->parts; i++) {
		uint8_t *p = f->bytes + f->part[i].at;
		size_t len = frame_bytes - f->part[i].at;

		if (f->part[i].kind == 4) {
			store_be16(p + 2, (uint16_t)len);
			store_be16(p + 10, checksum_end(checksum_add(0, p, IPV4_HEADER)));
		} else {
			store_be16(p + 4, (uint16_t)(f->part[i].kind == 6 ? len - IPV6_HEADER : len));
		}
	}
}

static void
put_link(struct frame *f, const struct flow_batch *batch, size_t row, const struct leg *l)
{
	uint64_t src = encode_number(batch, FLOW_FIELD_IN_SRC_MAC, row),
	    dst = encode_number(batch, FLOW_FIELD_IN_DST_MAC, row);
	uint16_t vlan = (uint16_t)encode_number(batch, FLOW_FIELD_SRC_VLAN, row), type;
	bool labels = encode_number(batch, FLOW_FIELD_MPLS_1, row) != 0;

	type = labels ? TYPE_MPLS : addr_is_v4(&l->src) && addr_is_v4(&l->dst) ? TYPE_IPV4 : TYPE_IPV6;
	put_ethernet(f, dst != 0 ? dst : invented_mac(1 + encode_number(batch, FLOW_FIELD_OUT_IF, row)),
	    src != 0 ? src : invented_mac(encode_number(batch, FLOW_FIELD_IN_IF, row)), vlan != 0 ? TYPE_VLAN : type);
	if (vlan != 0) {
		uint8_t *p = grow(f, 4);

		store_be16(p, vlan & 0xfff);
		store_be16(p + 2, type);
	}
	if (labels)
		put_labels(f, batch, row);
}

void
encode_packet(const struct encode_addrs *addrs, const struct flow_batch *batch, size_t row, uint16_t tcp_flags,
    uint32_t frame_bytes, struct encode_packet *out)
{
	struct frame f = { .bytes = out->bytes };
	struct leg outer = outer_leg(addrs, batch, row, tcp_flags), inner = inner_leg(addrs, batch, row);
	bool tunnel = flow_column_has(&batch->column[FLOW_FIELD_INNER_SRC_ADDR], row) &&
	    (outer.proto == PROTO_GRE || outer.proto == PROTO_IPIP || outer.proto == PROTO_IPV6 ||
	    (outer.proto == PROTO_UDP && outer.dst_port == VXLAN_PORT));

	put_link(&f, batch, row, &outer);
	put_ip(&f, &outer);
	if (tunnel) {
		put_tunnel(&f, &outer, &inner);
		put_ip(&f, &inner);
		put_ports(&f, &inner);
	} else {
		put_ports(&f, &outer);
	}
	if (frame_bytes < FRAME_MIN)
		frame_bytes = FRAME_MIN;
	if (frame_bytes < f.len + FRAME_CHECK)
		frame_bytes = (uint32_t)f.len + FRAME_CHECK;
	finish(&f, frame_bytes - FRAME_CHECK);
	out->frame_bytes = frame_bytes;
	out->len = (uint32_t)f.len;
}
