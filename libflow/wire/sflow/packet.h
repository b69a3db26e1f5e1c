/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The headers of a sampled packet, as far as they were sampled: Ethernet (with
 * VLAN tags, LLC/SNAP, PPPoE), MPLS, IPv4, IPv6 and its extension headers, TCP,
 * UDP, SCTP, ICMP.
 *
 * `outer` is the first IP header.  Where it carries another one (IP-in-IP, 6in4,
 * GRE, also with Ethernet or MPLS in it, VXLAN), `inner` is the innermost that
 * was sampled, at most PACKET_TUNNELS deep.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

#define PACKET_LABELS 10
#define PACKET_TUNNELS 4

/* The protocol of the first header. */
enum packet_start {
	PACKET_ETHERNET,
	PACKET_PPP,
	PACKET_IP,		/* version by its first nibble */
	PACKET_MPLS,
};

struct packet_ip {
	uint8_t version;	/* 4 or 6; 0: no IP header seen */
	uint8_t proto, tos, ttl;
	bool has_ports, has_flags, has_icmp, fragment;
	uint8_t icmp_type, icmp_code;
	uint16_t tcp_flags;	/* 12 bits, as tcpControlBits has them (RFC 9565) */
	uint16_t src_port, dst_port;
	uint32_t length;	/* of header and payload, as the header states */
	uint32_t id;		/* fragment identification, where it has one */
	uint32_t flow_label;	/* IPv6 */
	struct addr src, dst;
};

struct packet {
	bool has_macs;
	uint64_t src_mac, dst_mac;
	uint8_t vlans;			/* tags seen, at most 2 are kept */
	uint16_t vlan[2];		/* outermost first */
	bool has_type;
	uint16_t ether_type;		/* behind the tags */
	uint8_t labels;
	uint32_t label[PACKET_LABELS];	/* 24 bits: label, traffic class, bottom of stack */
	uint32_t ip_offset;		/* where the outer IP header begins */
	struct packet_ip outer, inner;
};

/* Reads the headers in `len` bytes; members for headers that are cut off stay zero. */
void packet_dissect(enum packet_start start, const uint8_t *bytes, size_t len, struct packet *out);
