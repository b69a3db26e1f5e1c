/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed.h"

#include <stdlib.h>
#include <string.h>

#include "agg/feed_sieve.h"
#include "agg/parts/parts.h"
#include "agg/share.h"
#include "base/hash.h"

/* Buffers for GROUP_ROWS rows; too large for the stack. */
struct feed_scratch {
	uint64_t value[KEY_PARTS][GROUP_ROWS];
	uint64_t alt[KEY_ALTS][GROUP_ROWS];
	uint8_t flag[KEY_PARTS][GROUP_ROWS];
	uint8_t alt_flag[KEY_ALTS][GROUP_ROWS];
	uint64_t key[KEY_WORDS * GROUP_ROWS];
	uint64_t mixed[GROUP_ROWS];
	uint64_t hash[GROUP_ROWS];
	uint64_t line[GROUP_ROWS * NARROW_WORDS];	/* the rows, packed as narrow groups */
	int32_t number[KEY_ALTS][GROUP_ROWS];	/* dense groupings: the rows' group numbers */
	uint64_t *state[GROUP_ROWS];	/* the slots of each row's group */
	uint16_t row[GROUP_ROWS];
	uint16_t left[GROUP_ROWS];	/* rows that a backlog did not take */
	uint16_t shared[GROUP_ROWS];	/* rows of the worker's share */
	uint16_t begun[GROUP_ROWS];	/* rows that begin in the window */
	uint16_t within[GROUP_ROWS];	/* rows that begin in a grouping's period */
	uint16_t sieved[GROUP_ROWS];
	uint16_t rest[GROUP_ROWS];	/* rows that count as "other" in their bin */
	uint8_t back[GROUP_ROWS];
};

struct feed_scratch *
feed_scratch_new(void)
{
	return malloc(sizeof(struct feed_scratch));
}

size_t
feed_scratch_bytes(void)
{
	return sizeof(struct feed_scratch);
}

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

/* Makes every row run from its lower end (address, then port); back[i]: row i was reversed. */
static void
turn_rows(struct flow_agg *agg, const struct key_pairing *p, uint32_t n)
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

/* Adds rows to the groups in scratch->state. */
static enum flow_status
add_rows(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const uint8_t *back)
{
	const struct slots *slots = &g->grouping->slots;
	uint64_t *const *state = agg->scratch->state;

	accumulate_rows(slots, batch, rows, state, back);
	if (agg->approx != NULL)
		return approx_rows(agg->approx, slots, batch, rows, state);
	return FLOW_OK;
}

/* Logs values for measures that need all values of a group; keys are packed, or dense in `number`. */
static enum flow_status
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

static enum flow_status
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
	return add_rows(agg, g, batch, &rest, paired ? s->back : NULL);
}

/* Whether the key is one 32-bit number, in a flat column without nulls. */
static bool
is_one_number(const struct groups *g, const struct flow_batch *batch)
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

/*
 * Adds rows whose key is one number, by the cache of recently found groups: if groups are few, most rows hit it, and
 * need neither a packed key nor a hash.
 */
static enum flow_status
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
	return add_rows(agg, g, batch, rows, NULL);
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

/* Fetches the values of the key's other parts for these rows. */
static enum flow_status
other_values(struct flow_agg *agg, const struct grouping *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	enum flow_status st = FLOW_OK;

	for (size_t k = 1; k < g->parts && st == FLOW_OK; k++)
		st = key_values(&agg->maps, &g->part[k], 0, batch, rows, s->value[k], s->flag[k]);
	return st;
}

/* Allocates all groups of a dense grouping that rows can have. */
static enum flow_status
reserve_dense(const struct key_maps *maps, struct groups *g)
{
	const struct key_part *part = &g->grouping->part[0];
	uint32_t count;

	if (key_part_is_atom(part))
		count = key_maps_atoms(maps, part)->count + 1;
	else
		count = key_part_type(part) == FLOW_TYPE_U8 ? 257 : 65537;
	return groups_dense_reserve(g, count);
}

