/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which files of a slot there are. */

#include "store/slot_path.h"

/*
 * Whether a file of that slot has this value under that key in its metadata.  What cannot be
 * read is passed over.
 */
bool flow_slot_filed(const struct flow_slot_layout *layout, int64_t slot_ms, const char *key,
    const char *value);
