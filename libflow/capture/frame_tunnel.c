/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/frame_walk.h"

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACKNOWLEDGEMENT 0x0080	/* version 1 */
#define GRE_VERSION 0x0007

#define TYPE_ERSPAN 0x88be		/* types I and II */
#define TYPE_ERSPAN_III 0x22eb
#define ERSPAN_IP 2			/* frame type: no Ethernet header */

#define TYPE_BRIDGED 0x6558
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd

#define PORT_VXLAN 4789
#define PORT_VXLAN_LINUX 8472		/* what Linux used before IANA's number */
#define PORT_VXLAN_GPE 4790
#define PORT_GENEVE 6081
#define VXLAN_VNI 0x08
#define VXLAN_NEXT 0x04
#define GPE_IPV4 1
#define GPE_IPV6 2
#define GPE_ETHERNET 3

/*
 * draft-foschiano-erspan-03.  Type I has no header and no sequence number in GRE; the header of
 * the others begins with four bits of version.
 */
static enum frame_kind
parse_erspan(struct frame_walk *w, uint16_t flags)
{
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_skip(&w->in, 8);
	return frame_ethernet(w);
}

/* 12 bytes, the last of which tells whether 8 platform-specific bytes follow. */
static enum frame_kind
parse_erspan_iii(struct frame_walk *w)
{
	const uint8_t *head = cursor_bytes(&w->in, 12);

	if (head == NULL)
		return FRAME_BAD;
	if ((head[11] & 1) != 0)
		cursor_skip(&w->in, 8);
	return (head[10] >> 2 & 31) == ERSPAN_IP ? frame_ip(w) : frame_ethernet(w);
}

enum frame_kind
frame_gre(struct frame_walk *w)
{
	uint16_t flags = cursor_be16(&w->in), type = cursor_be16(&w->in);
	unsigned words = ((flags & GRE_CHECKSUM) != 0) + ((flags & GRE_KEY) != 0) +
	    ((flags & GRE_SEQUENCE) != 0);

	/* The length of source routes (RFC 1701) is not known here. */
	if ((flags & GRE_ROUTING) != 0 || (flags & GRE_VERSION) > 1)
		return FRAME_OTHER;
	if ((flags & GRE_VERSION) == 1)
		words += (flags & GRE_ACKNOWLEDGEMENT) != 0;
	cursor_skip(&w->in, 4 * (size_t)words);
	if (cursor_failed(&w->in))
		return FRAME_BAD;
	switch (type) {
	case TYPE_ERSPAN:
		return parse_erspan(w, flags);
	case TYPE_ERSPAN_III:
		return parse_erspan_iii(w);
	default:
		return frame_ether_type(w, type);
	}
}

/* RFC 7348 5, and its extension draft-ietf-nvo3-vxlan-gpe, which names the next protocol. */
static enum frame_kind
parse_vxlan(struct frame_walk *w, bool generic)
{
	uint8_t flags = cursor_u8(&w->in), next;

	cursor_skip(&w->in, 2);
	next = cursor_u8(&w->in);
	cursor_skip(&w->in, 4);
	if (cursor_failed(&w->in))
		return FRAME_BAD;
	if (!generic || (flags & VXLAN_NEXT) == 0 || next == GPE_ETHERNET)
		return frame_ethernet(w);
	return next == GPE_IPV4 || next == GPE_IPV6 ? frame_ip(w) : FRAME_OTHER;
}

/* RFC 8926 3.4: version and options' length, flags, type, network; options */
static enum frame_kind
parse_geneve(struct frame_walk *w)
{
	size_t options = (size_t)(cursor_u8(&w->in) & 0x3f) * 4;
	uint16_t type;

	cursor_skip(&w->in, 1);
	type = cursor_be16(&w->in);
	cursor_skip(&w->in, 4 + options);
	return frame_ether_type(w, type);
}

/*
 * Distinguishes Geneve from an export to the same port, which begins with 0 and its version (1, 5, 7 ... 10),
 * or with 0 0 0.
 */
static bool
is_geneve(const uint8_t *p)
{
	uint16_t type = load_be16(p + 2);

	return p[0] >> 6 == 0 && (p[1] & 0x3f) == 0 &&
	    (type == TYPE_BRIDGED || type == TYPE_IPV4 || type == TYPE_IPV6);
}

bool
frame_udp_tunnel(struct frame_walk *w, enum frame_kind *kind)
{
	const struct frame *out = w->out;
	uint16_t port = out->dst_port;

	if (out->len < 8)
		return false;
	if ((port == PORT_VXLAN || port == PORT_VXLAN_LINUX || port == PORT_VXLAN_GPE) &&
	    (out->bytes[0] & VXLAN_VNI) != 0) {
		w->in = cursor_make(out->bytes, out->len);
		*kind = parse_vxlan(w, port == PORT_VXLAN_GPE);
		return true;
	}
	if (port != PORT_GENEVE || !is_geneve(out->bytes))
		return false;
	w->in = cursor_make(out->bytes, out->len);
	*kind = parse_geneve(w);
	return true;
}
