/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame.h"

#include "base/cursor.h"

#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86dd
#define ETHER_VLAN 0x8100
#define ETHER_QINQ 0x88a8
#define ETHER_QINQ_OLD 0x9100
#define VLANS_MAX 4

#define PROTO_UDP 17
#define PROTO_HOP_BY_HOP 0
#define PROTO_ROUTING 43
#define PROTO_FRAGMENT 44
#define PROTO_DESTINATION 60
#define EXTENSIONS_MAX 8

#define IPV4_HEADER_MIN 20
#define UDP_HEADER 8

bool
frame_link_known(unsigned link)
{
	switch (link) {
	case FRAME_NULL:
	case FRAME_ETHERNET:
	case FRAME_RAW:
	case FRAME_LOOP:
	case FRAME_LINUX_SLL:
	case FRAME_IPV4:
	case FRAME_IPV6:
	case FRAME_LINUX_SLL2:
		return true;
	default:
		return false;
	}
}

static enum frame_verdict
parse_udp(struct cursor *in, struct frame_udp *udp)
{
	uint16_t length;

	udp->src_port = cursor_be16(in);
	udp->dst_port = cursor_be16(in);
	length = cursor_be16(in);
	cursor_skip(in, 2);	/* checksum: captures on the sending host often lack it */
	if (cursor_failed(in) || length < UDP_HEADER || (size_t)length - UDP_HEADER > cursor_left(in))
		return FRAME_CUT;
	udp->len = (size_t)length - UDP_HEADER;
	udp->payload = cursor_bytes(in, udp->len);
	return FRAME_UDP;
}

static enum frame_verdict
parse_ipv4(struct cursor *in, struct frame_udp *udp)
{
	struct cursor ip = *in, body;
	uint8_t head = cursor_u8(&ip), proto;
	uint16_t total, fragment;
	size_t header = (size_t)(head & 0x0f) * 4;

	cursor_skip(&ip, 1);
	total = cursor_be16(&ip);
	cursor_skip(&ip, 2);
	fragment = cursor_be16(&ip);
	cursor_skip(&ip, 1);
	proto = cursor_u8(&ip);
	cursor_skip(&ip, 2);
	udp->src = addr_from_v4(cursor_be32(&ip));
	udp->dst = addr_from_v4(cursor_be32(&ip));
	if (cursor_failed(&ip) || head >> 4 != 4 || header < IPV4_HEADER_MIN)
		return FRAME_CUT;
	if (proto != PROTO_UDP)
		return FRAME_OTHER;
	/* More fragments, or not the first. */
	if ((fragment & 0x3fff) != 0)
		return FRAME_FRAGMENT;
	/* A total of 0 is what segmentation offload leaves behind; frames may be padded. */
	body = *in;
	if (total != 0 && total < cursor_left(&body))
		body.end = body.pos + total;
	cursor_skip(&body, header);
	return cursor_failed(&body) ? FRAME_CUT : parse_udp(&body, udp);
}

/* Steps over extension headers; false if something else than UDP is behind them. */
static bool
skip_extensions(struct cursor *in, uint8_t next, bool *fragment)
{
	unsigned i;

	*fragment = false;
	for (i = 0; i < EXTENSIONS_MAX && next != PROTO_UDP; i++) {
		uint8_t type = next, length;

		if (type != PROTO_HOP_BY_HOP && type != PROTO_ROUTING && type != PROTO_FRAGMENT &&
		    type != PROTO_DESTINATION)
			return false;
		next = cursor_u8(in);
		length = cursor_u8(in);
		if (type == PROTO_FRAGMENT) {
			*fragment |= (cursor_be16(in) & 0xfff9) != 0;
			cursor_skip(in, 4);
		} else {
			cursor_skip(in, 6 + (size_t)length * 8);
		}
	}
	return next == PROTO_UDP;
}

static enum frame_verdict
parse_ipv6(struct cursor *in, struct frame_udp *udp)
{
	const uint8_t *src, *dst;
	uint16_t length;
	uint8_t head = cursor_u8(in), next;
	bool fragment;

	cursor_skip(in, 3);
	length = cursor_be16(in);
	next = cursor_u8(in);
	cursor_skip(in, 1);
	src = cursor_bytes(in, 16);
	dst = cursor_bytes(in, 16);
	if (dst == NULL || head >> 4 != 6)
		return FRAME_CUT;
	udp->src = addr_from_v6(src);
	udp->dst = addr_from_v6(dst);
	if (length != 0 && length < cursor_left(in))
		in->end = in->pos + length;
	if (!skip_extensions(in, next, &fragment))
		return cursor_failed(in) ? FRAME_CUT : FRAME_OTHER;
	return fragment ? FRAME_FRAGMENT : parse_udp(in, udp);
}

static enum frame_verdict
parse_ip(struct cursor *in, struct frame_udp *udp)
{
	if (cursor_left(in) == 0)
		return FRAME_CUT;
	switch (*in->pos >> 4) {
	case 4:
		return parse_ipv4(in, udp);
	case 6:
		return parse_ipv6(in, udp);
	default:
		return FRAME_OTHER;
	}
}

/* What stands behind an Ethernet type, VLAN tags stepped over. */
static enum frame_verdict
parse_ether_type(struct cursor *in, uint16_t type, struct frame_udp *udp)
{
	unsigned i;

	for (i = 0; i < VLANS_MAX &&
	    (type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD); i++) {
		cursor_skip(in, 2);
		type = cursor_be16(in);
	}
	if (cursor_failed(in))
		return FRAME_CUT;
	return type == ETHER_IPV4 || type == ETHER_IPV6 ? parse_ip(in, udp) : FRAME_OTHER;
}

enum frame_verdict
frame_parse(unsigned link, const uint8_t *frame, size_t len, struct frame_udp *udp)
{
	struct cursor in = cursor_make(frame, len);
	uint16_t type;

	switch (link) {
	case FRAME_ETHERNET:
		cursor_skip(&in, 12);
		type = cursor_be16(&in);
		return parse_ether_type(&in, type, udp);
	case FRAME_LINUX_SLL:
		cursor_skip(&in, 14);
		type = cursor_be16(&in);
		return parse_ether_type(&in, type, udp);
	case FRAME_LINUX_SLL2:
		type = cursor_be16(&in);
		cursor_skip(&in, 18);
		return parse_ether_type(&in, type, udp);
	case FRAME_NULL:
	case FRAME_LOOP:
		cursor_skip(&in, 4);
		return parse_ip(&in, udp);
	case FRAME_RAW:
	case FRAME_IPV4:
	case FRAME_IPV6:
		return parse_ip(&in, udp);
	default:
		return FRAME_OTHER;
	}
}
