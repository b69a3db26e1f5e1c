/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/frame.h"

#include "capture/frame_walk.h"

bool
frame_link_known(uint32_t link)
{
	switch (link) {
	case FRAME_NULL:
	case FRAME_ETHERNET:
	case FRAME_PPP:
	case FRAME_RAW_BSD:
	case FRAME_RAW_OPENBSD:
	case FRAME_PPP_HDLC:
	case FRAME_PPP_ETHERNET:
	case FRAME_LLC:
	case FRAME_RAW:
	case FRAME_CISCO_HDLC:
	case FRAME_LOOP:
	case FRAME_SLL:
	case FRAME_PPP_DIRECTION:
	case FRAME_MPLS:
	case FRAME_IPV4:
	case FRAME_IPV6:
	case FRAME_SLL2:
		return true;
	default:
		return false;
	}
}

enum frame_kind
frame_parse_payload(uint8_t next, const uint8_t *bytes, size_t len, struct frame *out)
{
	struct frame_walk w = { cursor_make(bytes, len), 0, out };

	return frame_ip_payload(&w, next);
}

/* Skips the link type's bytes before the Ethernet type. */
static enum frame_kind
parse_typed(struct frame_walk *w, size_t before)
{
	cursor_skip(&w->in, before);
	return frame_ether_type(w, cursor_be16(&w->in));
}

/* Linux's second "cooked" header begins with the type. */
static enum frame_kind
parse_sll2(struct frame_walk *w)
{
	uint16_t type = cursor_be16(&w->in);

	cursor_skip(&w->in, 18);
	return frame_ether_type(w, type);
}

static enum frame_kind
parse_ip(struct frame_walk *w, size_t before)
{
	cursor_skip(&w->in, before);
	return frame_ip(w);
}

enum frame_kind
frame_parse(uint32_t link, const uint8_t *bytes, size_t len, struct frame *out)
{
	struct frame_walk w = { cursor_make(bytes, len), 0, out };

	switch (link) {
	case FRAME_ETHERNET:
		return parse_typed(&w, 12);
	case FRAME_SLL:
		return parse_typed(&w, 14);
	case FRAME_CISCO_HDLC:
		return parse_typed(&w, 2);
	case FRAME_SLL2:
		return parse_sll2(&w);
	case FRAME_PPP_DIRECTION:
		cursor_skip(&w.in, 1);
		return frame_ppp(&w);
	case FRAME_PPP:
	case FRAME_PPP_HDLC:
		return frame_ppp(&w);
	case FRAME_PPP_ETHERNET:
		return frame_pppoe(&w);
	case FRAME_LLC:
		return frame_llc(&w);
	case FRAME_MPLS:
		return frame_mpls(&w);
	case FRAME_NULL:
	case FRAME_LOOP:
		return parse_ip(&w, 4);
	default:
		return frame_ip(&w);
	}
}
