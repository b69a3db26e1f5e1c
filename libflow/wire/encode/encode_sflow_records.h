/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The records of an sFlow flow sample: a packet's header or fields, and data of the switch, the router, BGP and NAT. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/encode/device_profile.h"
#include "wire/encode/encode_layout.h"

/* A packet of a row that becomes a sample. */
struct encode_sflow_row {
	const struct encode_addrs *addrs;
	const struct flow_batch *batch;
	const struct encode_sflow_habits *habits;
	size_t at;		/* row of the batch */
	bool v5;		/* else v4 */
	uint32_t rate;		/* one packet in so many was taken */
	uint32_t frame_bytes;	/* of the packet, with its check sequence */
	uint16_t tcp_flags;
};

/* Appends the records and returns their number; in v4 the packet is the first, followed by the count of the others. */
uint32_t encode_sflow_records(const struct encode_sflow_row *r, struct buf *b);

/* Appends an address behind its type. */
void encode_sflow_addr(struct buf *b, const struct addr *a);

/* Begins a sample or record of v5, or an extension of v4; returns the offset of its contents. */
size_t encode_sflow_begin(struct buf *b, uint32_t kind, bool v5);

/* Ends what begins there: pads it to 4 bytes, and in v5 fills in its length. */
void encode_sflow_end(struct buf *b, size_t at, bool v5);
