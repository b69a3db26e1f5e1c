/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What functions of libflow return, and how a failure is described.
 *
 * The library never prints, logs or exits: a function that can fail returns an
 * enum flow_status and, where it takes one, fills a struct flow_error (which
 * may be NULL) with a sentence for people.  Outputs are untouched on failure
 * unless a function says otherwise.
 */

#include <stdint.h>

#include "base/attr.h"

enum flow_status {
#define STATUS(name, text) FLOW_##name,
#include "base/status.def"
#undef STATUS
	FLOW_STATUS_COUNT
};

#define FLOW_NO_OFFSET INT64_C(-1)

struct flow_error {
	enum flow_status status;
	int64_t offset;		/* byte offset in file or datagram, or FLOW_NO_OFFSET */
	char message[1024];	/* NUL-terminated, no newline */
};

/* A short text for a status: static storage, never NULL. */
const char *flow_status_text(enum flow_status status);

/*
 * Fills *err (if not NULL) from a printf format and returns `status`, so that
 * a failure is one statement: return flow_fail(err, FLOW_EFORMAT, off, "...").
 */
enum flow_status flow_fail(struct flow_error *err, enum flow_status status,
    int64_t offset, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* As flow_fail, with FLOW_ENOMEM and a standard text. */
enum flow_status flow_fail_memory(struct flow_error *err);

/* As flow_fail, with FLOW_EIO and ": strerror(errno)" appended; errno is kept. */
enum flow_status flow_fail_errno(struct flow_error *err, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* Puts "prefix: " before the message that *err holds (a file name, an exporter). */
void flow_error_prefix(struct flow_error *err, const char *prefix);
