/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/frame.h"

#include "base/cursor.h"

#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86dd

#define IP_HOP_BY_HOP 0
#define IP_UDP 17
#define IP_ROUTING 43
#define IP_FRAGMENT 44
#define IP_AUTHENTICATION 51
#define IP_DESTINATION 60
#define IP_MOBILITY 135

/* VLAN tags and IPv6 extension headers beyond these are nobody's. */
#define MAX_TAGS 8
#define MAX_EXTENSIONS 16

bool
frame_link_known(uint32_t link)
{
	switch (link) {
	case FRAME_NULL:
	case FRAME_ETHERNET:
	case FRAME_RAW_BSD:
	case FRAME_RAW_OPENBSD:
	case FRAME_RAW:
	case FRAME_LOOP:
	case FRAME_SLL:
	case FRAME_IPV4:
	case FRAME_IPV6:
	case FRAME_SLL2:
		return true;
	default:
		return false;
	}
}

/* RFC 768 */
static enum frame_kind
parse_udp(struct cursor *in, struct frame *out)
{
	size_t len;

	out->src_port = cursor_be16(in);
	out->dst_port = cursor_be16(in);
	len = cursor_be16(in);
	cursor_skip(in, 2);
	if (cursor_failed(in) || (len != 0 && len < 8))
		return FRAME_BAD;
	out->bytes = in->pos;
	out->len = cursor_left(in);
	out->cut = len != 0 && len - 8 > out->len;
	if (len != 0 && len - 8 < out->len)
		out->len = len - 8;
	return FRAME_UDP;
}

/* Only the first fragment tells what it is; the others count by their IP header. */
static enum frame_kind
parse_fragment(struct cursor *in, struct frame *out)
{
	out->bytes = in->pos;
	out->len = cursor_left(in);
	return cursor_failed(in) ? FRAME_BAD : FRAME_FRAGMENT;
}

/* RFC 8200 4.5 */
static enum frame_kind
parse_fragment_header(struct cursor *in, struct frame *out)
{
	uint16_t at;

	out->next = cursor_u8(in);
	cursor_skip(in, 1);
	at = cursor_be16(in);
	out->id = cursor_be32(in);
	out->offset = at & 0xfff8u;
	out->more = (at & 1) != 0;
	return parse_fragment(in, out);
}

/* Upper layers and IPv6 extension headers (RFC 8200 4, RFC 4302 2.2). */
static enum frame_kind
parse_next(uint8_t next, struct cursor *in, struct frame *out)
{
	unsigned i;

	for (i = 0; i < MAX_EXTENSIONS; i++) {
		uint8_t type = next;
		size_t len;

		if (type == IP_UDP)
			return parse_udp(in, out);
		if (type == IP_FRAGMENT)
			return parse_fragment_header(in, out);
		if (type != IP_HOP_BY_HOP && type != IP_ROUTING && type != IP_DESTINATION &&
		    type != IP_AUTHENTICATION && type != IP_MOBILITY)
			return FRAME_OTHER;
		next = cursor_u8(in);
		len = cursor_u8(in);
		cursor_skip(in, type == IP_AUTHENTICATION ? len * 4 + 6 : len * 8 + 6);
		if (cursor_failed(in))
			return FRAME_BAD;
	}
	return FRAME_BAD;
}

enum frame_kind
frame_parse_payload(uint8_t next, const uint8_t *bytes, size_t len, struct frame *out)
{
	struct cursor in = cursor_make(bytes, len);
	enum frame_kind kind = parse_next(next, &in, out);

	/* A fragment in a reassembled packet would never end. */
	return kind == FRAME_FRAGMENT ? FRAME_BAD : kind;
}

/* Drops what lies behind the IP packet: Ethernet's padding. */
static void
clip(struct cursor *in, size_t len)
{
	if (len < cursor_left(in))
		in->end = in->pos + len;
}

/* RFC 791; a total length of 0 is what segmentation offload leaves behind. */
static enum frame_kind
parse_ipv4(struct cursor *in, struct frame *out)
{
	size_t head = (size_t)(cursor_u8(in) & 15) * 4, total;
	uint16_t at;

	cursor_skip(in, 1);
	total = cursor_be16(in);
	out->id = cursor_be16(in);
	at = cursor_be16(in);
	cursor_skip(in, 1);
	out->next = cursor_u8(in);
	cursor_skip(in, 2);
	out->src = addr_from_v4(cursor_be32(in));
	out->dst = addr_from_v4(cursor_be32(in));
	if (cursor_failed(in) || head < 20 || (total != 0 && total < head))
		return FRAME_BAD;
	cursor_skip(in, head - 20);
	if (cursor_failed(in))
		return FRAME_BAD;
	if (total != 0)
		clip(in, total - head);
	out->offset = (at & 0x1fffu) * 8;
	out->more = (at & 0x2000) != 0;
	if (out->next != IP_UDP)
		return FRAME_OTHER;
	return out->offset != 0 || out->more ? parse_fragment(in, out) : parse_udp(in, out);
}

static enum frame_kind
parse_ipv6(struct cursor *in, struct frame *out)
{
	const uint8_t *src, *dst;
	size_t payload;
	uint8_t next;

	cursor_skip(in, 4);
	payload = cursor_be16(in);
	next = cursor_u8(in);
	cursor_skip(in, 1);
	src = cursor_bytes(in, 16);
	dst = cursor_bytes(in, 16);
	if (src == NULL || dst == NULL)
		return FRAME_BAD;
	out->src = addr_from_v6(src);
	out->dst = addr_from_v6(dst);
	if (payload != 0)
		clip(in, payload);
	return parse_next(next, in, out);
}

/* By the version in the packet: link types disagree about numbers of families. */
static enum frame_kind
parse_ip(struct cursor *in, struct frame *out)
{
	if (cursor_left(in) < 1)
		return FRAME_BAD;
	switch (*in->pos >> 4) {
	case 4:
		return parse_ipv4(in, out);
	case 6:
		return parse_ipv6(in, out);
	default:
		return FRAME_OTHER;
	}
}

static enum frame_kind
parse_ether_type(uint16_t type, struct cursor *in, struct frame *out)
{
	unsigned i;

	/* IEEE 802.1Q, 802.1ad and what came before it */
	for (i = 0; i < MAX_TAGS; i++) {
		if (type != 0x8100 && type != 0x88a8 && type != 0x9100 && type != 0x9200)
			break;
		cursor_skip(in, 2);
		type = cursor_be16(in);
	}
	if (cursor_failed(in))
		return FRAME_BAD;
	return type == ETHER_IPV4 || type == ETHER_IPV6 ? parse_ip(in, out) : FRAME_OTHER;
}

enum frame_kind
frame_parse(uint32_t link, const uint8_t *bytes, size_t len, struct frame *out)
{
	struct cursor in = cursor_make(bytes, len);
	uint16_t type;

	switch (link) {
	case FRAME_ETHERNET:
		cursor_skip(&in, 12);
		return parse_ether_type(cursor_be16(&in), &in, out);
	case FRAME_SLL:
		cursor_skip(&in, 14);
		return parse_ether_type(cursor_be16(&in), &in, out);
	case FRAME_SLL2:
		type = cursor_be16(&in);
		cursor_skip(&in, 18);
		return parse_ether_type(type, &in, out);
	case FRAME_NULL:
	case FRAME_LOOP:
		cursor_skip(&in, 4);
		break;
	default:
		break;
	}
	return cursor_failed(&in) ? FRAME_BAD : parse_ip(&in, out);
}
