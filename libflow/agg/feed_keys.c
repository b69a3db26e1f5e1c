/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed_keys.h"

#include <string.h>

#include "agg/feed_scratch.h"
#include "base/hash.h"

/*
 * Adds one part of the key to the packed keys and to the hashes.  The hash of an atom is
 * its value's, not its id's, which differ between workers.
 */
static void
pack_part(struct feed_scratch *s, const struct key_part *part, const uint64_t *value,
    const uint8_t *flag, uint32_t n)
{
	uint64_t *key = s->key + (size_t)part->word * GROUP_ROWS;
	uint64_t *more = s->key + (size_t)part->flag_word * GROUP_ROWS;

	if (key_part_is_atom(part)) {
		for (uint32_t i = 0; i < n; i++) {
			key[i] |= (uint64_t)atom_id(value[i]) << part->shift;
			s->mixed[i] = key_mix(s->mixed[i], value[i] >> 32);
		}
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		key[i] |= value[i] << part->shift;
		s->mixed[i] = key_mix(s->mixed[i], value[i]);
	}
	for (uint32_t i = 0; key_part_is_wide(part) && i < n; i++)
		more[i] |= (uint64_t)flag[i] << part->flag_shift;
}

/* Packs the rows' keys and computes their hashes. */
static void
pack_keys(struct feed_scratch *s, const struct grouping *grouping, uint32_t n, const uint64_t *first,
    const uint8_t *first_flag)
{
	memset(s->key, 0, (size_t)grouping->words * GROUP_ROWS * sizeof(*s->key));
	memset(s->mixed, 0, n * sizeof(*s->mixed));
	pack_part(s, &grouping->part[0], first, first_flag, n);
	for (size_t k = 1; k < grouping->parts; k++)
		pack_part(s, &grouping->part[k], s->value[k], s->flag[k], n);
	for (uint32_t i = 0; i < n; i++)
		s->hash[i] = hash_mix64(s->mixed[i]);
}

static enum flow_status
find_hashed(struct feed_scratch *s, struct groups *g, uint32_t n)
{
	enum flow_status st = groups_find(g, s->key, s->hash, n, s->state);

	for (uint32_t i = 0; i < n && st == FLOW_OK; i++)
		s->state[i] = groups_state(g, s->state[i]);
	return st;
}

/*
 * Puts rows with packed keys into the grouping's backlog; *rows, keys and hashes are then those that it
 * did not take.
 */
static enum flow_status
put_away(struct feed_scratch *s, struct backlog *b, const struct flow_batch *batch,
    struct rows *rows)
{
	uint64_t *last_word = &s->key[GROUP_ROWS];
	enum flow_status st;
	uint32_t n;

	for (uint32_t i = 0; b->paired && i < rows->n; i++)
		last_word[i] |= s->back[i] ? BACKLOG_BACK : 0;
	st = backlog_put(b, batch, rows, s->key, s->hash, s->left, &n);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = s->left[k];

		for (unsigned w = 0; w < b->words; w++)
			s->key[w * GROUP_ROWS + k] = s->key[w * GROUP_ROWS + i];
		s->hash[k] = s->hash[i];
		s->left[k] = (uint16_t)rows_at(rows, i);
		if (b->paired) {
			last_word[k] &= ~BACKLOG_BACK;
			s->back[k] = s->back[i];
		}
	}
	*rows = (struct rows){ s->left, 0, n };
	return st;
}

static void
swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

void
feed_turn_rows(struct flow_agg *agg, const struct key_pairing *p, uint32_t n)
{
	struct feed_scratch *s = agg->scratch;
	uint64_t *src = s->value[p->src_addr], *dst = s->value[p->dst_addr];
	uint64_t *sport = s->value[p->src_port], *dport = s->value[p->dst_port];
	const struct addr *value = agg->maps.values.value;

	for (uint32_t i = 0; i < n; i++) {
		int order;

		if (src[i] == 0 || dst[i] == 0)
			order = (src[i] != 0) - (dst[i] != 0);
		else
			order = addr_compare(&value[atom_id(src[i])], &value[atom_id(dst[i])]);
		if (order == 0)
			order = (sport[i] > dport[i]) - (sport[i] < dport[i]);
		s->back[i] = order > 0;
		if (order > 0) {
			swap(&src[i], &dst[i]);
			swap(&sport[i], &dport[i]);
		}
	}
}

enum flow_status
feed_add_rows(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const uint8_t *back)
{
	const struct slots *slots = &g->grouping->slots;
	uint64_t *const *state = agg->scratch->state;

	accumulate_rows(slots, batch, rows, state, back);
	if (agg->approx != NULL)
		return approx_rows(agg->approx, slots, batch, rows, state);
	return FLOW_OK;
}

enum flow_status
feed_values(struct flow_agg *agg, const struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const int32_t *number)
{
	size_t grouping = (size_t)(g - agg->groups);
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < agg->spec->values && st == FLOW_OK; i++) {
		if (agg->spec->value[i].of != grouping)
			continue;
		if (number != NULL)
			st = value_log_put_dense(&agg->values[i], &agg->maps, g->grouping, batch, rows,
			    number);
		else
			st = value_log_put(&agg->values[i], &agg->maps, batch, rows,
			    agg->scratch->key, agg->scratch->hash);
	}
	return st;
}

