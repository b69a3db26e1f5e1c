/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The names of an archive's own files and directories: nothing else is ever removed. */

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

/* False for any other name, or for an impossible date or time. */
bool slot_name_parse(const char *name, struct slot_name *out);

/* Gives the name that was parsed. */
void slot_name_format(const struct slot_name *name, char out[SLOT_NAME_MAX]);

/* When the slot begins, in ms since 1970. */
int64_t slot_name_begin(const struct slot_name *name, enum stamp_zone zone);

/*
 * Whether a directory's name can be a part of a date, in any layout: 2026, 11, 330, 2026-11-23, year=2026,
 * month=11, day=23, hour=09.  The directory above all of these is the archive.
 */
bool slot_directory_is_date(const char *name, size_t len);

/* The length of a path, "r1/2026/11/23", without the components at its end that are parts of a date. */
size_t slot_directory_root(const char *path);
