/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A row as the packet that it could have been seen in: Ethernet, a VLAN tag, MPLS labels, IPv4 or
 * IPv6, a tunnel and what is in it, TCP, UDP, SCTP or ICMP, and zeros behind.  Tags, labels and the tunnel
 * are there where the row has src_vlan, mpls_1 and inner_src_addr.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/encode/encode_layout.h"

/* Bytes that headers may take: Ethernet with a tag, ten labels, IPv6 twice, GRE or UDP and VXLAN, TCP. */
#define ENCODE_PACKET_HEADERS 256

struct encode_packet {
	uint32_t frame_bytes;	/* of the whole frame on the wire, with its check sequence of 4 */
	uint32_t len;		/* of `bytes` that are headers; the rest is zeros */
	uint8_t bytes[ENCODE_PACKET_HEADERS];
};

/* The packet of a row whose frame should have `frame_bytes`; it has more where headers need them. */
void encode_packet(const struct encode_addrs *addrs, const struct flow_batch *batch, size_t row, uint32_t frame_bytes,
    struct encode_packet *out);
