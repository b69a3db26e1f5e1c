/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What flowstat --detect finds in a span: scans, beacons, floods, reflections and leaks. */

#include "nightly-report/report_span.h"

#define DETECTED_TABLES_MAX 16

struct detected {
	struct flow_table *table[DETECTED_TABLES_MAX];	/* owned */
	size_t tables;
};

/* CLI_OK, or what to end with after a message; then also something that may be cleared. */
int detected_make(struct nightly_options *options, const struct report_span *span, struct detected *detected);
void detected_clear(struct detected *detected);
