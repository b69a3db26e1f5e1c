/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where the file of a slot goes. */

#include <stdint.h>

#include "base/status.h"
#include "time/partition.h"

struct flow_slot_layout {
	const char *directory;		/* of the archive; exists */
	enum partition_layout layout;
	uint32_t slot_s;
	enum stamp_zone zone;
};

/*
 * DIRECTORY/2026/11/23/09/flowcap.202611230905.parquet for the slot that begins at slot_ms; makes the
 * directories.  A writer that keeps what exists (store/writer.h) adds a number where that is taken.
 * *path is allocated.  FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status flow_slot_path(const struct flow_slot_layout *layout, int64_t slot_ms, char **path,
    struct flow_error *err) NODISCARD;