enum flow_status
feed_keys(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *first, const uint8_t *first_flag)
{
	struct feed_scratch *s = agg->scratch;
	struct backlog *b = &agg->backlog[g - agg->groups];
	bool paired = g->grouping->pairing.how != FLOW_AGG_ONE_WAY;
	enum flow_status st;
	struct rows rest = *rows;

	pack_keys(s, g->grouping, rows->n, first, first_flag);
	st = feed_values(agg, g, batch, rows, NULL);
	if (st == FLOW_OK && b->on)
		st = put_away(s, b, batch, &rest);
	if (st == FLOW_OK)
		st = find_hashed(s, g, rest.n);
	if (st != FLOW_OK || rest.n == 0)
		return st;
	return feed_add_rows(agg, g, batch, &rest, paired ? s->back : NULL);
}

bool
feed_is_one_number(const struct groups *g, const struct flow_batch *batch)
{
	const struct key_part *part = &g->grouping->part[0];

	return g->grouping->parts == 1 && part->kind == KEY_FIELD && part->alts == 1 &&
	    key_part_type(part) == FLOW_TYPE_U32 && column_whole(&batch->column[part->field[0]]);
}

/* Finds the groups of rows s->row[0 .. n-1] and stores them at s->state[s->left[k]]. */
static enum flow_status
find_missing(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, uint32_t n)
{
	struct feed_scratch *s = agg->scratch;
	const struct rows rows = { s->row, 0, n };
	uint64_t *group[GROUP_ROWS];
	enum flow_status st = key_values(&agg->maps, &g->grouping->part[0], 0, batch, &rows, s->value[0], s->flag[0]);

	if (st != FLOW_OK)
		return st;
	pack_keys(s, g->grouping, n, s->value[0], s->flag[0]);
	st = groups_find(g, s->key, s->hash, n, group);
	g->recent_pause = 0;	/* groups_find judged by missed rows alone */
	for (uint32_t k = 0; k < n && st == FLOW_OK; k++) {
		s->state[s->left[k]] = groups_state(g, group[k]);
		*groups_recent(g, s->key[k]) = (struct group_recent){ group[k], (uint32_t)s->hash[k] };
	}
	return st;
}

enum flow_status
feed_number(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct key_part *part = &g->grouping->part[0];
	const uint32_t *value = batch->column[part->field[0]].values;
	uint32_t missed = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);
		uint64_t key = ((uint64_t)value[r] + 1) << part->shift, *group = groups_recent(g, key)->group;
		bool known = group != NULL && group[0] == key;

		s->state[i] = known ? groups_state(g, group) : NULL;
		s->row[missed] = (uint16_t)r;
		s->left[missed] = (uint16_t)i;
		missed += !known;
	}
	if (missed > 0 && find_missing(agg, g, batch, missed) != FLOW_OK)
		return FLOW_ENOMEM;
	groups_judge_recent(g, rows->n, missed);
	return feed_add_rows(agg, g, batch, rows, NULL);
}

/* Lists the rows whose value differs from those of all earlier alternatives. */
static uint32_t
keep_new(struct feed_scratch *s, const struct grouping *g, size_t alt, const struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		bool again = false;

		for (size_t b = 0; b < alt; b++)
			again |= s->alt[b][i] == s->alt[alt][i] &&
			    (!key_part_is_wide(&g->part[0]) || s->alt_flag[b][i] == s->alt_flag[alt][i]);
		s->row[n] = (uint16_t)rows_at(rows, i);
		s->value[0][n] = s->alt[alt][i];
		s->flag[0][n] = s->alt_flag[alt][i];
		n += !again;
	}
	return n;
}

enum flow_status
feed_other_values(struct flow_agg *agg, const struct grouping *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	enum flow_status st = FLOW_OK;

	for (size_t k = 1; k < g->parts && st == FLOW_OK; k++)
		st = key_values(&agg->maps, &g->part[k], 0, batch, rows, s->value[k], s->flag[k]);
	return st;
}

enum flow_status
feed_alternatives(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct key_part *part = &g->grouping->part[0];
	enum flow_status st = FLOW_OK;

	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++)
		st = key_values(&agg->maps, part, a, batch, rows, s->alt[a], s->alt_flag[a]);
	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++) {
		struct rows some = *rows;

		if (a > 0) {
			some.n = keep_new(s, g->grouping, a, rows);
			some.row = s->row;
		}
		if (some.n == 0)
			continue;
		st = feed_other_values(agg, g->grouping, batch, &some);
		if (st == FLOW_OK)
			st = feed_keys(agg, g, batch, &some, a > 0 ? s->value[0] : s->alt[0],
			    a > 0 ? s->flag[0] : s->alt_flag[0]);
	}
	return st;
}

enum flow_status
feed_rest(struct flow_agg *agg, const struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	struct groups *rest = agg->rest[g - agg->groups];
	unsigned bin = g->grouping->parts - 1u;
	const struct key_part *part = &g->grouping->part[bin];
	enum flow_status st;

	if (rows->n == 0)
		return FLOW_OK;
	memset(s->key, 0, (size_t)g->grouping->words * GROUP_ROWS * sizeof(*s->key));
	memset(s->mixed, 0, rows->n * sizeof(*s->mixed));
	st = key_values(&agg->maps, part, 0, batch, rows, s->value[bin], s->flag[bin]);
	if (st != FLOW_OK)
		return st;
	pack_part(s, part, s->value[bin], s->flag[bin], rows->n);
	for (uint32_t i = 0; i < rows->n; i++)
		s->hash[i] = hash_mix64(s->mixed[i]);
	st = find_hashed(s, rest, rows->n);
	if (st == FLOW_OK)
		accumulate_rows(&g->grouping->slots, batch, rows, s->state, NULL);
	return st;
}
