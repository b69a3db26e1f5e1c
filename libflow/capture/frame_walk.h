/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The inside of frame.h: a walk through the headers of a frame.
 *
 *	frame.c         link types, and payloads of reassembled packets
 *	frame_link.c    below IP: Ethernet, VLAN, LLC, PPP, MPLS
 *	frame_ip.c      IPv4, IPv6, UDP, fragments
 *	frame_tunnel.c  tunnels: GRE, ERSPAN, VXLAN, Geneve
 *
 * Each function reads its header and continues with the next one.
 */

#include "base/cursor.h"
#include "capture/frame.h"

/* The most headers in a frame, of any kind; no real frame has more. */
#define FRAME_LAYERS_MAX 32

/* Numbers of protocols in IP (IANA, "Protocol Numbers"). */
#define IP_V4 4
#define IP_UDP 17
#define IP_V6 41
#define IP_GRE 47
#define IP_ETHERNET 97		/* RFC 3378 */
#define IP_MPLS 137		/* RFC 4023 */

struct frame_walk {
	struct cursor in;
	unsigned layers;	/* headers begun so far, in all attempts */
	struct frame *out;
};

/* Counts a header; false if there are too many. */
static inline bool
frame_walk_enter(struct frame_walk *w)
{
	return w->layers++ < FRAME_LAYERS_MAX;
}

/* frame_link.c */

enum frame_kind frame_ethernet(struct frame_walk *w);
/* The header that an Ethernet type, or a length in its place, announces. */
enum frame_kind frame_ether_type(struct frame_walk *w, uint16_t type);
/* IEEE 802.2 */
enum frame_kind frame_llc(struct frame_walk *w);
/* RFC 1661, with or without the address and control of RFC 1662. */
enum frame_kind frame_ppp(struct frame_walk *w);
/* RFC 2516 4 */
enum frame_kind frame_pppoe(struct frame_walk *w);
/* RFC 3032, IP or a pseudowire of Ethernet (RFC 4448) below. */
enum frame_kind frame_mpls(struct frame_walk *w);

/* frame_ip.c */

/* IPv4 or IPv6 by the version in the packet, as link types disagree about the numbers of families. */
enum frame_kind frame_ip(struct frame_walk *w);
/* Upper layers and IPv6 extension headers (RFC 8200 4, RFC 4302 2.2). */
enum frame_kind frame_ip_payload(struct frame_walk *w, uint8_t next);

/* frame_tunnel.c */

/* RFC 2784 and 2890; version 1 is RFC 2637. */
enum frame_kind frame_gre(struct frame_walk *w);
/* Whether the UDP datagram in *out is a tunnel's; *kind is then that of the frame in it. */
bool frame_udp_tunnel(struct frame_walk *w, enum frame_kind *kind);
