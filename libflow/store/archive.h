/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which files an archive consists of: folders, patterns and names to a list in time order. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct flow_files_asked {
	char *text;
	bool range;
};

struct flow_files {
	char **path;		/* each allocated */
	size_t count, cap;
	char **problem;		/* messages: what could not be read, "path: what" */
	size_t problems, problems_cap;
	/* How they came about, for flow_files_again. */
	struct flow_files_asked *asked;
	size_t asked_count;
	char **directory;	/* those that were listed */
	size_t directories, directories_cap;
	char **socket;		/* names in them of sockets of collectors (store/live.h) */
	size_t sockets, sockets_cap;
	int64_t since_ns;	/* when the first was asked for, since 1970 */
};

#define FLOW_FILES_INIT { .path = NULL }

void flow_files_clear(struct flow_files *files);

/*
 * Adds what a path stands for: a file itself (whatever its name), every *.parquet file
 * below a directory that does not begin with a dot, and those that nfcapd and flow-capture name (nfcapd.YYYYMMDDhhmm,
 * ft-v...), or what a shell pattern (glob(7))
 * matches; "-" is kept as it is.  What does not exist or cannot be read becomes a
 * problem, not an error; but a name of an archive's file that is not there is added, for whoever
 * opens it to tell.  Errors: FLOW_ENOMEM.
 */
enum flow_status flow_files_add(struct flow_files *files, const char *path) NODISCARD;

/*
 * Adds a range of files, as nfdump's -R has it:
 *	DIRECTORY		all of it, as flow_files_add
 *	[DIRECTORY/]FIRST	that file and all later ones beside it
 *	[BASE/]FIRST:LAST	from FIRST to LAST, both in the same directory; or, where LAST has
 *				directories, FIRST ending in as many: all between them below BASE
 * In the order of flow_files_sort; neither FIRST nor LAST need exist.  Problems and errors as
 * above.
 */
enum flow_status flow_files_add_range(struct flow_files *files, const char *range) NODISCARD;

/*
 * Sorts into time order: by the digits YYYYMMDDhhmm[ss] in a file's name, names
 * without them last, then by path; a path that was named twice stays once.
 */
void flow_files_sort(struct flow_files *files);

/*
 * Whether a file of that path, were it there, would be in a list of what was asked for.  The path is absolute and as
 * realpath(3) has it but for its end.
 */
bool flow_files_covers(const struct flow_files *files, const char *path);

/* Whether a path ends in a name that an archive's file has: *.parquet, no dot before it. */
bool flow_file_is_named(const char *path);

/* The digits YYYYMMDDhhmm[ss] in a file's name and how many they are; NULL if there are none. */
const char *flow_file_slot(const char *path, size_t *len);

/*
 * Others add, merge and remove files while a list is made and the files are opened.  Open them all,
 * then ask: false where there are files now that are not in the list, which was sorted.  Then, and
 * where one was not there any more (flow_scan_vanished), what is open may be neither what was nor
 * what is; it is to be closed, and listed again.  What was removed after it was opened does not matter.
 */
bool flow_files_settled(const struct flow_files *files);

/* Lists all that was asked for once more, sorted.  Nothing is changed if nothing was. */
enum flow_status flow_files_again(struct flow_files *files) NODISCARD;
