/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * UDP datagrams from a capture: classic pcap (either byte order, micro- or
 * nanoseconds) and pcapng; link types as in capture/frame.h; fragments are
 * reassembled.  Frames without UDP are counted and skipped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "base/status.h"
#include "net/addr.h"

struct pcap_reader;

struct pcap_packet {
	int64_t time_ms;	/* when it was captured, since 1970 UTC; 0: unknown */
	struct addr src, dst;
	uint16_t src_port, dst_port;
	const uint8_t *bytes;	/* UDP payload, valid until the next call */
	size_t len;
	bool cut;		/* the capture has only its beginning */
};

/* All frames by result: frames = packets + other + bad + fragments; a fragment that completes a packet counts as it. */
struct pcap_counts {
	uint64_t frames;
	uint64_t packets;		/* handed out */
	uint64_t other;			/* no UDP over IP */
	uint64_t bad;			/* headers that are cut or wrong, undeclared interfaces */
	uint64_t cut;			/* of packets: not captured whole */
	uint64_t fragments;		/* fragments that waited for others */
	uint64_t fragments_lost;	/* packets that were never completed */
};

/* Whether these bytes (at least 4) are the beginning of a capture. */
bool pcap_detect(const uint8_t *bytes, size_t len);

/*
 * Begins reading `in`, which the reader owns from here on, also on failure.
 *   FLOW_EFORMAT       no capture
 *   FLOW_EUNSUPPORTED  unknown link type (in pcapng, frames of such interfaces
 *                      are counted as other)
 *   FLOW_ETRUNCATED, FLOW_EIO, FLOW_ENOMEM
 */
enum flow_status pcap_reader_new(struct input *in, struct pcap_reader **reader,
    struct flow_error *err) NODISCARD;

/* The same for a path, "-" being standard input; gzip is decompressed. */
enum flow_status pcap_reader_open(const char *path, struct pcap_reader **reader,
    struct flow_error *err) NODISCARD;

void pcap_reader_free(struct pcap_reader *reader);

/*
 * The next datagram.
 *   FLOW_OK          *out is it
 *   FLOW_END         the capture ends properly
 *   FLOW_ETRUNCATED  it ends within a record: everything before that was handed out
 *   FLOW_EFORMAT     a record with an impossible length: nothing after it can be read
 *   FLOW_EIO, FLOW_ECORRUPT, FLOW_ENOMEM
 */
enum flow_status pcap_reader_next(struct pcap_reader *reader, struct pcap_packet *out,
    struct flow_error *err) NODISCARD;

/* The counts so far. */
void pcap_reader_counts(const struct pcap_reader *reader, struct pcap_counts *out);
