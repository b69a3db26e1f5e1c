/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * When datagrams leave: at a rate of flows, or as their times of export have it.  A datagram leaves when those before it
 * have had their time, so that in each second as many flows leave as the rate says; who is late does not wait until it
 * has caught up.
 */

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint64_t rate;		/* flows a second; 0: as fast as it goes */
	int64_t factor;		/* thousandths of the speed at which times pass; 0: by rate */
	uint64_t flows;		/* that have left */
	int64_t first_ms;	/* time of export of the first datagram */
	bool begun;
};

/* When the next datagram is to leave, in ns after the first one; 0: at once. */
int64_t pace_due(struct pace *p, int64_t export_ms);

/* It has left. */
void pace_count(struct pace *p, uint32_t flows);
