/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What is known of a group.  Slots are the 64-bit states that rows are added
 * to; measures are what is read out of them.
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
	/* Not added to row by row, but filled in when all is merged (agg/group/value_count.h): */
	SLOT_DISTINCT,
	SLOT_APPROX,		/* distinct values, about (agg/sketch/approx.h) */
	SLOT_PERCENTILE,	/* of the rows' values; param: percent * 1000 */
};

/*
 * A slot takes up to two columns (packets and rev_packets count together in
 * statistics).  Rows of the answering direction of a pair use `back`.
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

/* Instants are stored so that they compare unsigned. */
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
	uint8_t count;		/* slot that is 0 where there is no value; slot 0: always one */
	uint8_t total;		/* SHARE: which of struct measure_totals */
	uint8_t factor;
	int64_t width_ms;
};

/* Sums of all rows, for percentages and the tables' notes. */
enum { TOTAL_FLOWS, TOTAL_PACKETS, TOTAL_BYTES, TOTALS };

struct measure_totals {
	uint64_t rows;
	uint64_t sum[TOTALS];
	uint64_t first, last;	/* biased; UINT64_MAX and 0 without rows */
};

/*
 * Finds or adds what a word of `len` bytes means: flows, pps, min(bytes), ...
 * `both`: packets and bytes are those of both directions (statistics).
 * FLOW_EINVAL for an unknown word, FLOW_ELIMIT for too many slots.
 */
enum flow_status measure_parse(struct slots *slots, bool both, const char *word, size_t len,
    struct measure *out, struct flow_error *err) NODISCARD;

/* Whether a slot gets its value only when all is merged. */
static inline bool
slot_is_late(const struct slot *s)
{
	return s->op >= SLOT_DISTINCT;
}

/* Whether it is filled in from all values of the group. */
static inline bool
slot_needs_values(const struct slot *s)
{
	return s->op == SLOT_DISTINCT || s->op == SLOT_PERCENTILE;
}

/* Whether one of the slots is that of an approximate count. */
bool slots_approx(const struct slots *slots);

/* Slot 0 and nothing else. */
void slots_init(struct slots *slots);

/* The slot's number, added if it is new; SLOTS when there is no room. */
uint8_t slots_find(struct slots *slots, struct slot want);

/* The slot that counts what this one counts when rows run the other way. */
struct slot slot_mirror(const struct slot *s);

/* Sets slots->plain; to be called when no slot will be added any more. */
void slots_seal(struct slots *slots);

/* The columns that the slots read. */
void slots_fields(const struct slots *slots, struct flow_fieldset *set);

/* Whether the group has a value for the measure. */
bool measure_has(const struct measure *m, const uint64_t *state);

/* A number that orders groups as the measure does (0 where there is no value). */
double measure_real(const struct measure *m, const uint64_t *state,
    const struct measure_totals *totals);

/* As measure_rank, of any kind. */
uint64_t measure_rank_of_kind(const struct measure *m, const uint64_t *state);

/* As measure_real, but exact, order-preserving bits of any measure. */
static inline uint64_t
measure_rank(const struct measure *m, const uint64_t *state)
{
	/* The usual one, of each of many groups. */
	if (m->kind == MEASURE_SLOT)
		return state[m->count] != 0 ? state[m->a] : 0;
	return measure_rank_of_kind(m, state);
}

/* Puts the value into a table's cell, or leaves it empty. */
void measure_cell(const struct measure *m, const uint64_t *state,
    const struct measure_totals *totals, struct flow_table *t, size_t column, size_t row);
