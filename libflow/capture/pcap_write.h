/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * UDP datagrams and segments of TCP streams as a classic pcap file in memory:
 * microseconds, always little-endian, link type Ethernet.
 *
 *	file header | record header, Ethernet, IPv4 or IPv6, UDP or TCP, payload | ...
 *
 * The caller writes the bytes wherever it likes; a file may be continued at any
 * record.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/addr.h"

#define PCAP_FILE_HEADER 24

/* The longest payload that a UDP record takes: an IPv6 packet's 65535 bytes less UDP's header. */
#define PCAP_UDP_MAX 65527

/* The longest payload of a TCP record: an IPFIX message (RFC 7011 3.1). */
#define PCAP_TCP_MAX 65535

/* The most bytes of a record: headers of pcap, Ethernet, IPv6 with an option, TCP, and the payload. */
#define PCAP_RECORD_MAX (16 + 14 + 40 + 8 + 20 + 65535)

struct pcap_datagram {
	int64_t time_us;	/* since 1970 UTC, 0 .. 2^32 seconds */
	struct addr src, dst;	/* IPv4 if both are, else IPv6 */
	uint16_t src_port, dst_port;
	const uint8_t *bytes;
	size_t len;		/* <= PCAP_UDP_MAX or PCAP_TCP_MAX */
	bool tcp;		/* a segment of a stream */
	bool fin;		/* with tcp: the stream ends */
	uint32_t sequence;	/* with tcp: of its first byte */
};

/* Appends the file header; buf_status(out) reports lack of memory, here and below. */
void pcap_write_header(struct buf *out);

/* The bytes of a datagram's record. */
size_t pcap_record_bytes(const struct pcap_datagram *datagram);

/*
 * Writes a record of pcap_record_bytes, with correct checksums.  If an IP packet is too long for its
 * length field, IPv4 has length 0, as in captures with segmentation offload, and IPv6 the option of
 * RFC 2675.
 */
void pcap_record_put(uint8_t *out, const struct pcap_datagram *datagram);

/* Appends one datagram. */
void pcap_write_datagram(struct buf *out, const struct pcap_datagram *datagram);
