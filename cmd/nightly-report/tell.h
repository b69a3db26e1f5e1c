/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Adds findings to a report. */

#include "nightly-report/findings.h"

void tell(struct report *report, enum finding_level level, enum report_table table, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "1.23 GB" and a NUL, in a cleared buffer. */
void tell_bytes(struct buf *text, double bytes);

/* "1.23 Gb/s", the same. */
void tell_rate(struct buf *text, double bps);

/* "interface 9 (Gi0/0/8) of 198.18.0.1", by a row with an exporter and an interface in column `key`; names are cut. */
void tell_interface(const struct flow_table *t, const char *key, size_t row, char *out, size_t room);

/* "14:05", with the date if the span is more than a day; and a NUL. */
void tell_time(struct buf *text, const struct report_span *span, int64_t ms);
