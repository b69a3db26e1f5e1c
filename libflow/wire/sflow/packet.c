/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/packet.h"

#include "base/cursor.h"
#include "net/proto.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_MPLS 0x8847
#define TYPE_MPLS_UPSTREAM 0x8848
#define TYPE_PPPOE 0x8864
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define TYPE_QINQ_OLD 0x9100
#define TYPE_BRIDGED 0x6558	/* Ethernet in GRE */
#define LENGTH_MAX 1500		/* a type up to this is a length, and LLC follows */

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define PPP_MPLS 0x0281

#define PROTO_HOPOPTS 0
#define PROTO_IPV4 4
#define PROTO_IPV6 41
#define PROTO_ROUTING 43
#define PROTO_FRAGMENT 44
#define PROTO_GRE 47
#define PROTO_AH 51
#define PROTO_DSTOPTS 60
#define EXTENSIONS_MAX 16
#define ETHERNETS_MAX 8

#define PORT_VXLAN 4789

/* After the data offset: four reserved bits (RFC 9768 uses the last), then the eight flags. */
#define TCP_FLAGS_MASK 0xfffu

/* The next header's protocol and position. */
struct walk {
	struct cursor in;
	struct packet *out;
	struct packet_ip *ip;	/* of the header just read */
	unsigned tunnels;	/* IP headers within others */
	unsigned ethernets;	/* Ethernet headers within anything */
};

static void dissect_type(struct walk *w, uint16_t type);
static void dissect_ethernet(struct walk *w);

static void
dissect_ports(struct walk *w)
{
	struct packet_ip *ip = w->ip;
	struct cursor in = w->in;

	if (ip->proto == PROTO_ICMP || ip->proto == PROTO_ICMP6) {
		ip->icmp_type = cursor_u8(&in);
		ip->icmp_code = cursor_u8(&in);
		ip->has_icmp = !cursor_failed(&in);
		return;
	}
	if (!proto_has_ports(ip->proto))
		return;
	ip->src_port = cursor_be16(&in);
	ip->dst_port = cursor_be16(&in);
	ip->has_ports = !cursor_failed(&in);
	if (ip->proto != PROTO_TCP)
		return;
	cursor_skip(&in, 8);	/* sequence, acknowledgement */
	ip->tcp_flags = cursor_be16(&in) & TCP_FLAGS_MASK;
	ip->has_flags = !cursor_failed(&in);
}

/* RFC 2784 and 2890; version 1 (PPTP) is not followed. */
static void
dissect_gre(struct walk *w)
{
	uint16_t flags = cursor_be16(&w->in);
	uint16_t type = cursor_be16(&w->in);
	unsigned optional = ((flags & 0x8000) != 0) + ((flags & 0x2000) != 0) +
	    ((flags & 0x1000) != 0);

	if ((flags & 0x4007) != 0)
		return;
	cursor_skip(&w->in, 4 * optional);
	if (!cursor_failed(&w->in))
		dissect_type(w, type);
}

/* RFC 7348 5: 8 bytes after the UDP header, whose first byte has a flag that marks VXLAN. */
static void
dissect_vxlan(struct walk *w)
{
	uint8_t flags;

	cursor_skip(&w->in, 8);
	flags = cursor_u8(&w->in);
	cursor_skip(&w->in, 7);
	if (!cursor_failed(&w->in) && (flags & 0x08) != 0)
		dissect_ethernet(w);
}

static void
dissect_payload(struct walk *w)
{
	if (w->ip->fragment)
		return;
	switch (w->ip->proto) {
	case PROTO_IPV4:
		dissect_type(w, TYPE_IPV4);
		break;
	case PROTO_IPV6:
		dissect_type(w, TYPE_IPV6);
		break;
	case PROTO_GRE:
		dissect_gre(w);
		break;
	default:
		dissect_ports(w);
		if (w->ip->proto == PROTO_UDP && w->ip->dst_port == PORT_VXLAN)
			dissect_vxlan(w);
		break;
	}
}

