/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/accumulate.h"

#include <string.h>

#include "agg/sketch/approx.h"
#include "agg/group/groups.h"
#include "net/proto.h"

static inline uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t
greatest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool
absent(const struct flow_batch *batch, enum flow_field field, const struct rows *rows)
{
	return field == FLOW_FIELD_NONE || column_absent(&batch->column[field], rows);
}

/* Whether plain_rows can be used: the usual slots, and all columns present. */
static bool
is_plain(const struct slots *slots, const struct flow_batch *batch)
{
	if (!slots->plain)
		return false;
	for (size_t i = 1; i < slots->count; i++)
		if (!column_whole(&batch->column[slots->slot[i].field[0]]))
			return false;
	return true;
}

/* Adds to the usual slots in one loop, which touches each group's cache line once. */
static inline void
plain_rows(const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state)
{
	const uint64_t *flows = batch->column[FLOW_FIELD_FLOWS].values;
	const uint64_t *packets = batch->column[FLOW_FIELD_PACKETS].values;
	const uint64_t *bytes = batch->column[FLOW_FIELD_BYTES].values;
	const uint64_t *first = batch->column[FLOW_FIELD_FIRST].values;
	const uint64_t *last = batch->column[FLOW_FIELD_LAST].values;

	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);
		uint64_t *s = state[i];

		__builtin_prefetch(state[i + PREFETCH_ROWS < rows->n ? i + PREFETCH_ROWS : i], 1);
		s[0]++;
		s[1] = add_saturated(s[1], flows[r]);
		s[2] = add_saturated(s[2], packets[r]);
		s[3] = add_saturated(s[3], bytes[r]);
		s[4] = least(s[4], first[r] ^ SLOT_TIME_BIAS);
		s[5] = greatest(s[5], last[r] ^ SLOT_TIME_BIAS);
	}
}

/* All flags but those of explicit congestion notification (RFC 3168), which a SYN may carry. */
#define SIX_FLAGS 0x3fu

/* Applies n values to slot k of their groups. */
static void
apply(enum slot_op op, uint8_t k, uint64_t *const *state, const uint64_t *value, uint32_t n)
{
	switch (op) {
	case SLOT_ROWS:
	case SLOT_COUNT:
		for (uint32_t i = 0; i < n; i++)
			state[i][k]++;
		break;
	case SLOT_ADD:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] = add_saturated(state[i][k], value[i]);
		break;
	case SLOT_MIN:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] = least(state[i][k], value[i]);
		break;
	case SLOT_MAX:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] = greatest(state[i][k], value[i]);
		break;
	case SLOT_OR:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] |= value[i];
		break;
	case SLOT_SYN:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] += (value[i] & SIX_FLAGS) == TCP_SYN;
		break;
	case SLOT_HAS:
		for (uint32_t i = 0; i < n; i++)
			state[i][k] = 1;
		break;
	case SLOT_DISTINCT:
	case SLOT_APPROX:
	case SLOT_PERCENTILE:
		break;
	}
}

/* Adds one column to slot k; rows without a value do not count. */
static void
column_into(const struct flow_batch *batch, enum flow_field field, enum slot_op op, uint8_t k,
    const struct rows *rows, uint64_t *const *state)
{
	const struct flow_column *c = &batch->column[field];
	enum flow_type type = flow_field_info(field)->type;
	uint64_t bias = type == FLOW_TYPE_TIME ? SLOT_TIME_BIAS : 0;
	uint64_t value[GROUP_ROWS], *some[GROUP_ROWS];
	uint32_t n = 0;

	if (column_whole(c) && bias == 0) {
		apply(op, k, state, column_words(c, type, rows, value), rows->n);
		return;
	}
	if ((op == SLOT_COUNT || op == SLOT_HAS) && c->form == FLOW_FORM_DICT) {
		memset(value, 0, rows->n * sizeof(*value));
	} else if (c->form != FLOW_FORM_FLAT) {
		return;
	} else {
		column_widen(c, type, rows, bias, value);	/* adding 2^63 flips the bit */
	}
	if (c->valid == NULL) {
		apply(op, k, state, value, rows->n);
		return;
	}
	for (uint32_t i = 0; i < rows->n; i++) {
		some[n] = state[i];
		value[n] = value[i];
		n += bitmap_get(c->valid, rows_at(rows, i));
	}
	apply(op, k, some, value, n);
}

static void
rows_one_way(const struct slots *slots, const struct flow_batch *batch, const struct rows *rows,
    uint64_t *const *state, bool back)
{
	for (uint8_t k = 0; k < slots->count; k++) {
		const struct slot *s = &slots->slot[k];
		const enum flow_field *field = back ? s->back : s->field;

		if (slot_is_late(s))
			continue;
		if (s->op == SLOT_ROWS)
			apply(SLOT_ROWS, k, state, NULL, rows->n);
		for (size_t f = 0; f < 2; f++)
			if (!absent(batch, field[f], rows))
				column_into(batch, field[f], s->op, k, rows, state);
	}
}

/* Adds plain rows, with a separate loop for adjacent ones. */
static void
plain_into(const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state)
{
	if (rows->row != NULL)
		plain_rows(batch, rows, state);
	else
		plain_rows(batch, &(struct rows){ NULL, rows->from, rows->n }, state);
}

