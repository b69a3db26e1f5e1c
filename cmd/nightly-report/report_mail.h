/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nightly-report/sections.h"

/* The report as a text of at most 78 columns: findings, the weeks before, and the top of the lists. */
enum flow_status report_mail(const struct report *report, const struct sections *sections, struct buf *out,
    struct flow_error *err) NODISCARD;
