/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nightly-report/sections.h"

/* The report as an HTML page. */
enum flow_status report_page(const struct report *report, const struct sections *sections, struct buf *out,
    struct flow_error *err) NODISCARD;

/* The heading: as given, or "Traffic of Monday 2026-11-23". */
void report_title(const struct report *report, char *out, size_t room);
