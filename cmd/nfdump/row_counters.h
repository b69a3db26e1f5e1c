/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sums over flows as in nfdump: packets and bytes of both directions. */

#include "flow.h"

struct nfdump_totals {
	uint64_t flows, packets, bytes;	/* saturating */
	uint64_t rows;
	int64_t first_ms, last_ms;	/* only if rows > 0 */
};

/* The counters of one row. */
struct nfdump_counters {
	int64_t first_ms, last_ms;
	uint64_t flows;			/* at least 1 */
	uint64_t packets, bytes;
	uint64_t out_packets, out_bytes;	/* of the reverse direction, or after the observation point */
};

/* The columns of these counters. */
void nfdump_counters_fields(struct flow_fieldset *fields);

void nfdump_counters_get(const struct flow_batch *batch, uint32_t row, struct nfdump_counters *c);

void nfdump_totals_add(struct nfdump_totals *t, const struct nfdump_counters *c);

void nfdump_totals_join(struct nfdump_totals *t, const struct nfdump_totals *other);

/* a + b, or UINT64_MAX. */
uint64_t nfdump_sum(uint64_t a, uint64_t b);

/* n per second, rounded down; 0 without a duration. */
uint64_t nfdump_a_second(double n, double seconds);

/* Appends a counter as nfdump does: 1.2 M, or all digits if `plain`. */
void nfdump_append_counter(struct buf *out, uint64_t value, bool plain, int width);
