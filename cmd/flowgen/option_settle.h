/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What flowgen's options mean together, once all are known. */

#include <stdbool.h>
#include <stdint.h>

#include "flowgen/options.h"

/* State that can only be checked after all options. */
struct option_pending {
	const char *rate;
	const char *start;
	uint64_t duration_s;	/* 0: not said */
	bool flows;		/* -n was given */
	bool ipv6;		/* --ipv6 was given */
	bool curve;		/* --curve was given */
	const char *invents;	/* an option for invented flows only */
	const char *chooses;	/* an option for replayed flows only */
	int64_t now_ms;
};

/* Fills what follows from several options, and rejects what contradicts itself: false after a message. */
bool options_settle(struct options *o, const struct option_pending *p);
