/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Export datagrams as records of a pcap file, which journals and announcements are. */

#include "base/buf.h"
#include "wire/decode.h"

/* Appends a datagram as a record, sent to that port. */
void datagram_record(struct buf *out, const struct flow_datagram *datagram, uint16_t port);
