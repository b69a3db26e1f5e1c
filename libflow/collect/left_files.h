/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Files that a killed collector left beside its journal. */

#include "store/slot_path.h"

/* Removes unfinished files of a slot that the run of that journal began. */
void left_files_remove(const struct flow_slot_layout *layout, int64_t slot_ms, const char *journal_id);
