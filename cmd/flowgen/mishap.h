/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Mishaps of datagrams on their way: some get lost, some come after the next
 * one, some come twice, as determined by the seed.  Datagrams with templates and
 * options arrive, so that losses are known, unless they are to come late or
 * never.
 */

#include <stdint.h>

#include "flow.h"

struct mishap_options {
	uint64_t seed;
	uint64_t lose, swap, duplicate;	/* thousandths of a percent */
	int64_t templates_ms;		/* templates exported before this are lost; INT64_MIN: none */
};

struct mishap {
	struct mishap_options options;
	uint64_t state;			/* of the random numbers */
	uint64_t datagrams, flows;	/* lost so far */
	uint64_t twice, flows_twice;
};

void mishap_init(struct mishap *m, const struct mishap_options *options);

/* Removes lost datagrams from the list, swaps some with the next, and repeats some.  FLOW_ENOMEM. */
enum flow_status mishap(struct mishap *m, struct flow_datagrams *d) NODISCARD;
