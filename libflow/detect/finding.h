/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a detector found of one key, and lists of these. */

#include "base/buf.h"
#include "base/status.h"
#include "net/addr.h"
#include "record/result_table.h"

#define FINDING_COUNTS 6
#define FINDING_REALS 4

struct finding {
	double score;		/* 0 to 100 */
	struct addr a, b;	/* the key; what a detector does not use is zero */
	int64_t first_ms, last_ms;
	uint64_t count[FINDING_COUNTS];
	double real[FINDING_REALS];
	uint16_t port;
	uint16_t list;
	uint8_t proto;
	uint8_t kind;
};

struct findings {
	struct finding *list;
	size_t count, cap;
};

/* FLOW_ENOMEM leaves the list as it was. */
enum flow_status findings_add(struct findings *f, const struct finding *one) NODISCARD;
void findings_clear(struct findings *f);

/*
 * Where more than a great many were added, forgets all but the `most` that would be first; 0: forgets none.
 */
void findings_trim(struct findings *f, uint64_t most);

/* Highest scores first, then by what was counted first, then by keys: the same order whoever found them. */
void findings_sort(struct findings *f);

/* Where a table's column has its values from. */
enum finding_value {
	FINDING_SCORE,
	FINDING_A,
	FINDING_B,
	FINDING_PORT,
	FINDING_PROTO,
	FINDING_FIRST,
	FINDING_LAST,
	FINDING_TEXT,		/* the detector's text number n */
	FINDING_COUNT,		/* count[n], an unsigned number */
	FINDING_REAL,		/* real[n] */
};

struct finding_column {
	const char *name, *label;
	enum flow_kind kind;
	bool key;
	enum finding_value value;
	uint8_t n;
};

/*
 * Appends "PREFIX 'FILTER and (flows)'" as a POSIX shell takes it: whatever stands in a quoted text reaches the
 * program as it is.  rows: the filter that chose the rows, or NULL.
 */
void finding_command(struct buf *out, const char *prefix, const char *rows, const char *flows);
