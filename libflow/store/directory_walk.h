/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Walks over the files of an archive below a directory, also while others add and remove files; includes files of
 * nfcapd and flow-capture, by the names that these give them.
 */

#include <stdbool.h>

#include "base/status.h"

/* Callbacks; one that does not return FLOW_OK ends the walk, which returns the same. */
struct directory_walk {
	void *context;
	enum flow_status (*file)(void *context, const char *path);	/* by name; of nfcapd or flow-capture, too */
	enum flow_status (*directory)(void *context, const char *path);	/* called before its files */
	/* A name of a collector's socket; NULL: not wanted. */
	enum flow_status (*socket)(void *context, const char *path);
	enum flow_status (*problem)(void *context, const char *path, const char *what);
	/* A file of another name that does not begin with a dot; NULL: not wanted. */
	enum flow_status (*other)(void *context, const char *path);
};

/*
 * Follows links unless they form a loop; skips names that begin with a dot, but for sockets.  An entry that
 * vanishes meanwhile is no problem.  Errors: FLOW_ENOMEM.
 */
enum flow_status directory_walk(const char *path, const struct directory_walk *walk) NODISCARD;

/* Whether it is a name of an archive's file: *.parquet, not beginning with a dot. */
bool directory_walk_is_file(const char *name);

/*
 * Whether it is a name that nfcapd (nfcapd.YYYYMMDDhhmm...) or flow-capture (ft-v...) gives to a finished file;
 * unfinished ones have other names.
 */
bool directory_walk_is_old(const char *name);

/* Whether it is a name of a file that nfcapd (nfcapd.current...) or flow-capture (tmp-v...) still writes. */
bool directory_walk_is_unfinished(const char *name);
