/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Whether a slot's file exists already. */

#include "store/slot_path.h"

/* Whether some file of that slot has this value for that metadata key.  Files that cannot be read are skipped. */
bool flow_slot_filed(const struct flow_slot_layout *layout, int64_t slot_ms, const char *key,
    const char *value);
