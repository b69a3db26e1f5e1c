/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Gives files in the order in which their data end.  A name tells only the beginning: a file of a day and one of
 * five minutes may have the same name.  Few files are opened: none that begins after the oldest end.
 */

#include "retain/remove.h"

struct retain_oldest {
	struct retain_remover *remover;
	struct retain_file *file;	/* sorted by begin */
	size_t files, next;		/* next: the first that was not opened yet */
	struct retain_candidate {
		struct retain_file *file;
		struct retain_seen seen;
	} *heap;			/* opened, the oldest end first */
	size_t count, cap;
};

void retain_oldest_init(struct retain_oldest *o, struct retain_remover *remover, struct retain_file *files,
    size_t count);
void retain_oldest_clear(struct retain_oldest *o);

/* Takes the file with the oldest end; FLOW_END when none is left, FLOW_ENOMEM. */
enum flow_status retain_oldest_next(struct retain_oldest *o, struct retain_candidate *out) NODISCARD;
