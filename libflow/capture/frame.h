/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A captured frame -> the UDP datagram in it.  Lengths are checked against what
 * was captured; nothing is copied.
 *
 * Below IP: Ethernet, VLAN tags (802.1Q, 802.1ad, 802.1ah, VN-Tag, 802.1BR), LLC and SNAP, PPP,
 * PPPoE, MPLS with IP or Ethernet in it.  Mirrored and tunnelled frames are followed to the
 * innermost datagram: IP in IP, GRE (also PPTP's), ERSPAN I to III, EtherIP, MPLS in IP,
 * VXLAN (with its GPE), Geneve.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* The link types (https://www.tcpdump.org/linktypes.html) that frame_parse knows. */
enum frame_link {
	FRAME_NULL = 0,		/* BSD loopback: family in host order, 4 bytes */
	FRAME_ETHERNET = 1,
	FRAME_PPP = 9,
	FRAME_RAW_BSD = 12,	/* raw IP under BSD's numbers */
	FRAME_RAW_OPENBSD = 14,
	FRAME_PPP_HDLC = 50,
	FRAME_PPP_ETHERNET = 51,	/* PPPoE without its Ethernet header */
	FRAME_LLC = 100,	/* RFC 2684 over ATM */
	FRAME_RAW = 101,
	FRAME_CISCO_HDLC = 104,	/* address, control, then an Ethernet type */
	FRAME_LOOP = 108,	/* OpenBSD loopback: family in network order, 4 bytes */
	FRAME_SLL = 113,	/* Linux "cooked" */
	FRAME_PPP_DIRECTION = 204,	/* a byte for the direction, then PPP */
	FRAME_MPLS = 219,
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_SLL2 = 276,
};

bool frame_link_known(uint32_t link);

enum frame_kind {
	FRAME_UDP,
	FRAME_FRAGMENT,		/* of an IP packet that carries UDP, or may (IPv6, tunnels) */
	FRAME_OTHER,		/* something else, well-formed as far as checked */
	FRAME_BAD,		/* headers that are cut or contradict each other */
};

struct frame {
	struct addr src, dst;
	uint16_t src_port, dst_port;	/* FRAME_UDP */
	bool cut;			/* FRAME_UDP: only part of the payload was captured */
	const uint8_t *bytes;		/* FRAME_UDP: payload.  FRAME_FRAGMENT: part of the IP payload */
	size_t len;
	uint32_t id;			/* this and the rest: FRAME_FRAGMENT */
	uint32_t offset;		/* of this part in the IP payload, in bytes */
	bool more;			/* other parts follow */
	uint8_t next;			/* protocol at the beginning of the IP payload */
};

/* Dissects `len` bytes of a frame of that link type. */
enum frame_kind frame_parse(uint32_t link, const uint8_t *bytes, size_t len, struct frame *out);

/*
 * The same for the payload of a reassembled IP packet, whose addresses are in *out.
 * A tunnel's payload may be a FRAME_FRAGMENT again.
 */
enum frame_kind frame_parse_payload(uint8_t next, const uint8_t *bytes, size_t len,
    struct frame *out);
