/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sums of the flows made, by protocol, exporter and event, for people. */

#include "flow.h"

struct tally_sum {
	uint64_t flows, packets, bytes;
};

struct tally {
	struct tally_sum all, unseen, proto[256];
	struct tally_sum *exporter, *event;	/* allocated */
	uint32_t exporters;
	size_t events;				/* `event` has one more: 0 is the mix */
};

/* FLOW_ENOMEM; must be released even then. */
enum flow_status tally_init(struct tally *t, uint32_t exporters, size_t events) NODISCARD;
void tally_release(struct tally *t);

void tally_add(struct tally *t, const struct flow_batch *batch, const struct flow_synth_turn *turn);

/* The same for one sum, which only needs the rows. */
void tally_batch(struct tally_sum *s, const struct flow_batch *batch);

/* A table on stderr; `event` are the names. */
void tally_print(const struct tally *t, const struct event_spec *event);
