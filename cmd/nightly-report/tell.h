/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Adds findings to a report. */

#include "nightly-report/findings.h"

void tell(struct report *report, enum finding_level level, enum report_table table, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "1.23 GB" and a NUL, in a cleared buffer. */
void tell_bytes(struct buf *text, double bytes);

/* "14:05", with the date if the span is more than a day; and a NUL. */
void tell_time(struct buf *text, const struct report_span *span, int64_t ms);
