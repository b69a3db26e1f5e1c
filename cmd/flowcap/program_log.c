/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/program_log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>

#include "flowcap/service.h"

static const char *program = "flowcap";
static unsigned verbosity;
static bool use_syslog, use_levels;

void
log_open(const char *name, unsigned verbose)
{
	program = name;
	verbosity = verbose;
	use_levels = service_has_log();
}

void
log_to_syslog(void)
{
	openlog(program, LOG_PID, LOG_DAEMON);
	use_syslog = true;
}

static void
write_line(void *context, enum log_level level, const char *text)
{
	(void)context;
	if (level == LOG_LEVEL_DETAIL && verbosity == 0)
		return;
	if (use_syslog)
		syslog(level == LOG_LEVEL_ERROR ? LOG_ERR : LOG_INFO, "%s", text);
	else if (use_levels)
		(void)fprintf(stderr, "<%d>%s\n", level == LOG_LEVEL_ERROR ? LOG_ERR : LOG_INFO, text);
	else
		(void)fprintf(stderr, "%s: %s\n", program, text);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_line(NULL, level, text);
}

const struct log *
program_log(void)
{
	static const struct log log = { write_line, NULL };

	return &log;
}
