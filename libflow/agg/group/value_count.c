/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/value_count.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sort64.h"

/* Records that are decoded together, so that loads of ids and groups overlap. */
#define TOGETHER 64

/* Decoded records: group numbers and values with the first worker's ids. */
struct decoded {
	uint64_t key[TOGETHER * KEY_WORDS];
	uint32_t tag[TOGETHER];
	uint32_t number[TOGETHER];
	uint64_t value[TOGETHER];
};

/* The state of counting one part of one column. */
struct count {
	struct groups *into;
	struct group_part *groups;	/* of a hashed grouping */
	const struct value_column *column;
	const struct value_source *source;	/* the current one */
	unsigned words;
	bool wide;
	uint64_t *seen;			/* a hash set of group number and value, 0: free */
	size_t mask;
	uint32_t *number;		/* by record */
	uint64_t *value;
	size_t records;
};

static void
read_values(const struct count *c, const char *record, size_t bytes, size_t n, struct decoded *d)
{
	for (size_t i = 0; i < n; i++, record += bytes) {
		const char *value = record + bytes;
		uint32_t half;

		memcpy(&d->key[i * c->words], record, c->words * sizeof(*d->key));
		memcpy(&d->tag[i], record + c->words * sizeof(*d->key), sizeof(d->tag[i]));
		if (c->wide) {
			memcpy(&d->value[i], value - sizeof(d->value[i]), sizeof(d->value[i]));
			continue;
		}
		memcpy(&half, value - sizeof(half), sizeof(half));
		d->value[i] = half;
	}
}

/* Decodes records and maps their ids. */
static void
decode(const struct count *c, const char *record, size_t n, struct decoded *d)
{
	const struct value_source *s = c->source;

	read_values(c, record, value_record_bytes(c->words, c->wide), n, d);
	for (size_t i = 0; i < n && s->value != NULL; i++)
		d->value[i] = s->value[d->value[i]];
	if (c->words == 0) {
		for (size_t i = 0; i < n; i++)
			d->number[i] = s->number != NULL ? s->number[d->tag[i]] : d->tag[i];
		return;
	}
	translate_keys(&s->key, d->key, n, c->words);
	groups_numbers(c->into, c->groups, d->key, d->tag, n, d->number);
}

static uint64_t *
state_of(const struct count *c, uint32_t number)
{
	return groups_state(c->into, c->words == 0 ? groups_dense_at(c->into, (int32_t)number) :
	    groups_hashed_at(c->into, c->groups, number));
}

/* Counts distinct values with a hash set. */
static enum flow_status
take_distinct(void *context, const char *records, size_t count)
{
	struct count *c = context;
	size_t bytes = value_record_bytes(c->words, c->wide), n;
	struct decoded d;
	uint64_t hash[TOGETHER];

	for (; count > 0; count -= n, records += n * bytes) {
		n = count < TOGETHER ? count : TOGETHER;
		decode(c, records, n, &d);
		for (size_t i = 0; i < n; i++) {
			/* Group numbers are below 2^31, so this is never 0. */
			d.value[i] = ((uint64_t)d.number[i] << 32 | d.value[i]) + 1;
			hash[i] = hash_mix64(d.value[i]);
			__builtin_prefetch(&c->seen[hash[i] & c->mask], 1);
		}
		for (size_t i = 0; i < n; i++) {
			size_t at = hash[i] & c->mask;

			while (c->seen[at] != 0 && c->seen[at] != d.value[i])
				at = (at + 1) & c->mask;
			if (c->seen[at] == 0)
				state_of(c, d.number[i])[c->column->slot[0]]++;
			c->seen[at] = d.value[i];
		}
	}
	return FLOW_OK;
}

/* Lists group numbers and values. */
static enum flow_status
take_values(void *context, const char *records, size_t count)
{
	struct count *c = context;
	size_t bytes = value_record_bytes(c->words, c->wide), n;
	struct decoded d;

	for (; count > 0; count -= n, records += n * bytes) {
		n = count < TOGETHER ? count : TOGETHER;
		decode(c, records, n, &d);
		memcpy(&c->number[c->records], d.number, n * sizeof(*d.number));
		memcpy(&c->value[c->records], d.value, n * sizeof(*d.value));
		c->records += n;
	}
	return FLOW_OK;
}

static enum flow_status
take_all(struct count *c, unsigned part, const struct value_source *source, size_t sources,
    part_log_take *take, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < sources && st == FLOW_OK; i++) {
		c->source = &source[i];
		st = part_log_each(source[i].log, part, take, c, err);
	}
	return st;
}

/*
 * Nearest rank: the least value for which at least this share of the rows have that value or less.
 * sorted: v is sorted.
 */
static uint64_t
nearest_rank(uint64_t *v, size_t n, uint32_t param, bool sorted)
{
	unsigned __int128 want = ((unsigned __int128)n * param + 99999) / 100000;
	size_t k = want > 0 ? (size_t)want - 1 : 0;

	return sorted ? v[k] : select64(v, n, k);
}

