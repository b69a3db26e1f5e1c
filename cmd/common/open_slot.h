/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A newcomer's first question: flows were sent, and nothing is there. */

#include "flow.h"

/*
 * Where no file was found, says of each directory that was listed and holds a collector's socket or journals
 * that flows wait until their slot ends.
 */
void open_slot_tell(const struct flow_files *files);
