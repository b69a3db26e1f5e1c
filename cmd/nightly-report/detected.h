/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The results of flowstat --detect for a span: scans, beacons, floods, reflections and leaks. */

#include "nightly-report/report_span.h"

#define DETECTED_TABLES_MAX 16

struct detected {
	struct flow_table *table[DETECTED_TABLES_MAX];	/* owned */
	size_t tables;
};

/* CLI_OK, or an exit status after a message; even then the result may be cleared. */
int detected_make(struct nightly_options *options, const struct report_span *span, struct detected *detected);
void detected_clear(struct detected *detected);
