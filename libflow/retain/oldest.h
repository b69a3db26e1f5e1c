/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Files in the order of their ends, of which names tell only the beginnings: a file of a day and one of five minutes
 * may have the same name.  As few files as possible are looked into: none that begins after the oldest end.
 */

#include "retain/remove.h"

struct retain_oldest {
	struct retain_remover *remover;
	struct retain_file *file;	/* sorted by begin */
	size_t files, next;		/* next: the first that was not looked into */
	struct retain_candidate {
		struct retain_file *file;
		struct retain_seen seen;
	} *heap;			/* looked into, the oldest end first */
	size_t count, cap;
};

void retain_oldest_init(struct retain_oldest *o, struct retain_remover *remover, struct retain_file *files,
    size_t count);
void retain_oldest_clear(struct retain_oldest *o);

/* Takes the next; FLOW_END where there is none, FLOW_ENOMEM. */
enum flow_status retain_oldest_next(struct retain_oldest *o, struct retain_candidate *out) NODISCARD;
