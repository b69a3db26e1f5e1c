/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Names of files and directories that are an archive's own: only these are ever removed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "time/stamp.h"

/* flowcap.YYYYMMDDhhmm[ss][.NUMBER].parquet, spelled as flowcap does. */
struct slot_name {
	uint64_t digits;		/* YYYYMMDDhhmm or YYYYMMDDhhmmss, as a number */
	uint32_t number;		/* 0: none */
};

#define SLOT_NAME_MAX 48

/* False where it is any other name, or no time that there is. */
bool slot_name_parse(const char *name, struct slot_name *out);

/* The same name again. */
void slot_name_format(const struct slot_name *name, char out[SLOT_NAME_MAX]);

/* When the slot begins, in ms since 1970. */
int64_t slot_name_begin(const struct slot_name *name, enum stamp_zone zone);

/*
 * Whether a directory's name can be that of a part of a date, in any layout: 2026, 11, 330, 2026-11-23,
 * year=2026, month=11, day=23, hour=09.  What is above such directories is an archive's own directory.
 */
bool slot_directory_is_date(const char *name, size_t len);

/* The bytes of a path of directories, "r1/2026/11/23", without those of its end that are parts of a date. */
size_t slot_directory_root(const char *path);
