/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Data on exporters from the files' footers, and on the disk. */

#include "nightly-report/report_span.h"

#define EXPORTER_TEXT_MAX 64

struct exporter_health {
	char exporter[EXPORTER_TEXT_MAX];
	uint64_t datagrams, flows, restarts;
	uint64_t lost, units;	/* losses by sequence numbers, and received units of the same kind */
	uint64_t clock_wrong, clock_off_ms, times_wrong;
	bool clock_behind;
	uint64_t sampling;	/* 0: unknown */
};

struct health {
	struct exporter_health *exporter;	/* summed over domains; owned */
	size_t count;
	uint64_t files, bytes, kernel_drops;
	double disk_days;	/* until the disk is full at this span's rate; below 0: unknown */
};

/* Reads the footers of files that may have flows of the span.  The query reports what cannot be read. */
enum flow_status health_make(struct nightly_options *options, const struct report_span *span, struct health *health)
    NODISCARD;
void health_clear(struct health *health);
