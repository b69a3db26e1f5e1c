/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* How long a sampled frame was: what the agent says, unless the frame's own headers say that it cannot be. */

#include "wire/sflow/packet.h"

/* What a raw header says of the length. */
struct sflow_length {
	uint32_t frame;		/* before sampling */
	uint32_t stripped;	/* of that, not in the header */
	size_t sampled;		/* bytes of header that are there */
};

/*
 * The length to count: that of the frame, or, where it is 0, too short for the IP packet in it, or
 * longer than it and than any jumbo frame, what the headers say; *replaced tells.
 */
uint32_t sflow_length_of(const struct sflow_length *told, const struct packet *packet, bool *replaced);

/* The same of a record that tells a length beside fields, without a header: 0 where it cannot be. */
uint32_t sflow_length_bare(uint32_t bytes, bool *replaced);
