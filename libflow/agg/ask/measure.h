/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The values of a group.  Slots are 64-bit accumulators to which rows are
 * added; measures are computed from them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/field.h"
#include "record/result_table.h"

#define SLOTS 48
#define MEASURES 48

enum slot_op {
	SLOT_ROWS,	/* rows */
	SLOT_COUNT,	/* rows that have a value */
	SLOT_ADD,
	SLOT_MIN,	/* starts at UINT64_MAX */
	SLOT_MAX,	/* starts at 0 */
	SLOT_OR,
	SLOT_SYN,		/* rows whose TCP flags are SYN alone */
	SLOT_HAS,		/* 1 if a row has a value: distinct values of a part of the key */
	/* Filled after merging, not row by row (agg/group/value_count.h): */
	SLOT_DISTINCT,
	SLOT_APPROX,		/* approximate number of distinct values (agg/sketch/approx.h) */
	SLOT_PERCENTILE,	/* of the rows' values; param: percent * 1000 */
};

/*
 * A slot adds up to two columns (packets and rev_packets count together in
 * statistics).  In a pair, rows of the reverse direction use `back`.
 * Unused: FLOW_FIELD_NONE.
 */
struct slot {
	enum slot_op op;
	enum flow_field field[2];
	enum flow_field back[2];
	uint32_t param;
};

struct slots {
	struct slot slot[SLOTS];	/* slot 0 is always SLOT_ROWS */
	uint8_t count;
	bool plain;	/* exactly rows, flows, packets, bytes, first, last, in that order */
};

/* Added to instants, so that they compare as unsigned numbers. */
#define SLOT_TIME_BIAS (UINT64_C(1) << 63)

enum measure_kind {
	MEASURE_SLOT,		/* the state itself */
	MEASURE_TIME,		/* the state, an instant */
	MEASURE_DURATION,	/* b - a, instants */
	MEASURE_RATE,		/* factor * a per second between b and c */
	MEASURE_BIN_RATE,	/* factor * a per second of width_ms */
	MEASURE_RATIO,		/* a / b */
	MEASURE_SHARE,		/* a of the total of all flows, percent */
	MEASURE_PART,		/* a of b, percent */
};

struct measure {
	char name[FLOW_TABLE_NAME_MAX];
	char label[FLOW_TABLE_NAME_MAX];
	enum measure_kind kind;
	enum flow_kind cell;
	uint8_t a, b, c;
	uint8_t count;		/* slot that is 0 if there is no value; slot 0: never */
	uint8_t total;		/* SHARE: which of struct measure_totals */
	uint8_t factor;
	int64_t width_ms;
};

/* Totals of all rows, for percentages and tables' notes. */
enum { TOTAL_FLOWS, TOTAL_PACKETS, TOTAL_BYTES, TOTALS };

struct measure_totals {
	uint64_t rows;
	uint64_t sum[TOTALS];
	uint64_t first, last;	/* biased; UINT64_MAX and 0 without rows */
};

/*
 * The measure of a word of `len` bytes: flows, pps, min(bytes), ...; adds the slots that it lacks.
 * `both`: packets and bytes are those of both directions (statistics).
 * FLOW_EINVAL for an unknown word, FLOW_ELIMIT for too many slots.
 */
enum flow_status measure_parse(struct slots *slots, bool both, const char *word, size_t len,
    struct measure *out, struct flow_error *err) NODISCARD;

/* Whether a slot gets its value only after merging. */
static inline bool
slot_is_late(const struct slot *s)
{
	return s->op >= SLOT_DISTINCT;
}

/* Whether a slot is computed from all values of the group. */
static inline bool
slot_needs_values(const struct slot *s)
{
	return s->op == SLOT_DISTINCT || s->op == SLOT_PERCENTILE;
}

/* Whether a slot is an approximate count. */
bool slots_approx(const struct slots *slots);

/* Starts with slot 0 alone. */
void slots_init(struct slots *slots);

/* The index of a slot, which is added if new; SLOTS when there is no room. */
uint8_t slots_find(struct slots *slots, struct slot want);

/* The same slot with forward and reverse columns exchanged. */
struct slot slot_mirror(const struct slot *s);

/* Sets slots->plain; call it after the last slot was added. */
void slots_seal(struct slots *slots);

/* Adds the columns that the slots read to *set. */
void slots_fields(const struct slots *slots, struct flow_fieldset *set);

/* Whether the group has a value for the measure. */
bool measure_has(const struct measure *m, const uint64_t *state);

/* The measure as a double, by which groups can be ordered (0: no value). */
double measure_real(const struct measure *m, const uint64_t *state,
    const struct measure_totals *totals);

/* measure_rank's general case. */
uint64_t measure_rank_of_kind(const struct measure *m, const uint64_t *state);

/* An integer with the exact order of the measure (0: no value). */
static inline uint64_t
measure_rank(const struct measure *m, const uint64_t *state)
{
	/* The common case, for each of many groups. */
	if (m->kind == MEASURE_SLOT)
		return state[m->count] != 0 ? state[m->a] : 0;
	return measure_rank_of_kind(m, state);
}

/* Sets a table's cell to the value, or leaves it null. */
void measure_cell(const struct measure *m, const uint64_t *state,
    const struct measure_totals *totals, struct flow_table *t, size_t column, size_t row);
