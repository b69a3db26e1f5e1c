/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The length of a sampled frame: as the agent states it, unless the frame's own headers contradict. */

#include "wire/sflow/packet.h"

/* The lengths in a raw header record. */
struct sflow_length {
	uint32_t frame;		/* of the frame before sampling */
	uint32_t stripped;	/* bytes of the frame removed before the header */
	size_t sampled;		/* bytes of header present */
};

/*
 * The length to count: the frame's, unless it is 0, too short for the IP packet in it, or longer than
 * both that packet and any jumbo frame; then the length by the headers, and *replaced is true.
 */
uint32_t sflow_length_of(const struct sflow_length *told, const struct packet *packet, bool *replaced);

/* The same for a record that has a length and fields but no header; 0 if the length is impossible. */
uint32_t sflow_length_bare(uint32_t bytes, bool *replaced);