/* Selects `outer` or `inner` for the next IP header; false: the limit of depth is reached. */
static bool
enter_ip(struct walk *w)
{
	if (w->ip == NULL) {
		w->ip = &w->out->outer;
		return true;
	}
	if (w->tunnels++ >= PACKET_TUNNELS)
		return false;
	w->ip = &w->out->inner;
	return true;
}

static void
dissect_ipv4(struct walk *w)
{
	struct packet_ip ip = { .version = 4 };
	uint8_t first = cursor_u8(&w->in);
	size_t options = (size_t)(first & 15) * 4;
	uint16_t fragment;

	ip.tos = cursor_u8(&w->in);
	ip.length = cursor_be16(&w->in);
	ip.id = cursor_be16(&w->in);
	fragment = cursor_be16(&w->in);
	ip.fragment = (fragment & 0x1fff) != 0;
	ip.ttl = cursor_u8(&w->in);
	ip.proto = cursor_u8(&w->in);
	cursor_skip(&w->in, 2);
	ip.src = addr_from_v4(cursor_be32(&w->in));
	ip.dst = addr_from_v4(cursor_be32(&w->in));
	if (cursor_failed(&w->in) || first >> 4 != 4 || options < 20 || !enter_ip(w))
		return;
	*w->ip = ip;
	cursor_skip(&w->in, options - 20);
	if (!cursor_failed(&w->in))
		dissect_payload(w);
}

/*
 * RFC 8200 4; stops at the first header that is no extension.  An extension's first byte names the next
 * header, so that it is known even if a segment routing header is longer than the sample.
 */
static void
skip_extensions(struct cursor *in, struct packet_ip *ip)
{
	unsigned n;

	for (n = 0; n < EXTENSIONS_MAX && !cursor_failed(in) && !ip->fragment; n++) {
		uint8_t kind = ip->proto, next, len;
		struct cursor fragment;

		if (kind != PROTO_HOPOPTS && kind != PROTO_ROUTING && kind != PROTO_FRAGMENT &&
		    kind != PROTO_AH && kind != PROTO_DSTOPTS)
			return;
		next = cursor_u8(in);
		if (cursor_failed(in))
			return;
		ip->proto = next;
		len = cursor_u8(in);
		if (kind == PROTO_FRAGMENT) {
			fragment = *in;
			cursor_skip(in, 6);
			if (cursor_failed(in))
				return;
			ip->fragment = (cursor_be16(&fragment) & 0xfff8) != 0;
			ip->id = cursor_be32(&fragment);
		} else {
			cursor_skip(in, kind == PROTO_AH ? (size_t)len * 4 + 6 : (size_t)len * 8 + 6);
		}
	}
}

static void
dissect_ipv6(struct walk *w)
{
	struct packet_ip ip = { .version = 6 };
	uint32_t first = cursor_be32(&w->in);
	const uint8_t *src, *dst;

	ip.tos = (uint8_t)(first >> 20);
	ip.flow_label = first & 0xfffff;
	ip.length = 40 + (uint32_t)cursor_be16(&w->in);
	ip.proto = cursor_u8(&w->in);
	ip.ttl = cursor_u8(&w->in);
	src = cursor_bytes(&w->in, 16);
	dst = cursor_bytes(&w->in, 16);
	if (cursor_failed(&w->in) || first >> 28 != 6 || !enter_ip(w))
		return;
	ip.src = addr_from_header6(src);
	ip.dst = addr_from_header6(dst);
	skip_extensions(&w->in, &ip);
	*w->ip = ip;
	if (!cursor_failed(&w->in))
		dissect_payload(w);
}

static void
dissect_ip(struct walk *w)
{
	if (cursor_left(&w->in) == 0)
		return;
	if (w->ip == NULL)
		w->out->ip_offset = (uint32_t)cursor_offset(&w->in);
	if (w->in.pos[0] >> 4 == 4)
		dissect_ipv4(w);
	else if (w->in.pos[0] >> 4 == 6)
		dissect_ipv6(w);
}

