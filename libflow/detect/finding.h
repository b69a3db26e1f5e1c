/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A finding of a detector about one key, and lists of findings. */

#include "base/buf.h"
#include "base/status.h"
#include "net/addr.h"
#include "record/result_table.h"

#define FINDING_COUNTS 6
#define FINDING_REALS 4

struct finding {
	double score;		/* 0 to 100 */
	struct addr a, b;	/* the key; unused members are zero */
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

/* Drops all but the first `most` by findings_sort's order, once there are very many; 0: drops none. */
void findings_trim(struct findings *f, uint64_t most);

/* By score, then by count[0], highest first, then by key: the order does not depend on threads. */
void findings_sort(struct findings *f);

/* The source of a table column's values. */
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
 * Appends "PREFIX '(ROWS) and (FLOWS)'", quoted for a POSIX shell, so that the filter reaches the program unchanged.
 * rows: the filter that chose the rows, or NULL.
 */
void finding_command(struct buf *out, const char *prefix, const char *rows, const char *flows);
