/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The files of an archive: turns folders, patterns and names into a list in time order. */

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
	char **problem;		/* messages "path: what" about paths that could not be read */
	size_t problems, problems_cap;
	/* The arguments of flow_files_add and flow_files_add_range, for flow_files_again. */
	struct flow_files_asked *asked;
	size_t asked_count;
	char **directory;	/* those that were listed */
	size_t directories, directories_cap;
	char **socket;		/* collectors' sockets in them (store/live.h) */
	size_t sockets, sockets_cap;
	/* What the directories have beside these: files that nfcapd and flow-capture still write, and all others. */
	char **unfinished;
	size_t unfinished_count, unfinished_cap;
	char **other;
	size_t others, others_cap;
	int64_t since_ns;	/* time of the first call, ns since 1970 */
};

#define FLOW_FILES_INIT { .path = NULL }

void flow_files_clear(struct flow_files *files);

/*
 * Adds what a path stands for: a file itself (whatever its name); below a directory every *.parquet file whose
 * name does not begin with a dot, and every file that nfcapd or flow-capture names (nfcapd.YYYYMMDDhhmm,
 * ft-v...); the matches of a shell pattern (glob(7)); "-" is kept as it is.  A path that does not exist or cannot
 * be read becomes a problem, not an error; but a missing path with the name of an archive's file is added:
 * opening it will report it.  Errors: FLOW_ENOMEM.
 */
enum flow_status flow_files_add(struct flow_files *files, const char *path) NODISCARD;

/*
 * Adds a range of files, as nfdump's -R has it:
 *	DIRECTORY		all of it, as flow_files_add
 *	[DIRECTORY/]FIRST	that file and all later ones beside it
 *	[BASE/]FIRST:LAST	from FIRST to LAST, both in the same directory; if LAST has directories,
 *				FIRST ends in as many: all files between the two below BASE
 * In the order of flow_files_sort; neither FIRST nor LAST need exist.  Problems and errors as
 * above.
 */
enum flow_status flow_files_add_range(struct flow_files *files, const char *range) NODISCARD;

/*
 * Sorts into time order: by the digits YYYYMMDDhhmm[ss] in a file's name (names without them come last), then by
 * path; removes duplicate paths.
 */
void flow_files_sort(struct flow_files *files);

/*
 * Whether the list would include a file of that path, if it existed.  The path is absolute, and resolved as by
 * realpath(3) up to its last component, which need not exist.
 */
bool flow_files_covers(const struct flow_files *files, const char *path);

/* Whether a path ends in the name of an archive's file: *.parquet, not beginning with a dot. */
bool flow_file_is_named(const char *path);

/* The digits YYYYMMDDhhmm[ss] in a file's name and how many they are; NULL if there are none. */
const char *flow_file_slot(const char *path, size_t *len);

/*
 * Files may be added, merged and removed while they are listed and opened.  So open all files of a sorted list,
 * then ask: false if there are files now that the list lacks.  Then, and if a file had vanished
 * (flow_scan_vanished), the open files may mix an old state with a new one: close them and list again.  Removing
 * a file after it was opened does no harm.
 */
bool flow_files_settled(const struct flow_files *files);

/* Lists everything again, sorted; no-op before the first flow_files_add. */
enum flow_status flow_files_again(struct flow_files *files) NODISCARD;
