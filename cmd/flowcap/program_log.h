/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The collector's log: to standard error, or to syslog once it is a daemon. */

#include "flow.h"

/* LOG_LEVEL_DETAIL is left out unless `verbose` is above 0. */
void log_open(const char *program, unsigned verbose);
/* From here on to syslog. */
void log_to_syslog(void);
/* One line; thread-safe. */
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same for libflow. */
const struct log *program_log(void);
