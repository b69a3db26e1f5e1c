/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Who goes first where processors are scarce: what is not received now is lost, what is not decoded
 * now is late.  Only Linux has priorities of threads; elsewhere all are alike.
 */

#if defined(__linux__)
#include <sys/resource.h>
#endif

enum priority {
	PRIORITY_FIRST = -10,	/* receives and writes journals; needs a privilege, and is asked for without */
	PRIORITY_USUAL = 0,
	PRIORITY_LATER = 3,	/* decodes and encodes */
};

/* Of this thread, and of those that it starts. */
static inline void
priority_take(enum priority priority)
{
#if defined(__linux__)
	(void)setpriority(PRIO_PROCESS, 0, priority);
#else
	(void)priority;
#endif
}