/* Adds rows to the groups with these numbers. */
static enum flow_status
add_dense(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const int32_t *number)
{
	uint64_t **state = agg->scratch->state;

	if (g->narrow) {
		narrow_add(agg->scratch->line, rows->n, g->dense, number, NULL);
		return FLOW_OK;
	}
	if (feed_values(agg, g, batch, rows, number) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		state[i] = groups_state(g, groups_dense_at(g, number[i]));
	return add_rows(agg, g, batch, rows, NULL);
}

/* Directs rows that an earlier alternative counted to the hidden group -1. */
static void
send_nowhere(int32_t number[KEY_ALTS][GROUP_ROWS], size_t alt, uint32_t n)
{
	for (size_t b = 0; b < alt; b++)
		for (uint32_t i = 0; i < n; i++)
			number[alt][i] = number[b][i] == number[alt][i] ? -1 : number[alt][i];
}

/* Gives the rows that no earlier alternative counted, and moves up their numbers. */
static struct rows
leave_counted(struct feed_scratch *s, size_t alt, const struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		bool again = false;

		for (size_t b = 0; b < alt; b++)
			again |= s->number[b][i] == s->number[alt][i];
		s->row[n] = (uint16_t)rows_at(rows, i);
		s->left[n] = (uint16_t)i;
		n += !again;
	}
	for (uint32_t k = 0; k < n; k++)
		s->number[alt][k] = s->number[alt][s->left[k]];
	return (struct rows){ s->row, 0, n };
}

/*
 * The columns of the key's one or two small numbers, if rows can be added to narrow groups straight
 * from them; else false.
 */
static bool
small_values(const struct groups *g, const struct flow_batch *batch, const struct rows *rows,
    const void *values[2])
{
	const struct key_part *part = &g->grouping->part[0];
	size_t width = flow_type_size(key_part_type(part));

	if (!g->narrow || rows->row != NULL || part->kind != KEY_FIELD || key_part_is_atom(part) ||
	    part->alts > 2)
		return false;
	values[1] = NULL;
	for (size_t a = 0; a < part->alts; a++) {
		const struct flow_column *c = &batch->column[part->field[a]];

		if (!column_whole(c))
			return false;
		values[a] = (const uint8_t *)c->values + rows->from * width;
	}
	return true;
}

/* Fast path: adds rows to narrow groups straight from the columns; *done is false if that is not possible. */
static enum flow_status
feed_columns(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, bool *done)
{
	const struct key_part *part = &g->grouping->part[0];
	const uint64_t *line = agg->scratch->line;
	enum flow_status st = FLOW_OK;
	const int32_t *number = NULL;
	const uint32_t *code = NULL;
	const void *values[2];
	bool small = small_values(g, batch, rows, values);

	if (!small && g->narrow)
		st = key_numbers_by_code(&agg->maps, part, batch, rows, &number, &code);
	*done = small || number != NULL;
	if (st == FLOW_OK && *done)
		st = reserve_dense(&agg->maps, g);
	if (st != FLOW_OK || !*done)
		return st;
	if (small)
		narrow_add_small(line, rows->n, g->dense, values[0], values[1],
		    (unsigned)flow_type_size(key_part_type(part)));
	else
		narrow_add(line, rows->n, g->dense, number, code);
	return FLOW_OK;
}

static enum flow_status
feed_dense(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct key_part *part = &g->grouping->part[0];
	bool done;
	enum flow_status st = feed_columns(agg, g, batch, rows, &done);

	if (st != FLOW_OK || done)
		return st;
	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++)
		st = key_numbers(&agg->maps, part, a, batch, rows, s->number[a]);
	if (st == FLOW_OK)
		st = reserve_dense(&agg->maps, g);
	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++) {
		struct rows some = *rows;

		if (a > 0 && grouping_has_nowhere(g->grouping))
			send_nowhere(s->number, a, rows->n);
		else if (a > 0)
			some = leave_counted(s, a, rows);
		st = add_dense(agg, g, batch, &some, s->number[a]);
	}
	return st;
}