void
accumulate_rows(const struct slots *slots, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *const *state, const uint8_t *back)
{
	uint16_t row[2][GROUP_ROWS];
	uint64_t *way[2][GROUP_ROWS];
	uint32_t n[2] = { 0, 0 };

	if (back == NULL && is_plain(slots, batch)) {
		plain_into(batch, rows, state);
		for (uint8_t k = 1; k < slots->count; k++)
			if (!absent(batch, slots->slot[k].field[1], rows))
				column_into(batch, slots->slot[k].field[1], SLOT_ADD, k, rows, state);
		return;
	}
	if (back == NULL) {
		rows_one_way(slots, batch, rows, state, false);
		return;
	}
	for (uint32_t i = 0; i < rows->n; i++) {
		bool b = back[i] != 0;

		row[b][n[b]] = (uint16_t)rows_at(rows, i);
		way[b][n[b]++] = state[i];
	}
	for (int b = 0; b < 2; b++)
		rows_one_way(slots, batch, &(struct rows){ row[b], 0, n[b] }, way[b], b != 0);
}

void
accumulate_state(const struct slots *slots, uint64_t *into, const uint64_t *from)
{
	if (slots->plain) {
		for (size_t k = 0; k < 4; k++)
			into[k] = add_saturated(into[k], from[k]);
		into[4] = least(into[4], from[4]);
		into[5] = greatest(into[5], from[5]);
		return;
	}
	for (size_t k = 0; k < slots->count; k++) {
		switch (slots->slot[k].op) {
		case SLOT_ROWS:
		case SLOT_COUNT:
		case SLOT_SYN:
		case SLOT_ADD:
			into[k] = add_saturated(into[k], from[k]);
			break;
		case SLOT_MIN:
			into[k] = least(into[k], from[k]);
			break;
		case SLOT_MAX:
			into[k] = greatest(into[k], from[k]);
			break;
		case SLOT_OR:
		case SLOT_HAS:
			into[k] |= from[k];
			break;
		case SLOT_APPROX:
			approx_chain(&into[k], from[k]);
			break;
		case SLOT_DISTINCT:
		case SLOT_PERCENTILE:
			break;
		}
	}
}

void
totals_init(struct measure_totals *t)
{
	*t = (struct measure_totals){ .first = UINT64_MAX };
}

void
totals_merge(struct measure_totals *t, const struct measure_totals *from)
{
	t->rows += from->rows;
	for (size_t i = 0; i < TOTALS; i++)
		t->sum[i] = add_saturated(t->sum[i], from->sum[i]);
	t->first = least(t->first, from->first);
	t->last = greatest(t->last, from->last);
}

/* The non-null values of the rows, contiguous, and their number; they are copied to `room` if need be. */
static const uint64_t *
present(const struct flow_batch *batch, enum flow_field field, const struct rows *rows,
    uint64_t *room, uint32_t *n)
{
	const struct flow_column *c = &batch->column[field];
	const uint64_t *value;

	*n = 0;
	if (c->form != FLOW_FORM_FLAT)
		return room;
	value = column_words(c, flow_field_info(field)->type, rows, room);
	if (c->valid == NULL) {
		*n = rows->n;
		return value;
	}
	for (uint32_t i = 0; i < rows->n; i++) {
		room[*n] = value[i];
		*n += bitmap_get(c->valid, rows_at(rows, i));
	}
	return room;
}

/* Sums halves separately, which cannot overflow. */
static unsigned __int128
sum_of(const uint64_t *value, uint32_t n)
{
	uint64_t lo = 0, hi = 0;

	for (uint32_t i = 0; i < n; i++) {
		lo += value[i] & UINT32_MAX;
		hi += value[i] >> 32;
	}
	return ((unsigned __int128)hi << 32) + lo;
}

/* The range of instants, as signed numbers. */
static void
range_of(const uint64_t *value, uint32_t n, int64_t *least_yet, int64_t *greatest_yet)
{
	int64_t low = *least_yet, high = *greatest_yet;

	for (uint32_t i = 0; i < n; i++) {
		int64_t v = (int64_t)value[i];

		low = v < low ? v : low;
		high = v > high ? v : high;
	}
	*least_yet = low;
	*greatest_yet = high;
}

static void
total_sum(uint64_t *sum, const struct flow_batch *batch, enum flow_field field,
    const struct rows *rows)
{
	uint64_t room[GROUP_ROWS];
	uint32_t n;
	const uint64_t *value = present(batch, field, rows, room, &n);
	unsigned __int128 s = sum_of(value, n) + *sum;

	*sum = s > UINT64_MAX ? UINT64_MAX : (uint64_t)s;
}

/* Minimum and maximum of a column's instants, biased. */
static void
total_range(const struct flow_batch *batch, enum flow_field field, const struct rows *rows,
    uint64_t *least_yet, uint64_t *greatest_yet)
{
	uint64_t room[GROUP_ROWS];
	uint32_t n;
	const uint64_t *value = present(batch, field, rows, room, &n);
	int64_t low = INT64_MAX, high = INT64_MIN;

	range_of(value, n, &low, &high);
	*least_yet = least(*least_yet, (uint64_t)low ^ SLOT_TIME_BIAS);
	*greatest_yet = greatest(*greatest_yet, (uint64_t)high ^ SLOT_TIME_BIAS);
}

void
accumulate_totals(struct measure_totals *t, const struct flow_batch *batch,
    const struct rows *rows)
{
	uint64_t unused = 0;

	t->rows += rows->n;
	total_sum(&t->sum[TOTAL_FLOWS], batch, FLOW_FIELD_FLOWS, rows);
	total_sum(&t->sum[TOTAL_PACKETS], batch, FLOW_FIELD_PACKETS, rows);
	total_sum(&t->sum[TOTAL_PACKETS], batch, FLOW_FIELD_REV_PACKETS, rows);
	total_sum(&t->sum[TOTAL_BYTES], batch, FLOW_FIELD_BYTES, rows);
	total_sum(&t->sum[TOTAL_BYTES], batch, FLOW_FIELD_REV_BYTES, rows);
	total_range(batch, FLOW_FIELD_FIRST, rows, &t->first, &unused);
	total_range(batch, FLOW_FIELD_LAST, rows, &unused, &t->last);
}
