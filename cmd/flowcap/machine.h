/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Checks the machine for a collector with these options: clock, limits, disk, permissions, buffers, the port. */

#include "flowcap/health_findings.h"
#include "flowcap/options.h"

/* Adds findings that do not depend on whether a collector runs. */
void machine_judge(const struct options *options, struct findings *out);

/* Adds what would keep a collector from starting, or from following its options. */
void machine_judge_start(const struct options *options, struct findings *out);
