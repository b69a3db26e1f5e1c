/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The span of a report, and the same span some weeks before. */

#include "nightly-report/options.h"

#define SPAN_WINDOW_MAX 64

struct report_span {
	int64_t from_ms, to_ms;
	int64_t bin_ms;
	enum stamp_zone zone;
	unsigned shift_days;	/* between compared spans: whole weeks */
	char bin[8];		/* "5m" */
	char name[48];		/* "2026-11-23", of files */
	char text[96];		/* "Monday 2026-11-23", of headings */
};

/* CLI_OK, or CLI_MISUSE after a message. */
int report_span_make(const struct nightly_options *options, int64_t now_ms, struct report_span *span);

/* The same span by the clock, `times` shifts earlier. */
struct report_span report_span_before(const struct report_span *span, unsigned times);

/* As an argument of -t. */
void report_span_window(const struct report_span *span, char out[SPAN_WINDOW_MAX]);

/* Number of bins; the last one may be partial. */
size_t report_span_bins(const struct report_span *span);
