/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What happens to datagrams on their way: some get lost, some come after the
 * next one, some come twice.  Which ones follows from the seed.  Datagrams of templates and
 * options come through, so that what is lost is known, unless they are to come late or never.
 */

#include <stdint.h>

#include "flow.h"

struct mishap_options {
	uint64_t seed;
	uint64_t lose, swap, duplicate;	/* thousandths of a percent */
	int64_t templates_ms;		/* those that are exported before that get lost; INT64_MIN: none */
};

struct mishap {
	struct mishap_options options;
	uint64_t state;			/* of the random numbers */
	uint64_t datagrams, flows;	/* lost so far */
	uint64_t twice, flows_twice;
};

void mishap_init(struct mishap *m, const struct mishap_options *options);

/* Takes lost datagrams out of the list, swaps others with the one behind them in it, and repeats others.  FLOW_ENOMEM. */
enum flow_status mishap(struct mishap *m, struct flow_datagrams *d) NODISCARD;
