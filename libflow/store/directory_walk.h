/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * All files of an archive below a directory, while others add and remove some, and those of older collectors, by the
 * names that nfcapd and flow-capture give them.
 */

#include <stdbool.h>

#include "base/status.h"

/* What is told of each; anything but FLOW_OK ends the walk, which returns it. */
struct directory_walk {
	void *context;
	enum flow_status (*file)(void *context, const char *path);	/* of a name that is one */
	enum flow_status (*directory)(void *context, const char *path);	/* before its files are told */
	enum flow_status (*socket)(void *context, const char *path);	/* of a name that a collector's has; NULL: not asked */
	enum flow_status (*problem)(void *context, const char *path, const char *what);
};

/*
 * Links are followed, unless they lead around; names with a dot before them are passed over, whatever
 * they are.  What vanishes meanwhile is no problem.  Errors: FLOW_ENOMEM.
 */
enum flow_status directory_walk(const char *path, const struct directory_walk *walk) NODISCARD;

/* Whether it is a name that an archive's file has: *.parquet, no dot before it. */
bool directory_walk_is_file(const char *name);

/*
 * Whether it is one that nfcapd (nfcapd.YYYYMMDDhhmm...) or flow-capture (ft-v...) gives a file that is done; those
 * that are being written have other names.
 */
bool directory_walk_is_old(const char *name);
