/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a machine lacks for a collector of these options: clock, limits, disk, permissions, buffers, the port. */

#include "flowcap/health_findings.h"
#include "flowcap/options.h"

/* Adds what matters whether or not a collector runs. */
void machine_judge(const struct options *options, struct findings *out);

/* Adds what would keep one from starting, or from what it was told to do. */
void machine_judge_start(const struct options *options, struct findings *out);