static uint64_t
count_sorted(const uint64_t *v, size_t n)
{
	uint64_t distinct = n > 0;

	for (size_t i = 1; i < n; i++)
		distinct += v[i] != v[i - 1];
	return distinct;
}

/* Fills the slots of one group from all its values. */
static void
fill_group(const struct count *c, uint64_t *state, uint64_t *v, size_t n)
{
	const struct value_column *column = c->column;
	const struct slot *slots = c->into->grouping->slots.slot;
	bool sorted = column->slots > 1 || slots[column->slot[0]].op == SLOT_DISTINCT;

	if (sorted)
		sort64(v, n);
	for (uint8_t i = 0; i < column->slots; i++) {
		const struct slot *s = &slots[column->slot[i]];

		state[column->slot[i]] = s->op == SLOT_DISTINCT ? count_sorted(v, n) :
		    nearest_rank(v, n, s->param, sorted);
	}
}

/* The groups of the values, and the place of each one's next value. */
struct listed {
	uint64_t **state;
	size_t *at;
	size_t groups, cap;
};

static enum flow_status
listed_grow(struct listed *l)
{
	size_t cap = l->cap > 0 ? 2 * l->cap : 1024;
	uint64_t **state = realloc(l->state, cap * sizeof(*state));
	size_t *at;

	if (state == NULL)
		return FLOW_ENOMEM;
	l->state = state;
	at = realloc(l->at, cap * sizeof(*at));
	if (at == NULL)
		return FLOW_ENOMEM;
	l->at = at;
	l->cap = cap;
	return FLOW_OK;
}

/*
 * Numbers groups in the order of their first record; their slot holds that number + 1 for now.  at[i] becomes
 * the number of records of group i.
 */
static enum flow_status
number_groups(struct count *c, struct listed *l)
{
	uint8_t slot = c->column->slot[0];

	for (size_t i = 0; i < c->records; i++) {
		uint64_t *s = state_of(c, c->number[i]);

		if (s[slot] == 0) {
			if (l->groups == l->cap && listed_grow(l) != FLOW_OK)
				return FLOW_ENOMEM;
			l->at[l->groups] = 0;
			l->state[l->groups++] = s;
			s[slot] = l->groups;
		}
		c->number[i] = (uint32_t)s[slot] - 1;
		l->at[c->number[i]]++;
	}
	return FLOW_OK;
}

/* Sorts values by group (counting sort), and fills each group's slots. */
static void
fill_groups(const struct count *c, const struct listed *l, uint64_t *sorted)
{
	size_t from = 0;

	for (size_t g = 0; g < l->groups; g++) {
		size_t n = l->at[g];

		l->at[g] = from;
		from += n;
	}
	for (size_t i = 0; i < c->records; i++)
		sorted[l->at[c->number[i]]++] = c->value[i];
	from = 0;
	for (size_t g = 0; g < l->groups; from = l->at[g++])
		fill_group(c, l->state[g], sorted + from, l->at[g] - from);
}

static enum flow_status
count_listed(struct count *c, unsigned part, const struct value_source *source, size_t sources,
    size_t n, struct flow_error *err)
{
	uint64_t *sorted = malloc(n * sizeof(*sorted));
	struct listed l = { .groups = 0 };
	enum flow_status st = FLOW_ENOMEM;

	c->number = malloc(n * sizeof(*c->number));
	c->value = malloc(n * sizeof(*c->value));
	if (sorted != NULL && c->number != NULL && c->value != NULL)
		st = take_all(c, part, source, sources, take_values, err);
	if (st == FLOW_OK)
		st = number_groups(c, &l);
	if (st == FLOW_OK)
		fill_groups(c, &l, sorted);
	free(l.state);
	free(l.at);
	free(sorted);
	free(c->number);
	free(c->value);
	return st;
}

static enum flow_status
count_seen(struct count *c, unsigned part, const struct value_source *source, size_t sources,
    size_t n, struct flow_error *err)
{
	enum flow_status st;

	c->mask = 64;
	while (c->mask < n + n / 2)
		c->mask *= 2;
	c->seen = calloc(c->mask--, sizeof(*c->seen));
	if (c->seen == NULL)
		return FLOW_ENOMEM;
	st = take_all(c, part, source, sources, take_distinct, err);
	free(c->seen);
	return st;
}

enum flow_status
value_count(struct groups *into, unsigned part, const struct value_column *column,
    const struct value_source *source, size_t sources, struct flow_error *err)
{
	const struct grouping *g = into->grouping;
	enum flow_type type = key_part_type(&column->part);
	struct count c = { .into = into, .groups = &into->part[part], .column = column,
		.words = g->dense ? 0 : g->words, .wide = !flow_type_is_text(type) && type >= FLOW_TYPE_U64 };
	size_t n = 0;

	for (size_t i = 0; i < sources; i++)
		n += part_log_count(source[i].log, part);
	if (n == 0)
		return FLOW_OK;
	if (!column->all_rows && !c.wide)
		return count_seen(&c, part, source, sources, n, err);
	return count_listed(&c, part, source, sources, n, err);
}
