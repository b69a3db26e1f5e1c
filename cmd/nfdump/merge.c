/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "net/proto.h"
#include "nfdump/merge_key.h"
#include "nfdump/merge_inner.h"

#define SLOTS_MIN ((size_t)1 << 12)

struct merge *
merge_new(const struct nfdump_keys *keys, bool two_way)
{
	struct merge *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->two_way = two_way;
	g->firsts = gather_new();
	g->shown = gather_new();
	g->maker = merge_key_new(keys);
	g->slot = calloc(SLOTS_MIN, sizeof(*g->slot));
	g->slots = SLOTS_MIN;
	if (g->firsts != NULL && g->shown != NULL && g->maker != NULL && g->slot != NULL)
		return g;
	merge_free(g);
	return NULL;
}

void
merge_free(struct merge *g)
{
	if (g == NULL)
		return;
	gather_free(g->firsts);
	gather_free(g->shown);
	merge_key_free(g->maker);
	free(g->slot);
	free(g->group);
	free(g->words);
	free(g->place);
	merge_view_free(g->view);
	free(g);
}

void
merge_fields(const struct merge *g, struct flow_fieldset *fields)
{
	merge_key_fields(g->maker, fields);
	nfdump_counters_fields(fields);
	flow_fieldset_add(fields, FLOW_FIELD_TCP_FLAGS);
	flow_fieldset_add(fields, FLOW_FIELD_PROTO);
}

size_t
merge_count(const struct merge *g)
{
	return g->count;
}

static uint64_t
hash_of(const struct merge *g, const uint64_t *words)
{
	uint64_t h = 0;

	for (size_t i = 0; i < merge_key_words(g->maker); i++)
		h = hash_mix128(h, words[i]);
	return h;
}

/* The slot of a key, or the free one where it belongs. */
static struct merge_slot *
find_slot(const struct merge *g, const uint64_t *words, uint64_t hash)
{
	size_t n = merge_key_words(g->maker), at = (size_t)hash & (g->slots - 1);
	uint32_t tag = (uint32_t)(hash >> 32);

	while (g->slot[at].group != 0 && (g->slot[at].tag != tag ||
	    memcmp(g->words + (size_t)(g->slot[at].group - 1) * n, words, n * sizeof(*words)) != 0))
		at = (at + 1) & (g->slots - 1);
	return &g->slot[at];
}

static bool
grow_slots(struct merge *g)
{
	struct merge_slot *more = calloc(2 * g->slots, sizeof(*more));
	size_t n = merge_key_words(g->maker);

	if (more == NULL)
		return false;
	free(g->slot);
	g->slot = more;
	g->slots *= 2;
	for (size_t i = 0; i < g->count; i++) {
		uint64_t hash = hash_of(g, g->words + i * n);

		*find_slot(g, g->words + i * n, hash) =
		    (struct merge_slot){ (uint32_t)(i + 1), (uint32_t)(hash >> 32) };
	}
	return true;
}

static bool
grow_groups(struct merge *g)
{
	size_t n = merge_key_words(g->maker), cap = g->cap == 0 ? 1024 : 2 * g->cap;
	struct group *group = realloc(g->group, cap * sizeof(*group));
	uint64_t *words;

	if (group == NULL)
		return false;
	g->group = group;
	words = realloc(g->words, cap * n * sizeof(*words));
	if (words == NULL)
		return false;
	g->words = words;
	g->cap = cap;
	return true;
}

static void
join(struct group *to, const struct nfdump_counters *c, uint16_t flags, bool answer)
{
	if (c->first_ms < to->sum.first_ms)
		to->sum.first_ms = c->first_ms;
	if (c->last_ms > to->sum.last_ms)
		to->sum.last_ms = c->last_ms;
	to->sum.flows = nfdump_sum(to->sum.flows, c->flows);
	to->sum.packets = nfdump_sum(to->sum.packets, answer ? c->out_packets : c->packets);
	to->sum.bytes = nfdump_sum(to->sum.bytes, answer ? c->out_bytes : c->bytes);
	to->sum.out_packets = nfdump_sum(to->sum.out_packets, answer ? c->packets : c->out_packets);
	to->sum.out_bytes = nfdump_sum(to->sum.out_bytes, answer ? c->bytes : c->out_bytes);
	if (!answer)
		to->flags |= flags;
}

