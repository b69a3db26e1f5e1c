/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* How an archive is laid out in time: slots of a fixed length, one file each, in directories by date. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "time/stamp.h"

/* nfcapd's -S 0..8, and Hive's form. */
enum partition_layout {
	PARTITION_FLAT,			/* 0: no directories */
	PARTITION_YMD,			/* 1: %Y/%m/%d */
	PARTITION_YMDH,			/* 2: %Y/%m/%d/%H */
	PARTITION_YWU,			/* 3: %Y/%W/%u */
	PARTITION_YWUH,			/* 4: %Y/%W/%u/%H */
	PARTITION_YJ,			/* 5: %Y/%j */
	PARTITION_YJH,			/* 6: %Y/%j/%H */
	PARTITION_DATE,			/* 7: %Y-%m-%d */
	PARTITION_DATE_H,		/* 8: %Y-%m-%d/%H */
	PARTITION_HIVE,			/* year=%Y/month=%m/day=%d/hour=%H */
};

/* "0" to "8" or "hive"; false for anything else. */
bool partition_parse(const char *text, enum partition_layout *layout);

/* The beginning of the slot that holds an instant: a multiple of slot_s (> 0) seconds since 1970 UTC. */
int64_t partition_slot(int64_t ms, uint32_t slot_s);

/* Appends the directory of a slot, without slashes at its ends; nothing for PARTITION_FLAT. */
void partition_directory(enum partition_layout layout, int64_t slot_ms, enum stamp_zone zone,
    struct buf *out);

/* Appends "flowcap.YYYYMMDDhhmm", with seconds where slots are no whole minutes. */
void partition_file(int64_t slot_ms, uint32_t slot_s, enum stamp_zone zone, struct buf *out);
