/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "agg/group/accumulate.h"
#include "agg/group/groups.h"
#include "agg/group/huge_pages.h"
#include "base/sort64.h"
#include "net/proto.h"

/*
 * Number of counters of rows: such that other groups add an eighth of the bound to a counter on average; at most
 * 64 MB, enough for some billion rows.
 */
#define SHARE 8
#define COUNTERS_MIN ((uint64_t)1 << 17)	/* one for each port: sieve_key_is_few */
#define COUNTERS_MAX ((uint64_t)1 << 24)

/* Rows per counter of sums, and the most counters. */
#define ROWS_EACH 32
#define SUMS_MAX ((uint64_t)1 << 22)

/*
 * The guess is the counter at a rank beyond the limit, as groups share counters, if it exceeds the median counter
 * NOISE_TIMES over; else at a rank nearer to the limit.
 */
#define RANKS_BEHIND 32
#define NOISE_TIMES 4

/* All flags but those of explicit congestion notification (RFC 3168), as for SLOT_SYN. */
#define SIX_FLAGS 0x3fu

static size_t
sieve_bytes(const struct sieve *s)
{
	return ((size_t)s->mask + 1) * (s->rule.by == SIEVE_SUM ? sizeof(*s->sum) : sizeof(*s->count));
}

static size_t
bits_bytes(const struct sieve *s)
{
	return BITMAP_WORDS((size_t)s->mask + 1) * sizeof(*s->enough);
}

static uint64_t
counters_for(const struct sieve_rule *rule, uint64_t rows, size_t bytes)
{
	bool sums = rule->by == SIEVE_SUM;
	uint64_t want = sums ? rows / ROWS_EACH : rows / rule->least * SHARE;
	uint64_t most = sums ? SUMS_MAX : COUNTERS_MAX, n = COUNTERS_MIN;

	while (n < most && n < want && 2 * n * (sums ? sizeof(uint64_t) : sizeof(uint32_t)) <= bytes)
		n *= 2;
	return n;
}

enum flow_status
sieve_make(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping, uint64_t rows, size_t bytes)
{
	void *memory;

	memset(s, 0, sizeof(*s));
	s->rule = grouping_sieve(spec, grouping);
	s->like = s->counters = grouping;
	for (size_t i = grouping; s->rule.by != SIEVE_NOTHING && i-- > 0;) {
		if (grouping_sieve(spec, i).by == SIEVE_NOTHING || !sieve_key_equal(spec, i, grouping))
			continue;
		s->like = i;
		if (sieve_rule_equal(spec, i, grouping))
			s->counters = i;
	}
	if (s->rule.by == SIEVE_NOTHING)
		return FLOW_OK;
	s->least = s->rule.least;
	if (s->like == grouping) {
		s->hash = malloc(GROUP_ROWS * sizeof(*s->hash));
		if (s->hash == NULL)
			return FLOW_ENOMEM;
	}
	if (s->counters != grouping)
		return FLOW_OK;
	s->mask = counters_for(&s->rule, rows, bytes) - 1;
	memory = pages_alloc(sieve_bytes(s));
	if (s->rule.by == SIEVE_SUM)
		s->sum = memory;
	else
		s->count = memory;
	return memory != NULL ? FLOW_OK : FLOW_ENOMEM;
}

enum flow_status
sieve_make_shown(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping)
{
	const struct grouping *g = &spec->grouping[grouping];

	memset(s, 0, sizeof(*s));
	s->like = s->counters = grouping;
	for (size_t i = 0; i < spec->views; i++) {
		const struct view *v = &spec->view[i];
		bool of_bins = v->bins == grouping;

		/* With several ends any may be in a shown group: all rows pass. */
		if (!flow_agg_is_late(spec, i) || (!of_bins && v->grouping != grouping) || g->part[0].alts > 1)
			continue;
		s->rule = (struct sieve_rule){ .by = SIEVE_SUM, .parts = (uint8_t)(g->parts - of_bins),
			.has_rest = of_bins };
		s->enough = spec->shown[v->grouping];
	}
	if (s->rule.by == SIEVE_NOTHING)
		return FLOW_OK;
	s->rule.is_exact = sieve_key_is_few(g, s->rule.parts);
	s->mask = SHOWN_BITS - 1;
	s->least = 1;
	s->is_borrowed = true;
	s->hash = malloc(GROUP_ROWS * sizeof(*s->hash));
	return s->hash != NULL ? FLOW_OK : FLOW_ENOMEM;
}

static void
counters_free(struct sieve *s)
{
	if (sieve_counts(s))
		pages_free(s->rule.by == SIEVE_SUM ? (void *)s->sum : (void *)s->count, sieve_bytes(s));
	s->count = NULL;
	s->sum = NULL;
}

void
sieve_release(struct sieve *s)
{
	counters_free(s);
	if (!s->is_borrowed)
		pages_free(s->enough, bits_bytes(s));
	s->enough = NULL;
	free(s->hash);
	s->hash = NULL;
}

static inline void
add_one(uint32_t *count)
{
	*count += *count != UINT32_MAX;
}

static void
count_syn(struct sieve *s, const struct flow_batch *batch, const struct rows *rows, const uint64_t *hash)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_TCP_FLAGS];
	uint64_t flags[GROUP_ROWS];

	if (c->form != FLOW_FORM_FLAT)
		return;
	column_widen(c, flow_field_info(FLOW_FIELD_TCP_FLAGS)->type, rows, 0, flags);
	for (uint32_t i = 0; i < rows->n; i++)
		if ((flags[i] & SIX_FLAGS) == TCP_SYN && flow_column_has(c, rows_at(rows, i)))
			add_one(&s->count[hash[i] & s->mask]);
}

