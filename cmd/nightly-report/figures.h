/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Figures of a span: totals and rates of its bins. */

#include "nightly-report/questions.h"

struct figures {
	struct report_span span;
	bool any;		/* there were flows */
	uint64_t flows, packets, bytes;
	double mean_bps, peak_bps, p95_bps;
	double mean_pps, peak_pps, p95_pps;
	int64_t peak_ms;	/* begin of the bin with most bits */
	size_t bins;
	double *bps;		/* of each bin; owned */
};

/* Even after FLOW_ENOMEM the result may be cleared. */
enum flow_status figures_make(const struct report_answer *answer, const struct report_span *span, struct figures *out)
    NODISCARD;
void figures_clear(struct figures *figures);

/* The bin of the span that a row of a series is in; SIZE_MAX: none. */
size_t figures_bin(const struct flow_table *t, size_t row, const struct report_span *span);

/* A rate or count of a row; 0 where the table has no such column or the row no value. */
double figures_value(const struct flow_table *t, const char *column, size_t row);

/* The text of a row's exporter; "other" or "" where there is none. */
void figures_exporter(const struct flow_table *t, size_t row, char out[ADDR_TEXT_MAX + 1]);
