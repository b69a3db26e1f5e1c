/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * When to send datagrams: at a rate of flows, or by their times of export.  A datagram is due when the flows
 * before it have had their time, so that each second sends as many flows as the rate says; a late sender does
 * not wait until it has caught up.
 */

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint64_t rate;		/* flows per second; 0: as fast as possible */
	int64_t factor;		/* speed of export times, in thousandths; 0: by rate */
	uint64_t flows;		/* sent so far */
	int64_t first_ms;	/* time of export of the first datagram */
	bool begun;
};

/* When to send the next datagram, in ns after the first one; 0: at once. */
int64_t pace_due(struct pace *p, int64_t export_ms);

/* Counts a datagram that was sent. */
void pace_count(struct pace *p, uint32_t flows);
