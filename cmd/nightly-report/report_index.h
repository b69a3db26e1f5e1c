/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A page of all reports in a folder, from what each says of itself. */

#include "nightly-report/findings.h"

/* Appends to a page what an index tells of it. */
void report_index_mark(const struct report *report, struct buf *out);

/*
 * Writes index.html beside the reports (flows-*.html) of a folder, the latest first.  What is no report is left out.
 * FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status report_index_write(const char *folder, enum stamp_zone zone, struct flow_error *err) NODISCARD;