static enum flow_status
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
		st = other_values(agg, g->grouping, batch, &some);
		if (st == FLOW_OK)
			st = feed_keys(agg, g, batch, &some, a > 0 ? s->value[0] : s->alt[0],
			    a > 0 ? s->flag[0] : s->alt_flag[0]);
	}
	return st;
}

/* Adds rows of a share to a dense grouping, by the values of one end. */
static enum flow_status
add_dense_values(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	bool is_atom = key_part_is_atom(&g->grouping->part[0]);

	if (reserve_dense(&agg->maps, g) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		s->number[0][i] = (int32_t)(is_atom ? atom_id(s->value[0][i]) : s->value[0][i]);
	return add_dense(agg, g, batch, rows, s->number[0]);
}

/* Adds rows under each of their ends that is in the worker's share. */
static enum flow_status
feed_shared_ends(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct grouping *grouping = g->grouping;
	enum flow_status st = FLOW_OK;

	for (size_t a = 0; a < grouping->part[0].alts && st == FLOW_OK; a++) {
		struct rows in;

		st = share_rows_new(agg, grouping, a, batch, rows, s->shared, &in, s->value[0], s->flag[0]);
		if (st != FLOW_OK || in.n == 0)
			continue;
		if (grouping->dense) {
			st = add_dense_values(agg, g, batch, &in);
			continue;
		}
		st = other_values(agg, grouping, batch, &in);
		if (st == FLOW_OK)
			st = feed_keys(agg, g, batch, &in, s->value[0], s->flag[0]);
	}
	return st;
}

/* Adds rows that were partitioned by end, under their one end. */
static enum flow_status
feed_end(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;

	if (key_values(&agg->maps, &g->grouping->part[0], 0, batch, rows, s->value[0], s->flag[0]) != FLOW_OK)
		return FLOW_ENOMEM;
	if (g->grouping->dense)
		return add_dense_values(agg, g, batch, rows);
	if (other_values(agg, g->grouping, batch, rows) != FLOW_OK)
		return FLOW_ENOMEM;
	return feed_keys(agg, g, batch, rows, s->value[0], s->flag[0]);
}

static enum flow_status
feed_grouping(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct grouping *grouping = g->grouping;
	enum flow_status st;

	if (grouping->part[0].alts > 1 && parts_has_one_end(agg, grouping))
		return feed_end(agg, g, batch, rows);
	if (grouping->part[0].alts > 1 && agg_is_shared(agg))
		return feed_shared_ends(agg, g, batch, rows);
	if (grouping->dense)
		return feed_dense(agg, g, batch, rows);
	if (grouping->part[0].alts > 1)
		return feed_alternatives(agg, g, batch, rows);
	if (g->recent_pause == 0 && !agg->backlog[g - agg->groups].on && is_one_number(g, batch) &&
	    !grouping_has_values(agg->spec, (size_t)(g - agg->groups)))
		return feed_number(agg, g, batch, rows);
	st = key_values(&agg->maps, &grouping->part[0], 0, batch, rows, s->value[0], s->flag[0]);
	if (st == FLOW_OK)
		st = other_values(agg, grouping, batch, rows);
	if (st != FLOW_OK)
		return st;
	if (grouping->pairing.how != FLOW_AGG_ONE_WAY)
		turn_rows(agg, &grouping->pairing, rows->n);
	return feed_keys(agg, g, batch, rows, s->value[0], s->flag[0]);
}

/* Adds rows of a series whose groups are not shown to their bin's "other" group, which has the bin as its key. */
static enum flow_status
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

/* Whether a grouping takes or stores rows in this phase; rows read from parts are of one grouping. */
static bool
feed_is_wanted(const struct flow_agg *agg, size_t grouping)
{
	if (parts_reads(agg) && grouping != agg->parts->grouping)
		return false;
	return agg->spec->phase == FLOW_AGG_ALL || grouping_is_fed(agg->spec, grouping) || parts_takes(agg, grouping);
}

/* Adds the rows that a grouping's sieve lets pass; same: see feed_hashes. */
static enum flow_status
feed_sieved(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, bool same)
{
	size_t grouping = (size_t)(g - agg->groups);
	struct rows in = *rows, mine;
	const uint64_t *hash;
	enum flow_status st = FLOW_OK;

	if (grouping_share_parts(g->grouping) < g->grouping->parts)
		share_note_ends(agg, grouping, batch, rows);
	if (agg_is_shared(agg) && parts_has_one_end(agg, g->grouping) && !parts_are_share(agg)) {
		if (share_rows(agg, g->grouping, 0, batch, rows, agg->scratch->shared, &mine) != FLOW_OK)
			return FLOW_ENOMEM;
		rows = &mine;
		in = mine;
		same = false;
	}
	if (rows->n > 0 && feed_is_sieved(agg, grouping)) {
		const struct sieve *sieve = &agg->sieve[grouping];

		if (feed_hashes(agg, grouping, batch, rows, same, &hash) != FLOW_OK)
			return FLOW_ENOMEM;
		if (sieve->rule.has_rest) {
			const struct rows rest = sieve_rest(sieve, rows, hash, agg->scratch->rest);

			st = feed_rest(agg, g, batch, &rest);
		}
		in = sieve_rows(sieve, rows, hash, agg->scratch->sieved);
	}
	if (in.n == 0 || st != FLOW_OK)
		return st;
	return parts_takes(agg, grouping) ? parts_put(agg, grouping, batch, &in) : feed_grouping(agg, g, batch, &in);
}

/* Adds spread rows to all groupings that spread as `first` does. */
static enum flow_status
feed_alike(struct flow_agg *agg, size_t first, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	enum flow_status st = FLOW_OK;

	for (size_t i = first; i < spec->groupings && rows->n > 0 && st == FLOW_OK; i++) {
		if (!spread_is_same(&spec->grouping[i], &spec->grouping[first]) || !feed_is_wanted(agg, i))
			continue;
		if (parts_takes(agg, i))
			share_note_ends(agg, i, batch, rows);
		else
			st = feed_sieved(agg, &agg->groups[i], batch, rows, false);
	}
	return st;
}

/* Stores the original rows for partitioned groupings that spread; they are spread again when read. */
static enum flow_status
put_unspread(struct flow_agg *agg, size_t first, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	enum flow_status st = FLOW_OK;

	for (size_t i = first; i < spec->groupings && st == FLOW_OK; i++)
		if (spread_is_same(&spec->grouping[i], &spec->grouping[first]) && parts_takes(agg, i))
			st = parts_put(agg, i, batch, rows);
	return st;
}

/* Spreads rows for a grouping and all later ones that spread alike; does nothing if an earlier one did so. */
static enum flow_status
feed_spread(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_agg_spec *spec = agg->spec;
	const struct grouping *g = &spec->grouping[grouping];
	const struct flow_batch *part;
	enum flow_status st;
	struct rows whole;

	for (size_t i = 0; i < grouping; i++)
		if (spread_is_same(&spec->grouping[i], g) && feed_is_wanted(agg, i))
			return FLOW_OK;
	spread_begin(agg->spread, spec, g, batch, rows);
	whole = spread_whole(agg->spread);
	st = feed_alike(agg, grouping, batch, &whole);
	while (st == FLOW_OK && (st = spread_next(agg->spread, &part)) == FLOW_OK)
		st = feed_alike(agg, grouping, part, &(struct rows){ NULL, 0, (uint32_t)part->rows });
	for (size_t i = grouping; i < spec->groupings; i++)
		if (spread_is_same(&spec->grouping[i], g) && feed_is_wanted(agg, i))
			agg->outside[i] += spread_outside(agg->spread);
	return st == FLOW_END ? put_unspread(agg, grouping, batch, rows) : st;
}

/* The rows that begin in [from_ms, to_ms), listed in `row` unless all do. */
static struct rows
rows_begun(const struct flow_batch *batch, const struct rows *rows, int64_t from_ms, int64_t to_ms,
    uint16_t row[GROUP_ROWS])
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_FIRST];
	const int64_t *first = c->values;
	uint32_t n = 0;

	if ((from_ms == INT64_MIN && to_ms == INT64_MAX) || c->form != FLOW_FORM_FLAT)
		return *rows;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		row[n] = (uint16_t)r;
		n += first[r] >= from_ms && (first[r] < to_ms || to_ms == INT64_MAX);
	}
	return n == rows->n ? *rows : (struct rows){ row, 0, n };
}

