/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Lists of networks that options name: --lists and --local. */

#include "flow.h"

struct list_files {
	const char **path;		/* as given; owned by the command line */
	size_t count;
	struct net_lists *lists;	/* NULL: none were given */
	bool damaged;			/* a part could not be read, and that was reported */
};

/* Adds a path, a file or a directory; CLI_OK, or CLI_FAILURE after a message. */
int list_files_take(struct list_files *f, const char *path);

/* Reads all and reports faults; CLI_OK, or CLI_FAILURE after a message where nothing can be read. */
int list_files_read(struct list_files *f);
/* The same for own networks, but CLI_MISUSE for any fault: a network left out would be taken for foreign. */
int list_files_read_own(struct list_files *f);
void list_files_clear(struct list_files *f);