static void
count_rows(struct sieve *s, const struct rows *rows, const uint64_t *hash)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		__builtin_prefetch(&s->count[hash[i + PREFETCH_ROWS < rows->n ? i + PREFETCH_ROWS : i] & s->mask], 1);
		add_one(&s->count[hash[i] & s->mask]);
	}
}

/* Adds a column's values to the sums. */
static void
add_values(struct sieve *s, const struct rows *rows, const uint64_t *hash, const uint64_t *value)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		uint64_t *sum = &s->sum[hash[i] & s->mask];

		__builtin_prefetch(&s->sum[hash[i + PREFETCH_ROWS < rows->n ? i + PREFETCH_ROWS : i] & s->mask], 1);
		*sum = add_saturated(*sum, value[i]);
	}
}

static void
add_sums(struct sieve *s, const struct flow_batch *batch, const struct rows *rows, const uint64_t *hash)
{
	uint64_t room[GROUP_ROWS];

	for (size_t f = 0; f < 2; f++) {
		enum flow_field field = s->rule.slot.field[f];

		if (s->rule.slot.op == SLOT_ROWS || field == FLOW_FIELD_NONE ||
		    column_absent(&batch->column[field], rows))
			continue;
		if (column_whole(&batch->column[field])) {
			add_values(s, rows, hash, column_words(&batch->column[field], flow_field_info(field)->type,
			    rows, room));
			continue;
		}
		column_widen(&batch->column[field], flow_field_info(field)->type, rows, 0, room);
		for (uint32_t i = 0; i < rows->n; i++)
			room[i] = flow_column_has(&batch->column[field], rows_at(rows, i)) ? room[i] : 0;
		add_values(s, rows, hash, room);
	}
	for (uint32_t i = 0; s->rule.slot.op == SLOT_ROWS && i < rows->n; i++)
		s->sum[hash[i] & s->mask]++;
}

void
sieve_count(struct sieve *s, const struct flow_batch *batch, const struct rows *rows, const uint64_t *hash)
{
	if (s->rule.by == SIEVE_SUM)
		add_sums(s, batch, rows, hash);
	else if (s->rule.by == SIEVE_SYN)
		count_syn(s, batch, rows, hash);
	else
		count_rows(s, rows, hash);
}

void
sieve_join(struct sieve *s, struct sieve *other)
{
	for (uint64_t i = 0; s->count != NULL && i <= s->mask; i++) {
		uint32_t sum = s->count[i] + other->count[i];

		s->count[i] = sum < other->count[i] ? UINT32_MAX : sum;
	}
	for (uint64_t i = 0; s->sum != NULL && i <= s->mask; i++)
		s->sum[i] = add_saturated(s->sum[i], other->sum[i]);
	counters_free(other);
}

void
sieve_borrow(struct sieve *s, const struct sieve *from)
{
	s->enough = from->enough;
	s->mask = from->mask;
	s->least = from->least;
	s->is_borrowed = true;
}

/* The sum of that rank (1: greatest) among v[0 .. n-1], less what other groups may have added; 0: within noise. */
static uint64_t
stands_out(uint64_t *v, size_t n, uint64_t rank, uint64_t noise)
{
	uint64_t sum;

	if (n <= 2 * rank)
		return 0;
	sum = select64(v, n, n - (size_t)rank);
	return sum / NOISE_TIMES / 2 >= noise ? sum - NOISE_TIMES * noise : 0;
}

/* The guess of the least sum in a table, from the counters v[0 .. n-1]. */
static uint64_t
least_of(const struct sieve *s, uint64_t *v, size_t n)
{
	const uint64_t most = s->rule.most, rank[] = { 2 * most + RANKS_BEHIND, most + most / 8 + 2, most };
	uint64_t noise, least = 0;

	if (n <= most)
		return 0;
	if (s->rule.is_exact)
		return select64(v, n, n - (size_t)most);
	noise = select64(v, n, n / 2);
	for (size_t i = 0; i < ARRAY_LEN(rank) && least == 0; i++)
		least = stands_out(v, n, rank[i], noise);
	return least;
}

static enum flow_status
guess(struct sieve *s)
{
	uint64_t *v = pages_alloc_unset(sieve_bytes(s));
	size_t n = 0;

	if (v == NULL)
		return FLOW_ENOMEM;
	for (uint64_t i = 0; i <= s->mask; i++) {
		v[n] = s->sum[i];
		n += s->sum[i] != 0;
	}
	s->least = least_of(s, v, n);
	pages_free(v, sieve_bytes(s));
	return FLOW_OK;
}

enum flow_status
sieve_end(struct sieve *s)
{
	if (s->rule.by == SIEVE_SUM && guess(s) != FLOW_OK)
		return FLOW_ENOMEM;
	s->enough = pages_alloc(bits_bytes(s));
	if (s->enough == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i <= s->mask; i++)
		if ((s->sum != NULL ? s->sum[i] : s->count[i]) >= s->least)
			bitmap_set(s->enough, i);
	counters_free(s);
	return FLOW_OK;
}

static struct rows
list_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash, bool in, uint16_t *row)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		row[n] = (uint16_t)rows_at(rows, i);
		n += bitmap_get(s->enough, hash[i] & s->mask) == in;
	}
	return (struct rows){ row, 0, n };
}

struct rows
sieve_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row)
{
	return list_rows(s, rows, hash, true, row);
}

struct rows
sieve_rest(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row)
{
	return list_rows(s, rows, hash, false, row);
}
