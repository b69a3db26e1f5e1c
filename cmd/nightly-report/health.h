/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What footers of files say of the exporters that filled them, and of the disk. */

#include "nightly-report/report_span.h"

#define EXPORTER_TEXT_MAX 64

struct exporter_health {
	char exporter[EXPORTER_TEXT_MAX];
	uint64_t datagrams, flows, restarts;
	uint64_t lost, units;	/* by sequence numbers, and what came in the same units */
	uint64_t clock_wrong, clock_off_ms, times_wrong;
	bool clock_behind;
	uint64_t sampling;	/* 0: none was told */
};

struct health {
	struct exporter_health *exporter;	/* domains of one added up; owned */
	size_t count;
	uint64_t files, bytes, kernel_drops;
	double disk_days;	/* until the disk is full, where it fills as in this span; below 0: not known */
};

/* Reads the footers of files that may hold flows of the span.  What cannot be read was told of by the query. */
enum flow_status health_make(struct nightly_options *options, const struct report_span *span, struct health *health)
    NODISCARD;
void health_clear(struct health *health);
