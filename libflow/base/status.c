/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_text[] = {
#define STATUS(name, text) [FLOW_##name] = (text),
#include "base/status.def"
#undef STATUS
};

const char *
flow_status_text(enum flow_status status)
{
	if ((unsigned)status >= FLOW_STATUS_COUNT)
		return "unknown status";
	return status_text[status];
}

enum flow_status
flow_fail(struct flow_error *err, enum flow_status status, int64_t offset,
    const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	err->status = status;
	err->offset = offset;
	va_start(ap, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return status;
}

enum flow_status
flow_fail_memory(struct flow_error *err)
{
	return flow_fail(err, FLOW_ENOMEM, FLOW_NO_OFFSET, "%s",
	    flow_status_text(FLOW_ENOMEM));
}

enum flow_status
flow_fail_errno(struct flow_error *err, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t used;

	if (err == NULL)
		return FLOW_EIO;
	err->status = FLOW_EIO;
	err->offset = FLOW_NO_OFFSET;
	va_start(ap, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
	    strerror(saved));
	errno = saved;
	return FLOW_EIO;
}

void
flow_error_prefix(struct flow_error *err, const char *prefix)
{
	char old[sizeof(err->message)];

	if (err == NULL)
		return;
	memcpy(old, err->message, sizeof(old));
	(void)snprintf(err->message, sizeof(err->message), "%.511s: %.510s",
	    prefix, old);
}
