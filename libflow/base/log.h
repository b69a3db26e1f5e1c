/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where the library reports events: a function of the program's.  Errors that a
 * caller can act on are returned (base/status.h), not logged.
 */

#include "base/attr.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DETAIL,
};

struct log {
	/* Takes one line without its end; called by any thread. */
	void (*line)(void *context, enum log_level level, const char *text);
	void *context;
};

/* Formats one line (2047 bytes at most) for the log; does nothing where `log` is NULL. */
void log_to(const struct log *log, enum log_level level, const char *fmt, ...) PRINTF_LIKE(3, 4);