static uint64_t
number(const struct flow_batch *batch, enum flow_field field, uint32_t row)
{
	const struct flow_column *c = &batch->column[field];

	return flow_column_has(c, row) ? flow_column_number(c, flow_field_info(field)->type, row) : 0;
}

/* The group that an answer joins, or 0. */
static uint32_t
answered(struct merge *g, const struct flow_batch *batch, uint32_t row, const uint64_t *words)
{
	uint64_t other[MERGE_KEY_WORDS], proto = number(batch, FLOW_FIELD_PROTO, row);

	if (!g->two_way || (proto != PROTO_TCP && proto != PROTO_UDP))
		return 0;
	merge_key_turn(words, other);
	return find_slot(g, other, hash_of(g, other))->group;
}

/* Adds a row; *fresh: it began a group. */
static enum flow_status
add_row(struct merge *g, const struct flow_batch *batch, uint32_t row, const uint64_t *words, bool *fresh)
{
	uint16_t flags = (uint16_t)number(batch, FLOW_FIELD_TCP_FLAGS, row);
	size_t n = merge_key_words(g->maker);
	uint64_t hash = hash_of(g, words);
	struct merge_slot *slot = find_slot(g, words, hash);
	struct nfdump_counters c;
	uint32_t known = slot->group;

	*fresh = false;
	nfdump_counters_get(batch, row, &c);
	if (known != 0) {
		join(&g->group[known - 1], &c, flags, false);
		return FLOW_OK;
	}
	known = answered(g, batch, row, words);
	if (known != 0) {
		join(&g->group[known - 1], &c, flags, true);
		return FLOW_OK;
	}
	if (g->count == UINT32_MAX - 1)
		return FLOW_ELIMIT;
	if (g->count == g->cap && !grow_groups(g))
		return FLOW_ENOMEM;
	memcpy(g->words + g->count * n, words, n * sizeof(*words));
	g->group[g->count] = (struct group){ .sum = c, .flags = flags };
	*slot = (struct merge_slot){ (uint32_t)++g->count, (uint32_t)(hash >> 32) };
	*fresh = true;
	return 2 * g->count < g->slots || grow_slots(g) ? FLOW_OK : FLOW_ENOMEM;
}

enum flow_status
merge_add(struct merge *g, const struct flow_batch *batch, const struct flow_selection *sel)
{
	uint32_t *fresh = g->fresh;
	size_t n = 0, each = merge_key_words(g->maker);
	const uint64_t *words;
	enum flow_status st = merge_key_make(g->maker, batch, sel, &words);

	for (uint32_t i = 0; i < sel->count && st == FLOW_OK; i++) {
		bool is_fresh;

		st = add_row(g, batch, flow_selection_row(sel, i), words + i * each, &is_fresh);
		if (is_fresh)
			fresh[n++] = flow_selection_row(sel, i);
	}
	return st == FLOW_OK && n > 0 ? gather_add_rows(g->firsts, batch, fresh, n) : st;
}

enum flow_status
merge_guess(struct merge *g)
{
	const struct flow_batch *firsts = gather_batch(g->firsts);

	for (size_t i = 0; i < g->count; i++) {
		uint64_t from = number(firsts, FLOW_FIELD_SRC_PORT, (uint32_t)i);
		uint64_t to = number(firsts, FLOW_FIELD_DST_PORT, (uint32_t)i);
		uint64_t proto = number(firsts, FLOW_FIELD_PROTO, (uint32_t)i);

		/*
		 * Limits between well-known, registered and dynamic ports (RFC 6335), and the first ephemeral
		 * port of Linux.
		 */
		g->group[i].turned = (proto == PROTO_TCP || proto == PROTO_UDP) &&
		    ((from < 1024 && to >= 1024) || (from < 32768 && to >= 32768) || (from < 49152 && to >= 49152));
	}
	return FLOW_OK;
}
