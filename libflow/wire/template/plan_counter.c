/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters that a record has more than once: as deltas (1, 2), totals (85, 86), of initiator
 * and responder (231, 298, 232, 299), behind the observation point (23, 24) or with their
 * frames (352).  Exporters fill one kind and leave the others zero, record by record: an egress
 * flow may have only post counters.  So each record takes its counters from one level; levels are never added.
 */
#include "wire/decoder.h"

static const enum flow_field column_of[PLAN_COUNTERS] = {
	FLOW_FIELD_BYTES, FLOW_FIELD_PACKETS, FLOW_FIELD_REV_BYTES, FLOW_FIELD_REV_PACKETS,
};

/* The counter of a column, or PLAN_COUNTERS. */
static unsigned
counter_of(const struct element *e)
{
	unsigned c;

	for (c = 0; c < PLAN_COUNTERS; c++)
		if (e->use == ELEMENT_USE_COLUMN && e->arg == column_of[c])
			return c;
	return PLAN_COUNTERS;
}

static void
set_once(uint16_t *slot, size_t index)
{
	if (*slot == PLAN_NO_INDEX)
		*slot = (uint16_t)index;
}

void
counters_add(struct plan_counters *p, const struct element *e, size_t index)
{
	unsigned c = counter_of(e);

	if (c < PLAN_COUNTERS)
		set_once(&p->index[e->rank][c], index);
	else if (e->use == ELEMENT_USE_COLUMN && e->arg == FLOW_FIELD_POST_BYTES)
		set_once(&p->index[ELEMENT_RANK_POST][PLAN_BYTES], index);
	else if (e->use == ELEMENT_USE_COLUMN && e->arg == FLOW_FIELD_POST_PACKETS)
		set_once(&p->index[ELEMENT_RANK_POST][PLAN_PACKETS], index);
}

static bool
has_forward(const struct plan_counters *p, unsigned level)
{
	return p->index[level][PLAN_BYTES] != PLAN_NO_INDEX ||
	    p->index[level][PLAN_PACKETS] != PLAN_NO_INDEX;
}

/* How many elements of the template may fill a counter. */
static unsigned
candidates(const struct plan_counters *p, unsigned counter)
{
	unsigned level, n = 0;

	for (level = 0; level < PLAN_LEVELS; level++)
		n += p->index[level][counter] != PLAN_NO_INDEX;
	return n;
}

void
counters_settle(struct plan_counters *p)
{
	unsigned c, level, base = 0;

	while (base < PLAN_LEVELS - 1 && !has_forward(p, base))
		base++;
	for (c = 0; c < PLAN_COUNTERS; c++) {
		unsigned n = candidates(p, c);

		p->winner[c] = p->index[base][c];
		for (level = 0; level < PLAN_LEVELS; level++)
			set_once(&p->winner[c], p->index[level][c]);
		p->choose |= n > 1;
		/* Zero is normal for the reverse direction: no reason to choose another level. */
		p->watch[c] = n > 0 && (c < PLAN_REV_BYTES || (n > 1 && p->index[base][c] == PLAN_NO_INDEX));
	}
	/* 352 has no packet counter of its own: 2 counts its frames, too. */
	if (p->index[PLAN_LEVELS - 1][PLAN_BYTES] != PLAN_NO_INDEX)
		p->index[PLAN_LEVELS - 1][PLAN_PACKETS] = p->index[0][PLAN_PACKETS];
}

/* One record's values, by level and counter. */
struct said {
	bool has[PLAN_LEVELS][PLAN_COUNTERS];
	int64_t value[PLAN_LEVELS][PLAN_COUNTERS];
};

static void
read_record(const struct rows *r, size_t i, struct said *s)
{
	const struct plan_counters *p = &r->plan->counters;
	unsigned level, c;

	memset(s, 0, sizeof(*s));
	for (level = 0; level < PLAN_LEVELS; level++) {
		for (c = 0; c < PLAN_COUNTERS; c++) {
			uint16_t index = p->index[level][c];
			uint64_t v;

			if (index == PLAN_NO_INDEX || !number_fits(r->span[index].len))
				continue;
			v = span_number(&r->span[index], r->stride, i);
			s->has[level][c] = true;
			s->value[level][c] = v > INT64_MAX ? INT64_MAX : (int64_t)v;
		}
	}
}

