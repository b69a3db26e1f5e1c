/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An index page of all reports in a folder, from the data in each. */

#include "nightly-report/findings.h"

/* Appends the data for the index to a page. */
void report_index_mark(const struct report *report, struct buf *out);

/*
 * Writes index.html beside the reports (flows-*.html) of a folder, the latest first.  Other files are left
 * out. FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status report_index_write(const char *folder, enum stamp_zone zone, struct flow_error *err) NODISCARD;
