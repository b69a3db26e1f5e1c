/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/sketch/approx.h"

#include <stdlib.h>

#include "base/hash.h"

/* The hashes of a dictionary's entries. */
struct entry_hashes {
	uint64_t serial;
	uint64_t *hash;
	uint32_t cap;
};

struct approx {
	struct arena *arena;
	struct entry_hashes field[FLOW_FIELD_COUNT];
};

struct approx *
approx_new(void)
{
	struct approx *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->arena = arena_new();
	if (a->arena == NULL) {
		free(a);
		return NULL;
	}
	return a;
}

void
approx_free(struct approx *a)
{
	if (a == NULL)
		return;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++)
		free(a->field[f].hash);
	arena_free(a->arena);
	free(a);
}

size_t
approx_bytes(const struct approx *a)
{
	return arena_bytes(a->arena);
}

static enum flow_status
hash_entries(struct entry_hashes *e, const struct flow_dict *dict)
{
	if (e->serial == dict->serial)
		return FLOW_OK;
	if (dict->count > e->cap) {
		uint64_t *more = realloc(e->hash, dict->count * sizeof(*more));

		if (more == NULL)
			return FLOW_ENOMEM;
		e->hash = more;
		e->cap = dict->count;
	}
	for (uint32_t i = 0; i < dict->count; i++)
		e->hash[i] = hash_xxh64(dict->text[i].p, dict->text[i].len, 0);
	e->serial = dict->serial;
	return FLOW_OK;
}

/* The hashes of the rows' values; unspecified for nulls. */
static enum flow_status
row_hashes(struct approx *a, const struct flow_batch *batch, enum flow_field field,
    const struct rows *rows, uint64_t *hash)
{
	const struct flow_column *c = &batch->column[field];
	enum flow_status st;

	if (c->form == FLOW_FORM_DICT) {
		st = hash_entries(&a->field[field], c->dict);
		for (uint32_t i = 0; st == FLOW_OK && i < rows->n; i++)
			hash[i] = a->field[field].hash[c->codes[rows_at(rows, i)]];
		return st;
	}
	column_widen(c, flow_field_info(field)->type, rows, 1, hash);
	for (uint32_t i = 0; i < rows->n; i++)
		hash[i] = hash_mix128(hash[i], UINT64_C(0x9e3779b97f4a7c15));
	return FLOW_OK;
}

static enum flow_status
add(struct approx *a, uint64_t *slot, uint64_t hash)
{
	struct hll *h = (struct hll *)(uintptr_t)*slot;

	if (h == NULL) {
		h = arena_alloc(a->arena, sizeof(*h));
		if (h == NULL)
			return FLOW_ENOMEM;
		*slot = (uint64_t)(uintptr_t)h;
	}
	return hll_add(h, hash, a->arena) ? FLOW_OK : FLOW_ENOMEM;
}

/* Prefetch distances in rows, for a slot, its sketch and the sketch's memory. */
#define SLOT_AHEAD 48
#define SKETCH_AHEAD 32
#define LIST_AHEAD 16

/* Sketches of many groups exceed all caches, so each pointer on the way to one is prefetched in turn. */
static inline void
ask_ahead(uint64_t *const *state, uint8_t k, const uint64_t *hash, uint32_t n, uint32_t i)
{
	if (i + SLOT_AHEAD < n)
		__builtin_prefetch(&state[i + SLOT_AHEAD][k], 1);
	if (i + SKETCH_AHEAD < n)
		__builtin_prefetch((const void *)(uintptr_t)state[i + SKETCH_AHEAD][k], 1);
	if (i + LIST_AHEAD < n && state[i + LIST_AHEAD][k] != 0)
		hll_prefetch((const struct hll *)(uintptr_t)state[i + LIST_AHEAD][k], hash[i + LIST_AHEAD]);
}

enum flow_status
approx_rows(struct approx *a, const struct slots *slots, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *const *state)
{
	uint64_t hash[GROUP_ROWS];
	enum flow_status st = FLOW_OK;

	for (uint8_t k = 0; k < slots->count && st == FLOW_OK; k++) {
		const struct slot *s = &slots->slot[k];
		const struct flow_column *c;

		if (s->op != SLOT_APPROX)
			continue;
		c = &batch->column[s->field[0]];
		if (c->form == FLOW_FORM_NULL || (c->form == FLOW_FORM_DICT && c->dict->count == 0))
			continue;
		st = row_hashes(a, batch, s->field[0], rows, hash);
		for (uint32_t i = 0; i < rows->n && st == FLOW_OK; i++) {
			ask_ahead(state, k, hash, rows->n, i);
			if (flow_column_has(c, rows_at(rows, i)))
				st = add(a, &state[i][k], hash[i]);
		}
	}
	return st;
}

void
approx_chain(uint64_t *into, uint64_t from)
{
	struct hll *h = (struct hll *)(uintptr_t)from;

	if (h == NULL)
		return;
	while (h->next != NULL)
		h = h->next;
	h->next = (struct hll *)(uintptr_t)*into;
	*into = from;
}

static enum flow_status
fill(struct approx *a, uint64_t *slot)
{
	struct hll *h = (struct hll *)(uintptr_t)*slot;

	if (h == NULL)
		return FLOW_OK;
	for (const struct hll *more = h->next; more != NULL; more = more->next)
		if (!hll_merge(h, more, a->arena))
			return FLOW_ENOMEM;
	*slot = hll_estimate(h);
	return FLOW_OK;
}

enum flow_status
approx_fill(struct approx *a, struct groups *g)
{
	const struct slots *slots = &g->grouping->slots;
	enum flow_status st = FLOW_OK;

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < g->part[p].count; i++) {
			uint64_t *group = groups_at(g, &g->part[p], i);

			for (uint8_t k = 0; k < slots->count && st == FLOW_OK; k++)
				if (slots->slot[k].op == SLOT_APPROX && groups_used(g, group))
					st = fill(a, &groups_state(g, group)[k]);
		}
	}
	return st;
}
