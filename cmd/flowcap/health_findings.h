/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Findings about a collector's health: a line each, with what is wrong, why, and what to do. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/* In order of severity; the values are the exit statuses of monitoring plugins. */
enum finding_level {
	FINDING_NOTE = 0,	/* may be intended */
	FINDING_WARNING = 1,	/* flows will be lost, or are less than they seem */
	FINDING_CRITICAL = 2,	/* nothing is collected, or flows are being lost */
};

struct findings {
	struct finding {
		enum finding_level level;
		char *text;
	} *finding;
	size_t count;
	bool failed;		/* out of memory: findings are missing */
};

#define FINDINGS_INIT { NULL, 0, false }

void findings_add(struct findings *f, enum finding_level level, const char *fmt, ...) PRINTF_LIKE(3, 4);
void findings_clear(struct findings *f);

/* The most severe level; FINDING_NOTE where there is none. */
enum finding_level findings_worst(const struct findings *f);

/* Appends those of that level and above, the most severe first, as "WARNING: text". */
void findings_put(const struct findings *f, enum finding_level from, struct buf *out);

/* OK, WARNING, CRITICAL. */
const char *finding_level_name(enum finding_level level);
