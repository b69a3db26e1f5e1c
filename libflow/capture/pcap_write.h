/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * UDP datagrams as a classic pcap file in memory: microseconds, always
 * little-endian, link type Ethernet.
 *
 *	file header | record header, Ethernet, IPv4 or IPv6, UDP, payload | ...
 *
 * The caller writes the bytes wherever it likes; a file may be continued at any
 * record.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/addr.h"

/* The longest payload that a record takes: an IPv4 or IPv6 packet's 65535 bytes less headers. */
#define PCAP_PAYLOAD_MAX 65487

/* Bytes that a record adds to its payload, at most: headers of pcap, Ethernet, IPv6, UDP. */
#define PCAP_OVERHEAD_MAX (16 + 14 + 40 + 8)

struct pcap_datagram {
	int64_t time_us;	/* since 1970 UTC, 0 .. 2^32 seconds */
	struct addr src, dst;	/* IPv4 if both are, else IPv6 */
	uint16_t src_port, dst_port;
	const uint8_t *bytes;
	size_t len;		/* <= PCAP_PAYLOAD_MAX */
};

/* Appends the file header; out of memory shows in buf_status(out), here and below. */
void pcap_write_header(struct buf *out);

/* Appends one datagram, with right checksums. */
void pcap_write_datagram(struct buf *out, const struct pcap_datagram *datagram);
