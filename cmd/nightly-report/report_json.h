/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nightly-report/sections.h"

/*
 * The report for programs: one object with title, from, to, totals, findings, and tables as flowstat -o json
 * prints them.
 */
enum flow_status report_json(const struct report *report, const struct sections *sections, struct buf *out,
    struct flow_error *err) NODISCARD;
