/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The time that a report is about, and the same time of weeks before. */

#include "nightly-report/options.h"

#define SPAN_WINDOW_MAX 64

struct report_span {
	int64_t from_ms, to_ms;
	int64_t bin_ms;
	enum stamp_zone zone;
	unsigned shift_days;	/* from one comparison to the next: whole weeks */
	char bin[8];		/* "5m" */
	char name[48];		/* "2026-11-23", of files */
	char text[96];		/* "Monday 2026-11-23", of headings */
};

/* CLI_OK, or CLI_MISUSE after a message. */
int report_span_make(const struct nightly_options *options, int64_t now_ms, struct report_span *span);

/* The same times of the clock so many weeks, or several of them, before. */
struct report_span report_span_before(const struct report_span *span, unsigned times);

/* As -t has it. */
void report_span_window(const struct report_span *span, char out[SPAN_WINDOW_MAX]);

/* How many bins it has, the last one perhaps cut. */
size_t report_span_bins(const struct report_span *span);