/* Adds rows, of which `begun` begin in the window, to a grouping that does not spread. */
static enum flow_status
feed_begun(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const struct rows *begun)
{
	const struct grouping *grouping = g->grouping;
	struct rows within = grouping->of_spread ? *rows : *begun;

	if (grouping->series_ms != 0) {
		within = rows_begun(batch, begun, grouping->from_ms, grouping->to_ms,
		    agg->scratch->within);
		agg->outside[g - agg->groups] += begun->n - within.n;
	}
	return feed_sieved(agg, g, batch, &within, !grouping->of_spread && within.n == begun->n);
}

/*
 * Widens the groupings that could overflow, or all, and recomputes the range from those that stay
 * narrow.
 */
static enum flow_status
leave_narrow(struct flow_agg *agg, bool all)
{
	struct narrow_range range = { .based = agg->range.based, .base = agg->range.base };

	agg->narrow = false;
	for (size_t i = 0; i < agg->spec->groupings; i++) {
		struct groups *g = &agg->groups[i];
		struct narrow_range held = range;

		if (!g->narrow)
			continue;
		if (!all)
			groups_cover(g, &held);
		if (all || !narrow_has_room(&held)) {
			if (groups_widen(g) != FLOW_OK)
				return FLOW_ENOMEM;
			continue;
		}
		range = held;
		agg->narrow = true;
	}
	agg->range = range;
	agg->range_rows = 0;
	return FLOW_OK;
}

