/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Export datagrams as records of a pcap file, which journals and announcements are: UDP datagrams
 * as such, messages of IPFIX over TCP as segments.  A TCP segment without bytes, with FIN set, says
 * that its session has ended.
 */

#include "base/buf.h"
#include "wire/decode.h"

/* What one record takes at least and at most. */
#define DATAGRAM_RECORD_MIN (16 + 14 + 20 + 8)
#define DATAGRAM_RECORD_MAX (16 + 14 + 40 + 8 + 20 + 65535)

/* The bytes of a datagram's record. */
size_t datagram_record_bytes(const struct flow_datagram *datagram);

/* Writes it, sent to that port; `sequence` is that of the TCP stream. */
void datagram_record_put(uint8_t *out, const struct flow_datagram *datagram, uint16_t port,
    uint32_t sequence);

/* Appends it; out of memory shows in buf_status(out). */
void datagram_record(struct buf *out, const struct flow_datagram *datagram, uint16_t port);

/*
 * Reads the record that begins at these bytes, of which there are `len`.
 *   FLOW_OK          *out is it (bytes within the record), *size what it takes
 *   FLOW_ETRUNCATED  it goes on behind them
 *   FLOW_ECORRUPT    not as datagram_record_put writes it; where `check` is set that
 *                    includes the checksum over the payload
 */
enum flow_status datagram_record_get(const uint8_t *bytes, size_t len, bool check,
    struct flow_datagram *out, size_t *size);

/* What a record takes that is known to be whole. */
size_t datagram_record_size(const uint8_t *bytes);
