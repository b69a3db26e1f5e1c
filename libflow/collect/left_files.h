/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a collector that was killed left beside its journal. */

#include "store/slot_path.h"

/* Removes files of a slot that the run of that journal has begun; nobody will finish them. */
void left_files_remove(const struct flow_slot_layout *layout, int64_t slot_ms, const char *journal_id);