/* Whether enough rows came since the range was computed to pay for another scan of all narrow groups. */
static bool
may_look(const struct flow_agg *agg)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < agg->spec->groupings; i++)
		if (agg->groups[i].narrow)
			groups += agg->groups[i].part[0].count;
	return agg->range_rows >= groups;
}

/* Packs rows for narrow groups, or widens groups that cannot take them.  Call it before rows are added. */
static enum flow_status
keep_narrow(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
{
	enum narrow_fit fit = narrow_admit(&agg->range, batch, rows, agg->scratch->line);

	if (fit == NARROW_FULL) {
		if (leave_narrow(agg, !may_look(agg)) != FLOW_OK)
			return FLOW_ENOMEM;
		fit = agg->narrow ? narrow_admit(&agg->range, batch, rows, agg->scratch->line) : NARROW_FITS;
	}
	if (fit != NARROW_FITS)
		return leave_narrow(agg, true);
	agg->range_rows += rows->n;
	for (size_t i = 0; i < agg->spec->groupings; i++)
		agg->groups[i].base = agg->range.base;
	return FLOW_OK;
}

enum flow_status
feed_rows(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
{
	const struct rows begun = rows_begun(batch, rows, agg->spec->from_ms, agg->spec->to_ms,
	    agg->scratch->begun);
	enum flow_status st = FLOW_OK;

	feed_sieves_begin(agg);
	if (!totals_are_summed(agg) && !parts_reads(agg))
		accumulate_totals(&agg->totals, batch, &begun);
	if (agg->narrow && begun.n > 0)
		st = keep_narrow(agg, batch, &begun);
	for (size_t i = 0; i < agg->spec->groupings && st == FLOW_OK; i++) {
		struct groups *g = &agg->groups[i];

		if (!feed_is_wanted(agg, i))
			continue;
		st = g->grouping->spread_ms != 0 ? feed_spread(agg, i, batch, rows) :
		    feed_begun(agg, g, batch, rows, &begun);
	}
	return st;
}
