/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * UDP datagrams out of capture files: classic pcap (both byte orders, micro- and
 * nanoseconds) and pcapng, from a file or a pipe.  Memory is bounded by the
 * longest packet (PCAP_PACKET_MAX); IP fragments are counted, not put together.
 */

#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

/* Longer packets than this are not believed. */
#define PCAP_PACKET_MAX ((uint32_t)1 << 20)

struct pcap_reader;

struct pcap_packet {
	int64_t time_ms;	/* since 1970 UTC */
	struct addr src, dst;
	uint16_t src_port, dst_port;
	const uint8_t *bytes;	/* UDP payload; valid until the next call */
	size_t len;
};

struct pcap_counts {
	uint64_t packets;	/* all in the file */
	uint64_t udp;		/* given to the caller */
	uint64_t other, fragments, cut;
};

/*
 * Reads from an open descriptor, which stays the caller's.  FLOW_EFORMAT where it does not
 * begin like a capture, FLOW_EUNSUPPORTED for a link type that is not understood (pcap).
 */
enum flow_status pcap_reader_new(int fd, struct pcap_reader **reader, struct flow_error *err)
    NODISCARD;
void pcap_reader_free(struct pcap_reader *reader);

/*
 * The next UDP datagram.  FLOW_END at the end of the file, FLOW_ETRUNCATED where it ends
 * within a packet, FLOW_EFORMAT for lengths that cannot be; what came before was good.
 */
enum flow_status pcap_reader_next(struct pcap_reader *reader, struct pcap_packet *packet,
    struct flow_error *err) NODISCARD;

const struct pcap_counts *pcap_reader_counts(const struct pcap_reader *reader);
