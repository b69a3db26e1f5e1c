/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Answers a newcomer's first question: flows were sent, but none are found. */

#include "flow.h"

/*
 * Call where no file was found.  For each listed directory with a collector's socket or journals, prints that
 * flows are there once their slot ends.
 */
void open_slot_tell(const struct flow_files *files);
