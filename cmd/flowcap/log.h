/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the collector tells: to standard error, or to syslog once it is a daemon. */

#include "base/attr.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DETAIL,	/* with -v */
};

void log_open(const char *program, unsigned verbose);
/* From here on to syslog. */
void log_to_syslog(void);
/* One line; thread-safe. */
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