static void
dissect_ethernet(struct walk *w)
{
	const uint8_t *dst = cursor_bytes(&w->in, 6), *src = cursor_bytes(&w->in, 6);
	uint16_t type = cursor_be16(&w->in);

	if (cursor_failed(&w->in))
		return;
	if (!w->out->has_macs && w->ip == NULL) {
		w->out->has_macs = true;
		w->out->dst_mac = (uint64_t)load_be16(dst) << 32 | load_be32(dst + 2);
		w->out->src_mac = (uint64_t)load_be16(src) << 32 | load_be32(src + 2);
	}
	dissect_type(w, type);
}

/* RFC 3032; below the stack is IP, or a pseudowire with its control word (RFC 4448). */
static void
dissect_mpls(struct walk *w)
{
	bool bottom = false;
	uint32_t entry;

	while (!bottom) {
		entry = cursor_be32(&w->in);
		if (cursor_failed(&w->in))
			return;
		bottom = (entry >> 8 & 1) != 0;
		if (w->ip == NULL && w->out->labels < PACKET_LABELS)
			w->out->label[w->out->labels++] = entry >> 8;
	}
	if (cursor_left(&w->in) <= 4 || w->in.pos[0] >> 4 != 0 || w->ip != NULL) {
		dissect_ip(w);
	} else if (w->ethernets++ < ETHERNETS_MAX) {
		cursor_skip(&w->in, 4);
		dissect_ethernet(w);
	}
}

static void
dissect_ppp(struct walk *w)
{
	uint16_t proto;

	/* Address and control of HDLC-like framing. */
	if (cursor_left(&w->in) >= 2 && load_be16(w->in.pos) == 0xff03)
		cursor_skip(&w->in, 2);
	proto = cursor_be16(&w->in);
	if (proto == PPP_IPV4 || proto == PPP_IPV6)
		dissect_ip(w);
	else if (proto == PPP_MPLS)
		dissect_mpls(w);
}

static uint16_t
skip_tags(struct walk *w, uint16_t type)
{
	while (type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD) {
		uint16_t tag = cursor_be16(&w->in);

		type = cursor_be16(&w->in);
		if (cursor_failed(&w->in))
			return 0;
		if (w->ip == NULL && w->out->vlans < 2)
			w->out->vlan[w->out->vlans++] = tag & 0x0fff;
	}
	return type;
}

/* IEEE 802.2 with SNAP; a frame without an Ethernet type is not followed. */
static uint16_t
skip_llc(struct walk *w)
{
	uint32_t llc = cursor_be32(&w->in);

	cursor_skip(&w->in, 2);
	return llc >> 8 == 0xaaaa03 ? cursor_be16(&w->in) : 0;
}

static void
dissect_type(struct walk *w, uint16_t type)
{
	type = skip_tags(w, type);
	if (type <= LENGTH_MAX)
		type = skip_llc(w);
	if (cursor_failed(&w->in))
		return;
	if (type != 0 && w->ip == NULL && !w->out->has_type) {
		w->out->has_type = true;
		w->out->ether_type = type;
	}
	switch (type) {
	case TYPE_IPV4: case TYPE_IPV6:
		dissect_ip(w);
		break;
	case TYPE_MPLS: case TYPE_MPLS_UPSTREAM:
		dissect_mpls(w);
		break;
	case TYPE_PPPOE:
		cursor_skip(&w->in, 6);
		dissect_ppp(w);
		break;
	case TYPE_BRIDGED:
		if (w->ethernets++ < ETHERNETS_MAX)
			dissect_ethernet(w);
		break;
	}
}

void
packet_dissect(enum packet_start start, const uint8_t *bytes, size_t len, struct packet *out)
{
	struct walk w = { .in = cursor_make(bytes, len), .out = out };

	memset(out, 0, sizeof(*out));
	switch (start) {
	case PACKET_ETHERNET:
		dissect_ethernet(&w);
		break;
	case PACKET_PPP:
		dissect_ppp(&w);
		break;
	case PACKET_IP:
		dissect_ip(&w);
		break;
	case PACKET_MPLS:
		dissect_mpls(&w);
		break;
	}
}
