/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Judges the counters of a running collector: flowcap --check, and GET /health. */

#include <stddef.h>
#include <time.h>

#include "flowcap/health_findings.h"

/* Adds findings from a text of status_report_put, or of an older version: counters that it lacks are not judged. */
void judge_collector(const char *text, size_t len, time_t now, struct findings *out);
