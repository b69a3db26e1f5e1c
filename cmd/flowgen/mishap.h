/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What happens to datagrams on their way: some get lost, some come after the
 * next one.  Which ones follows from the seed.  Datagrams of templates and
 * options come through, so that what is lost is known.
 */

#include <stdint.h>

#include "flow.h"

struct mishap {
	uint64_t state;			/* of the random numbers */
	uint32_t lose, swap;		/* thousandths of a percent */
	uint64_t datagrams, flows;	/* lost so far */
};

void mishap_init(struct mishap *m, uint64_t seed, uint32_t lose, uint32_t swap);

/* Takes lost datagrams out of the list, and swaps others with the one behind them in it. */
void mishap(struct mishap *m, struct flow_datagrams *d);
