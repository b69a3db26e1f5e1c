/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Makes a packet that fits a row: Ethernet, a VLAN tag, MPLS labels, IPv4 or IPv6, a tunnel with its inner
 * packet, TCP, UDP, SCTP or ICMP, then zeros.  Tag, labels and tunnel are present if the row has src_vlan,
 * mpls_1 and inner_src_addr.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/encode/encode_layout.h"

/* The most bytes of headers: Ethernet with a tag, ten labels, IPv6 twice, GRE or UDP and VXLAN, TCP. */
#define ENCODE_PACKET_HEADERS 256

struct encode_packet {
	uint32_t frame_bytes;	/* of the whole frame on the wire, including 4 of check sequence */
	uint32_t len;		/* of the headers in `bytes`; the rest is zeros */
	uint8_t bytes[ENCODE_PACKET_HEADERS];
};

/*
 * Makes a row's packet, with these TCP flags, in a frame of `frame_bytes`, or more if the headers need them.
 */
void encode_packet(const struct encode_addrs *addrs, const struct flow_batch *batch, size_t row, uint16_t tcp_flags,
    uint32_t frame_bytes, struct encode_packet *out);
