/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Adds what is found to a report. */

#include "nightly-report/findings.h"

void tell(struct report *report, enum finding_level level, enum report_table table, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "1.23 GB" with a NUL behind, in a cleared buffer. */
void tell_bytes(struct buf *text, double bytes);

/* "14:05", with the date where the span is more than a day; a NUL behind. */
void tell_time(struct buf *text, const struct report_span *span, int64_t ms);
