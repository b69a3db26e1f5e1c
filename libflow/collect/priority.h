/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Priorities of threads where CPUs are scarce: what is not received now is lost, what is not decoded now is
 * only late.  Only Linux has them; elsewhere all threads are equal.
 */

#if defined(__linux__)
#include <sys/resource.h>
#endif

enum priority {
	PRIORITY_FIRST = -10,	/* receives and writes journals; ignored without the privilege that it needs */
	PRIORITY_USUAL = 0,
	PRIORITY_LATER = 3,	/* decodes and encodes */
};

/* Sets it for this thread and those that it starts. */
static inline void
priority_take(enum priority priority)
{
#if defined(__linux__)
	(void)setpriority(PRIO_PROCESS, 0, priority);
#else
	(void)priority;
#endif
}
