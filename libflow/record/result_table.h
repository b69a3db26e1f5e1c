/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A table of results: named, typed columns that are not those of the flow
 * profile.  Aggregation makes it, output/print_table.h prints it; neither
 * depends on the other.
 *
 *	title  "src_addr by bytes"
 *	column src_addr (ADDR)   bytes (COUNT)   bytes_pct (PERCENT)   bps (RATE)
 *	row    192.0.2.1         1200            60.0                  9600.0
 *	note   "bytes" 2000 ...                  what the text tables print below
 *	period 2026-11-23T08:00 ..09:00, 12 bins  of bills, spikes and series
 *
 * A long result comes as several tables with the same columns, each a slice of
 * the rows (`from` is its offset in the whole).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitmap.h"
#include "base/status.h"
#include "net/addr.h"
#include "record/batch.h"

/*
 * What a column holds, and so how it is printed.  Programs' formats print
 * plain values; text for people scales, names and aligns them.
 *
 *   kind      values               text                 CSV and JSON
 *   COUNT     uint64_t             1.2 M                decimal
 *   ID        uint64_t             decimal              decimal
 *   PROTO     uint64_t             TCP                  decimal
 *   FLAGS     uint64_t             ...A..S.             decimal
 *   TIME      int64_t ms           ISO 8601 UTC         ISO 8601 UTC, ms
 *   DURATION  uint64_t ms          seconds, 3 decimals  seconds, 3 decimals
 *   RATE      double, a second     1.2 M                decimal, 1 decimal
 *   RATIO     double               1 decimal            decimal, 3 decimals
 *   PERCENT   double, 0..100       1 decimal and %      decimal, 3 decimals
 *   ADDR      struct addr          canonical text
 *   PREFIX    struct flow_prefix   canonical text/bits; bits of -1: no prefix known, text alone
 *   MAC       uint64_t             aa:bb:cc:dd:ee:ff
 *   TEXT      struct flow_text     as it is, quoted where the format needs it
 */
enum flow_kind {
	FLOW_KIND_COUNT,
	FLOW_KIND_ID,
	FLOW_KIND_PROTO,
	FLOW_KIND_FLAGS,
	FLOW_KIND_TIME,
	FLOW_KIND_DURATION,
	FLOW_KIND_RATE,
	FLOW_KIND_RATIO,
	FLOW_KIND_PERCENT,
	FLOW_KIND_ADDR,
	FLOW_KIND_PREFIX,
	FLOW_KIND_MAC,
	FLOW_KIND_TEXT,
};

struct flow_prefix {
	struct addr addr;
	int bits;		/* in the address's own family, or -1 */
};

#define FLOW_TABLE_NAME_MAX 64

struct flow_table_column {
	char name[FLOW_TABLE_NAME_MAX];	/* for programs: snake case, unique in the table */
	char label[FLOW_TABLE_NAME_MAX];	/* for people: heading */
	enum flow_kind kind;
	bool key;		/* part of the row's key, not a measure */
	bool whole;		/* TEXT: never cut for display, such as a command; false after flow_table_add */
	void *values;		/* array of the kind's type, `capacity` long */
	uint64_t *valid;	/* bitmap: rows that have a value */
};

struct flow_table_note {
	char name[FLOW_TABLE_NAME_MAX];
	enum flow_kind kind;
	union {
		uint64_t number;	/* COUNT, ID, PROTO, FLAGS, DURATION, MAC */
		int64_t time_ms;	/* TIME */
		double real;		/* RATE, RATIO, PERCENT */
	} value;
};

/* The period of a table of bins: [from_ms, to_ms); all bins in it count, also empty ones. */
struct flow_table_period {
	bool known;		/* false: the table has none */
	bool in_rows;		/* rows have no time of their own: formats of rows alone repeat it in each */
	int64_t from_ms, to_ms;
	int64_t width_ms;	/* of a bin */
	uint64_t bins;		/* those that it touches, empty ones too */
	uint64_t rows_outside;	/* flow records that do not overlap the period, and are not counted */
};

struct flow_table {
	char title[2 * FLOW_TABLE_NAME_MAX];
	size_t columns;
	struct flow_table_column *column;
	size_t capacity;	/* rows that fit */
	size_t rows;		/* rows of this slice */
	uint64_t from;		/* number of its first row in the whole result */
	uint64_t total;		/* rows of the whole result */
	size_t notes;
	struct flow_table_note *note;
	struct flow_table_period period;
	bool beyond;		/* a sum of its rows overflowed; see agg/agg.h */
	uint64_t *rest;		/* rows that stand for all groups not shown: keys without value are "other" */
	struct flow_table_texts *texts;	/* bytes of TEXT values that the table owns */
};

/* An empty table without columns; NULL when out of memory. */
struct flow_table *flow_table_new(const char *title) NODISCARD;
void flow_table_free(struct flow_table *t);

/*
 * A new column at the end; names longer than fit are cut.  Only before
 * flow_table_reserve.  FLOW_ENOMEM leaves the table as it was.
 */
enum flow_status flow_table_add(struct flow_table *t, const char *name, const char *label,
    enum flow_kind kind, bool key) NODISCARD;

/* A new column without values before column `at`, in a table that has its rows already. */
enum flow_status flow_table_insert(struct flow_table *t, size_t at, const char *name,
    const char *label, enum flow_kind kind, bool key) NODISCARD;

/* A new note at the end, to be filled by the caller; NULL when out of memory. */
struct flow_table_note *flow_table_note(struct flow_table *t, const char *name,
    enum flow_kind kind) NODISCARD;

/* Makes room for `rows` rows without values; rows and texts from before are gone. */
enum flow_status flow_table_reserve(struct flow_table *t, size_t rows) NODISCARD;

/* Bytes of one value of that kind. */
size_t flow_kind_size(enum flow_kind kind);

/* Whether it is a number that sorts and aligns right. */
bool flow_kind_is_number(enum flow_kind kind);

/* Sets the value (of the kind's type) of a row below capacity. */
void flow_table_set(struct flow_table *t, size_t column, size_t row, const void *value);

/* Sets a TEXT value; the bytes are copied and live until the next reserve. */
enum flow_status flow_table_set_text(struct flow_table *t, size_t column, size_t row,
    const char *text, size_t len) NODISCARD;

/* The column of that name, or t->columns. */
size_t flow_table_find(const struct flow_table *t, const char *name);
