/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/frame_walk.h"

#define LENGTH_MAX 1500		/* a type up to this is a length, and LLC follows */

#define TYPE_IPV4 0x0800
#define TYPE_BRIDGED 0x6558	/* Ethernet in GRE, RFC 1701 */
#define TYPE_VLAN 0x8100
#define TYPE_IPV6 0x86dd
#define TYPE_PPP 0x880b
#define TYPE_MPLS 0x8847
#define TYPE_MPLS_UPSTREAM 0x8848
#define TYPE_PPPOE 0x8864
#define TYPE_QINQ 0x88a8
#define TYPE_PBB 0x88e7		/* IEEE 802.1ah: a tag of 4 bytes, then Ethernet */
#define TYPE_VNTAG 0x8926	/* Cisco VN-Tag, 4 bytes */
#define TYPE_ETAG 0x893f	/* IEEE 802.1BR, 6 bytes */

#define LLC_SNAP 0xaaaa03
#define LLC_IP 0x060603
#define OUI_ETHERNET 0x000000
#define OUI_BRIDGE_TUNNEL 0x0000f8
#define OUI_BRIDGED 0x0080c2	/* RFC 2684 5.2 */

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define PPP_MPLS 0x0281
#define PPP_MPLS_MULTICAST 0x0283
#define PPP_HDLC 0xff03		/* address and control of RFC 1662 */

enum frame_kind
frame_ethernet(struct frame_walk *w)
{
	uint16_t type;

	cursor_skip(&w->in, 12);
	type = cursor_be16(&w->in);
	return frame_ether_type(w, type);
}

/* IEEE 802.1Q, 802.1ad and its predecessors, and tags of switches. */
static bool
is_tag(uint16_t type, size_t *len)
{
	switch (type) {
	case TYPE_VLAN: case TYPE_QINQ: case 0x9100: case 0x9200: case 0x9300:
		*len = 2;
		return true;
	case TYPE_VNTAG:
		*len = 4;
		return true;
	case TYPE_ETAG:
		*len = 6;
		return true;
	default:
		return false;
	}
}

static bool
skip_tags(struct frame_walk *w, uint16_t *type)
{
	size_t len;

	while (is_tag(*type, &len)) {
		if (!frame_walk_enter(w))
			return false;
		cursor_skip(&w->in, len);
		*type = cursor_be16(&w->in);
	}
	return !cursor_failed(&w->in);
}

enum frame_kind
frame_ether_type(struct frame_walk *w, uint16_t type)
{
	if (!skip_tags(w, &type) || !frame_walk_enter(w))
		return FRAME_BAD;
	if (type <= LENGTH_MAX)
		return frame_llc(w);
	switch (type) {
	case TYPE_IPV4: case TYPE_IPV6:
		return frame_ip(w);
	case TYPE_MPLS: case TYPE_MPLS_UPSTREAM:
		return frame_mpls(w);
	case TYPE_PPPOE:
		return frame_pppoe(w);
	case TYPE_PPP:
		return frame_ppp(w);
	case TYPE_PBB:
		cursor_skip(&w->in, 4);
		return frame_ethernet(w);
	case TYPE_BRIDGED:
		return frame_ethernet(w);
	default:
		return FRAME_OTHER;
	}
}

/* Parses SNAP: an organisation, and a type whose meaning it defines. */
static enum frame_kind
parse_snap(struct frame_walk *w)
{
	uint32_t high = cursor_u8(&w->in), oui = high << 16 | cursor_be16(&w->in);
	uint16_t type = cursor_be16(&w->in);

	if (cursor_failed(&w->in))
		return FRAME_BAD;
	if (oui == OUI_BRIDGED && (type == 1 || type == 7)) {
		cursor_skip(&w->in, 2);
		return frame_ethernet(w);
	}
	if (oui != OUI_ETHERNET && oui != OUI_BRIDGE_TUNNEL)
		return FRAME_OTHER;
	return type > LENGTH_MAX ? frame_ether_type(w, type) : FRAME_OTHER;
}

enum frame_kind
frame_llc(struct frame_walk *w)
{
	uint32_t high = cursor_u8(&w->in), llc = high << 16 | cursor_be16(&w->in);

	if (cursor_failed(&w->in))
		return FRAME_BAD;
	if (llc == LLC_IP)
		return frame_ip(w);
	return llc == LLC_SNAP ? parse_snap(w) : FRAME_OTHER;
}

enum frame_kind
frame_ppp(struct frame_walk *w)
{
	uint16_t proto;

	if (cursor_left(&w->in) >= 2 && load_be16(w->in.pos) == PPP_HDLC)
		cursor_skip(&w->in, 2);
	proto = cursor_u8(&w->in);
	/* RFC 1661 6.5: an odd first byte is a whole, compressed number. */
	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | cursor_u8(&w->in));
	if (cursor_failed(&w->in))
		return FRAME_BAD;
	if (proto == PPP_IPV4 || proto == PPP_IPV6)
		return frame_ip(w);
	return proto == PPP_MPLS || proto == PPP_MPLS_MULTICAST ? frame_mpls(w) : FRAME_OTHER;
}

/* version and type, code (0: data), session, length */
enum frame_kind
frame_pppoe(struct frame_walk *w)
{
	uint16_t head = cursor_be16(&w->in);

	cursor_skip(&w->in, 4);
	if (cursor_failed(&w->in))
		return FRAME_BAD;
	return head == 0x1100 ? frame_ppp(w) : FRAME_OTHER;
}

/* Tries one interpretation of the bytes below the labels. */
static enum frame_kind
attempt(struct frame_walk *w, size_t skip, enum frame_kind (*parse)(struct frame_walk *))
{
	struct frame_walk way = *w;
	enum frame_kind kind;

	cursor_skip(&way.in, skip);
	kind = parse(&way);
	w->layers = way.layers;
	return kind;
}

/*
 * The stack does not name the next protocol: a first nibble of 4 or 6 is IP or a MAC address; 0 is
 * a control word or a MAC address.
 */
static enum frame_kind
below_labels(struct frame_walk *w)
{
	unsigned nibble = *w->in.pos >> 4;
	enum frame_kind kind = FRAME_OTHER, other;

	if (nibble == 4 || nibble == 6)
		kind = attempt(w, 0, frame_ip);
	else if (nibble == 0)
		kind = attempt(w, 4, frame_ethernet);
	if (kind == FRAME_UDP || kind == FRAME_FRAGMENT || w->layers >= FRAME_LAYERS_MAX)
		return kind;
	other = attempt(w, 0, frame_ethernet);
	return other == FRAME_UDP || other == FRAME_FRAGMENT ? other : kind;
}

enum frame_kind
frame_mpls(struct frame_walk *w)
{
	bool bottom = false;

	while (!bottom) {
		uint32_t entry = cursor_be32(&w->in);

		if (cursor_failed(&w->in) || !frame_walk_enter(w))
			return FRAME_BAD;
		bottom = (entry >> 8 & 1) != 0;
	}
	return cursor_left(&w->in) > 0 ? below_labels(w) : FRAME_BAD;
}
