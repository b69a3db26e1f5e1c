/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/frame_walk.h"

#define IP_HOP_BY_HOP 0
#define IP_ROUTING 43
#define IP_FRAGMENT 44
#define IP_AUTHENTICATION 51
#define IP_DESTINATION 60
#define IP_MOBILITY 135

/* RFC 768 */
static enum frame_kind
parse_udp(struct frame_walk *w)
{
	struct frame *out = w->out;
	enum frame_kind kind;
	size_t len;

	out->src_port = cursor_be16(&w->in);
	out->dst_port = cursor_be16(&w->in);
	len = cursor_be16(&w->in);
	cursor_skip(&w->in, 2);
	if (cursor_failed(&w->in) || (len != 0 && len < 8))
		return FRAME_BAD;
	out->bytes = w->in.pos;
	out->len = cursor_left(&w->in);
	out->cut = len != 0 && len - 8 > out->len;
	if (len != 0 && len - 8 < out->len)
		out->len = len - 8;
	return frame_udp_tunnel(w, &kind) ? kind : FRAME_UDP;
}

/* Only the first fragment has the headers above IP; the others are judged by their IP header. */
static enum frame_kind
parse_fragment(struct frame_walk *w)
{
	w->out->bytes = w->in.pos;
	w->out->len = cursor_left(&w->in);
	return cursor_failed(&w->in) ? FRAME_BAD : FRAME_FRAGMENT;
}

/* RFC 8200 4.5 */
static enum frame_kind
parse_fragment_header(struct frame_walk *w)
{
	struct frame *out = w->out;
	uint16_t at;

	out->next = cursor_u8(&w->in);
	cursor_skip(&w->in, 1);
	at = cursor_be16(&w->in);
	out->id = cursor_be32(&w->in);
	out->offset = at & 0xfff8u;
	out->more = (at & 1) != 0;
	return parse_fragment(w);
}

/* Parses the header that ends the IPv6 chain; false if it is no UDP, fragment or tunnel. */
static bool
parse_upper(struct frame_walk *w, uint8_t next, enum frame_kind *kind)
{
	switch (next) {
	case IP_UDP:
		*kind = parse_udp(w);
		return true;
	case IP_FRAGMENT:
		*kind = parse_fragment_header(w);
		return true;
	case IP_V4: case IP_V6:
		*kind = frame_ip(w);
		return true;
	case IP_GRE:
		*kind = frame_gre(w);
		return true;
	case IP_MPLS:
		*kind = frame_mpls(w);
		return true;
	case IP_ETHERNET:	/* a version of 2 bytes, then the frame */
		cursor_skip(&w->in, 2);
		*kind = frame_ethernet(w);
		return true;
	default:
		return false;
	}
}

enum frame_kind
frame_ip_payload(struct frame_walk *w, uint8_t next)
{
	enum frame_kind kind;

	while (frame_walk_enter(w)) {
		uint8_t type = next;
		size_t len;

		if (parse_upper(w, type, &kind))
			return kind;
		if (type != IP_HOP_BY_HOP && type != IP_ROUTING && type != IP_DESTINATION &&
		    type != IP_AUTHENTICATION && type != IP_MOBILITY)
			return FRAME_OTHER;
		next = cursor_u8(&w->in);
		len = cursor_u8(&w->in);
		cursor_skip(&w->in, type == IP_AUTHENTICATION ? len * 4 + 6 : len * 8 + 6);
		if (cursor_failed(&w->in))
			return FRAME_BAD;
	}
	return FRAME_BAD;
}

/* Drops bytes behind the IP packet, which are Ethernet's padding. */
static void
clip(struct cursor *in, size_t len)
{
	if (len < cursor_left(in))
		in->end = in->pos + len;
}

/* Whether a packet of this protocol may hold UDP, directly or in a tunnel. */
static bool
may_hold_udp(uint8_t next)
{
	switch (next) {
	case IP_V4: case IP_UDP: case IP_V6: case IP_GRE: case IP_AUTHENTICATION:
	case IP_ETHERNET: case IP_MPLS:
		return true;
	default:
		return false;
	}
}

/* RFC 791; segmentation offload leaves a total length of 0. */
static enum frame_kind
parse_ipv4(struct frame_walk *w)
{
	struct cursor *in = &w->in;
	struct frame *out = w->out;
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
	if (!may_hold_udp(out->next))
		return FRAME_OTHER;
	return out->offset != 0 || out->more ? parse_fragment(w) : frame_ip_payload(w, out->next);
}

static enum frame_kind
parse_ipv6(struct frame_walk *w)
{
	const uint8_t *src, *dst;
	size_t payload;
	uint8_t next;

	cursor_skip(&w->in, 4);
	payload = cursor_be16(&w->in);
	next = cursor_u8(&w->in);
	cursor_skip(&w->in, 1);
	src = cursor_bytes(&w->in, 16);
	dst = cursor_bytes(&w->in, 16);
	if (src == NULL || dst == NULL)
		return FRAME_BAD;
	w->out->src = addr_from_v6(src);
	w->out->dst = addr_from_v6(dst);
	if (payload != 0)
		clip(&w->in, payload);
	return frame_ip_payload(w, next);
}

enum frame_kind
frame_ip(struct frame_walk *w)
{
	if (cursor_left(&w->in) < 1 || !frame_walk_enter(w))
		return FRAME_BAD;
	switch (*w->in.pos >> 4) {
	case 4:
		return parse_ipv4(w);
	case 6:
		return parse_ipv6(w);
	default:
		return FRAME_OTHER;
	}
}