static bool
is_zero(const struct said *s, unsigned level, unsigned from, unsigned to)
{
	for (; from < to; from++)
		if (s->value[level][from] != 0)
			return false;
	return true;
}

/* Whether the level's forward counters are all nonzero, or all zero beside a nonzero reverse counter. */
static bool
is_whole(const struct said *s, unsigned level)
{
	const bool *has = s->has[level];
	const int64_t *v = s->value[level];

	if (!has[PLAN_BYTES] && !has[PLAN_PACKETS])
		return false;
	if (is_zero(s, level, PLAN_BYTES, PLAN_REV_BYTES))
		return !is_zero(s, level, PLAN_REV_BYTES, PLAN_COUNTERS);
	return (!has[PLAN_BYTES] || v[PLAN_BYTES] != 0) &&
	    (!has[PLAN_PACKETS] || v[PLAN_PACKETS] != 0);
}

/*
 * The first whole level, else the first with forward counters that counts anything, else the first that
 * counts anything; PLAN_LEVELS: none.
 */
static unsigned
choose_level(const struct said *s)
{
	unsigned level;

	for (level = 0; level < PLAN_LEVELS; level++)
		if (is_whole(s, level))
			return level;
	for (level = 0; level < PLAN_LEVELS; level++)
		if ((s->has[level][PLAN_BYTES] || s->has[level][PLAN_PACKETS]) &&
		    !is_zero(s, level, 0, PLAN_COUNTERS))
			return level;
	for (level = 0; level < PLAN_LEVELS; level++)
		if (!is_zero(s, level, 0, PLAN_COUNTERS))
			break;
	return level;
}

/* The level of one counter: the chosen one, else the first that has a value. */
static unsigned
level_of(const struct said *s, unsigned chosen, unsigned c)
{
	unsigned level;

	if (s->has[chosen][c])
		return chosen;
	for (level = 0; level < PLAN_LEVELS; level++)
		if (s->value[level][c] != 0)
			return level;
	return chosen;
}

static void
choose_record(const struct rows *r, size_t i, int64_t *const column[PLAN_COUNTERS])
{
	const struct plan_counters *p = &r->plan->counters;
	struct said s;
	unsigned chosen, level, c;

	read_record(r, i, &s);
	chosen = choose_level(&s);
	if (chosen == PLAN_LEVELS)
		return;
	for (c = 0; c < PLAN_COUNTERS; c++) {
		if (column[c] == NULL)
			continue;
		level = level_of(&s, chosen, c);
		column[c][i] = s.value[level][c];
		if (p->index[level][c] != p->winner[c])
			r->choice[i].displaced |= (uint8_t)(1u << c);
	}
}

static bool
must_choose(const struct plan_counters *p, size_t i, int64_t *const column[PLAN_COUNTERS])
{
	unsigned c;

	for (c = 0; c < PLAN_COUNTERS; c++)
		if (p->watch[c] && column[c] != NULL && column[c][i] == 0)
			return true;
	return false;
}

enum flow_status
rows_counters(const struct rows *r)
{
	const struct plan_counters *p = &r->plan->counters;
	int64_t *column[PLAN_COUNTERS];
	unsigned c;
	size_t i;

	if (!p->choose)
		return FLOW_OK;
	for (c = 0; c < PLAN_COUNTERS; c++) {
		column[c] = NULL;
		/* With variable lengths a record may omit the reverse direction: it is null. */
		if (p->winner[c] == PLAN_NO_INDEX || (c >= PLAN_REV_BYTES &&
		    !flow_builder_written(r->ctx->out, column_of[c])))
			continue;
		column[c] = flow_builder_flat(r->ctx->out, column_of[c], r->n);
		if (column[c] == NULL)
			return FLOW_ENOMEM;
	}
	for (i = 0; i < r->n; i++)
		if (must_choose(p, i, column))
			choose_record(r, i, column);
	return FLOW_OK;
}
