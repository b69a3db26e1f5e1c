/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the counters of a running collector say: flowcap --check, and GET /health. */

#include <stddef.h>
#include <time.h>

#include "flowcap/health_findings.h"

/* Adds what is not well by a text of status_report_put, or an older one: what that has not is not judged. */
void judge_collector(const char *text, size_t len, time_t now, struct findings *out);
