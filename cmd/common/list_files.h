/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Lists of networks that options name: --lists and --local. */

#include "flow.h"

struct list_files {
	const char **path;		/* as given; they stay the command line's */
	size_t count;
	struct net_lists *lists;	/* NULL: none were given */
	bool damaged;			/* something of them could not be read, which was told */
};

/* Takes a path, a file or a directory; CLI_OK, or CLI_FAILURE after a message. */
int list_files_take(struct list_files *f, const char *path);

/* Reads all, and tells what is wrong in them; CLI_OK, or CLI_FAILURE after a message where nothing can be read. */
int list_files_read(struct list_files *f);
/* The same of own networks: CLI_MISUSE where anything is wrong, as what they leave out would be told wrong. */
int list_files_read_own(struct list_files *f);
void list_files_clear(struct list_files *f);
