/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/workers_merge.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "agg/group/atom_merge.h"
#include "agg/group/deferred_rows.h"
#include "agg/table/direction.h"
#include "agg/group/key_remap.h"
#include "agg/group/value_count.h"
#include "base/team.h"

/*
 * First every worker's atoms are mapped to ids of the first worker.  Then threads merge parts of
 * groupings into the first worker's, one part per task.
 */
struct merge {
	struct flow_agg *const *agg;
	size_t n;
	struct atoms_merged values, texts;
	size_t slices;			/* tasks of a dense grouping */
	atomic_uint *expected;		/* by grouping: the most groups of a part so far, as an estimate */
	atomic_bool failed;
	struct flow_agg_result *result;	/* borrows the first worker's atoms and groups */
};

/* Reports the first failure of any thread. */
static void
merge_fail(struct merge *m, const struct flow_error *err)
{
	if (!atomic_exchange(&m->failed, true))
		m->result->error = *err;
}

/* Maps a worker's ids of a part's values to those of the first worker. */
static const uint32_t *
ids_here(const struct merge *m, size_t worker, const struct key_part *part)
{
	return key_part_type(part) == FLOW_TYPE_TEXT ? m->texts.id[worker] : m->values.id[worker];
}

static struct translation
translation_of(const struct merge *m, const struct grouping *g, size_t worker)
{
	struct translation t = { .atoms = 0 };

	for (size_t k = 0; k < g->parts && worker > 0; k++) {
		if (!key_part_is_atom(&g->part[k]))
			continue;
		t.atom[t.atoms].part = &g->part[k];
		t.atom[t.atoms++].to = ids_here(m, worker, &g->part[k]);
	}
	return t;
}

/* Adds a group of a dense grouping to another.  A narrow target has only narrow sources (settle_width). */
static void
join_dense(const struct groups *into, uint64_t *to, const struct groups *from,
    const uint64_t *group)
{
	uint64_t room[NARROW_SLOTS];

	if (into->narrow)
		narrow_join(to, group);
	else
		accumulate_state(&into->grouping->slots, groups_state(into, to),
		    groups_read(from, group, room));
}

/* The range of group numbers that one task merges, in whole blocks. */
struct span {
	uint64_t from, count;
};

static struct span
slice_of(const struct merge *m, const struct groups *into, unsigned slice)
{
	uint64_t blocks = (into->part[0].count + (uint64_t)GROUP_BLOCK - 1) / GROUP_BLOCK;
	uint64_t from = blocks * slice / m->slices, to = blocks * (slice + 1) / m->slices;

	return (struct span){ from * GROUP_BLOCK, (to - from) * GROUP_BLOCK };
}

static inline bool
span_has(const struct span *s, uint64_t number)
{
	return number - s->from < s->count;
}

/* Merges the groups of a span slot by slot: a number means the same value in all workers. */
static void
merge_numbers(struct groups *into, const struct groups *from, const struct span *span)
{
	uint64_t end = span->from + span->count;

	if (end > from->part[0].count)
		end = from->part[0].count;
	for (uint64_t i = span->from; i < end; i++) {
		const uint64_t *group = groups_at(from, &from->part[0], (uint32_t)i);

		if (groups_used(from, group))
			join_dense(into, groups_at(into, &into->part[0], (uint32_t)i), from, group);
	}
}

/* How many groups ahead to prefetch. */
#define MERGE_AHEAD 24

/* Merges the groups of a span whose numbers are atom ids: to[id] is the first worker's id. */
static void
merge_ids(struct groups *into, const struct groups *from, const uint32_t *to, uint64_t ids,
    const struct span *span)
{
	for (uint64_t i = 0; i < from->part[0].count && i < ids; i++) {
		const uint64_t *group = groups_at(from, &from->part[0], (uint32_t)i);

		if (i + MERGE_AHEAD < ids && span_has(span, to[i + MERGE_AHEAD]))
			__builtin_prefetch(groups_at(into, &into->part[0], to[i + MERGE_AHEAD]), 1);
		if (span_has(span, to[i]) && groups_used(from, group))
			join_dense(into, groups_at(into, &into->part[0], to[i]), from, group);
	}
}

/* Merges one slice of a dense grouping, by the first worker's numbers. */
static void
merge_dense(const struct merge *m, size_t grouping, size_t worker, unsigned slice)
{
	struct groups *into = &m->agg[0]->groups[grouping];
	const struct groups *from = &m->agg[worker]->groups[grouping];
	const struct key_part *part = &into->grouping->part[0];
	const struct span span = slice_of(m, into, slice);

	if (slice == 0 && groups_nowhere(from) != NULL)
		join_dense(into, groups_nowhere(into), from, groups_nowhere(from));
	if (key_part_is_atom(part))
		merge_ids(into, from, ids_here(m, worker, part),
		    (uint64_t)key_maps_atoms(&m->agg[worker]->maps, part)->count + 1, &span);
	else
		merge_numbers(into, from, &span);
}

/* Adds a spilled group of a worker to the first worker's. */
static enum flow_status
merge_group(const struct translation *t, struct groups *into, unsigned p, const uint64_t *group,
    uint32_t tag)
{
	uint64_t key[KEY_WORDS], *found;

	memcpy(key, group, into->words * sizeof(*key));
	translate_key(t, key);
	if (groups_find_one(into, &into->part[p], key, tag, &found) != FLOW_OK)
		return FLOW_ENOMEM;
	accumulate_state(&into->grouping->slots, groups_state(into, found), group + into->words);
	return FLOW_OK;
}

/* Links an adopted group of another worker in place, or adds it to the existing group of its key. */
static enum flow_status
merge_adopted(const struct translation *t, struct groups *into, unsigned p, uint32_t number,
    uint32_t tag)
{
	uint64_t *group = groups_at(into, &into->part[p], number), *same;

	translate_key(t, group);
	if (groups_link(into, &into->part[p], number, tag, &same) != FLOW_OK)
		return FLOW_ENOMEM;
	if (same != NULL) {
		accumulate_state(&into->grouping->slots, groups_state(into, same),
		    groups_state(into, group));
		groups_state(into, group)[0] = 0;
	}
	return FLOW_OK;
}

#define MERGE_TOGETHER 64

/* Adopts a part's groups without copying, which took a sixth of the time of 5-tuples. */
static enum flow_status
merge_hashed(const struct merge *m, size_t grouping, size_t worker, unsigned p)
{
	struct groups *into = &m->agg[0]->groups[grouping];
	const struct translation t = translation_of(m, into->grouping, worker);
	const struct group_part *part = &into->part[p];
	uint32_t tag[MERGE_TOGETHER], first;

	if (groups_adopt(into, &m->agg[worker]->groups[grouping], p, &first) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t at = first; at < part->count; at += MERGE_TOGETHER) {
		uint32_t n = part->count - at < MERGE_TOGETHER ? part->count - at : MERGE_TOGETHER;

		for (uint32_t i = 0; i < n; i++)
			tag[i] = groups_tag(into, part, at + i);
		groups_prefetch(into, part, tag, n);
		for (uint32_t i = 0; i < n; i++)
			if (merge_adopted(&t, into, p, at + i, tag[i]) != FLOW_OK)
				return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

/* Adds a part's deferred rows. */
static enum flow_status
merge_backlog(const struct merge *m, size_t grouping, size_t worker, unsigned p,
    struct flow_error *err)
{
	struct groups *into = &m->agg[0]->groups[grouping];
	const struct translation t = translation_of(m, into->grouping, worker);

	return backlog_apply(&m->agg[worker]->backlog[grouping], p, &t, into, err);
}

/* Adds the groups of a part that a worker spilled. */
static enum flow_status
merge_spilt(const struct merge *m, size_t grouping, size_t worker, unsigned p,
    struct flow_error *err)
{
	struct groups *into = &m->agg[0]->groups[grouping];
	const struct translation t = translation_of(m, into->grouping, worker);
	const struct spill *spill = &m->agg[worker]->spill;
	size_t words = spill_words(into);
	uint64_t *record = malloc(MERGE_TOGETHER * words * sizeof(*record));
	enum flow_status st = record != NULL ? FLOW_OK : FLOW_ENOMEM;

	for (size_t c = 0; c < spill->chunks && st == FLOW_OK; c++) {
		const struct spill_chunk *chunk = &spill->chunk[c];

		if (chunk->grouping != grouping || chunk->part != p)
			continue;
		for (uint32_t at = 0; at < chunk->count && st == FLOW_OK; at += MERGE_TOGETHER) {
			uint32_t n = chunk->count - at < MERGE_TOGETHER ? chunk->count - at :
			    MERGE_TOGETHER;

			st = spill_read(spill, chunk, into, at, n, record, err);
			for (uint32_t i = 0; i < n && st == FLOW_OK; i++)
				st = merge_group(&t, into, p, record + i * words + 1,
				    (uint32_t)record[i * words]);
		}
	}
	free(record);
	return st;
}

/* A worker's log of a column's values, and the mapping of its ids. */
static struct value_source
source_of(const struct merge *m, size_t column, size_t worker)
{
	const struct value_column *c = &m->agg[0]->spec->value[column];
	const struct grouping *of = &m->agg[0]->spec->grouping[c->of];
	struct value_source s = { .log = &m->agg[worker]->values[column].log };

	if (!of->dense)
		s.key = translation_of(m, of, worker);
	else if (worker > 0 && key_part_is_atom(&of->part[0]))
		s.number = ids_here(m, worker, &of->part[0]);
	if (worker > 0 && key_part_is_atom(&c->part))
		s.value = ids_here(m, worker, &c->part);
	return s;
}

/* Fills the slots of a merged part that need all values of a group. */
static enum flow_status
count_values(const struct merge *m, size_t grouping, unsigned p, struct flow_error *err)
{
	const struct flow_agg_spec *spec = m->agg[0]->spec;
	struct value_source *source = calloc(m->n, sizeof(*source));
	enum flow_status st = source != NULL ? FLOW_OK : FLOW_ENOMEM;

	for (size_t i = 0; i < spec->values && st == FLOW_OK; i++) {
		if (spec->value[i].of != grouping)
			continue;
		for (size_t w = 0; w < m->n; w++)
			source[w] = source_of(m, i, w);
		st = value_count(&m->agg[0]->groups[grouping], p, &spec->value[i], source, m->n, err);
		for (size_t w = 0; w < m->n; w++)
			part_log_forget(&m->agg[w]->values[i].log, p);
	}
	free(source);
	return st;
}

/* Keeps only the rows of a merged part that tables can show, and frees its groups. */
static enum flow_status
keep_rows(const struct merge *m, size_t grouping, unsigned p)
{
	struct flow_agg_result *r = m->result;
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < r->spec->views && st == FLOW_OK; i++)
		if (r->spec->view[i].grouping == grouping)
			st = result_keep(r, i, p);
	groups_part_release(&r->groups[grouping], p);
	return st;
}

/* Whether a grouping was spilled. */
static bool
was_spilt(const struct merge *m, size_t grouping)
{
	for (size_t w = 0; w < m->n; w++)
		if (spill_has(&m->agg[w]->spill, grouping) || m->agg[w]->backlog[grouping].log.spills > 0)
			return true;
	return false;
}

/* After merging: frees the part, moves it to a file, or leaves it in RAM. */
static enum flow_status
settle_part(const struct merge *m, size_t grouping, unsigned p, struct flow_error *err)
{
	if (grouping_is_bounded(m->agg[0]->spec, grouping))
		return keep_rows(m, grouping, p);
	if (m->agg[0]->limit == 0 || !was_spilt(m, grouping))
		return FLOW_OK;
	return groups_part_move(&m->agg[0]->groups[grouping], p, m->agg[0]->folder, err);
}

/* Merges one part of a hashed grouping from all workers. */
static enum flow_status
merge_part(const struct merge *m, size_t grouping, unsigned p, struct flow_error *err)
{
	struct group_part *part = &m->agg[0]->groups[grouping].part[p];
	enum flow_status st = FLOW_OK;

	for (size_t w = 0; w < m->n && st == FLOW_OK; w++)
		if (m->agg[w]->spill.chunks > 0)
			st = merge_spilt(m, grouping, w, p, err);
	if (st == FLOW_OK && m->expected[grouping] > part->count)
		st = groups_expect(part, m->expected[grouping]);
	for (size_t w = 1; w < m->n && st == FLOW_OK; w++) {
		st = merge_hashed(m, grouping, w, p);
		groups_part_release(&m->agg[w]->groups[grouping], p);
	}
	for (size_t w = 0; w < m->n && st == FLOW_OK; w++)
		st = merge_backlog(m, grouping, w, p, err);
	if (part->linked > m->expected[grouping])
		m->expected[grouping] = part->linked;
	return st;
}

/* Task: one part of one grouping, from all workers.  *err has failures other than FLOW_ENOMEM. */
static enum flow_status
merge_task(const struct merge *m, size_t task, struct flow_error *err)
{
	size_t grouping = task / GROUP_PARTS;
	unsigned p = (unsigned)(task % GROUP_PARTS);
	struct groups *into = &m->agg[0]->groups[grouping];
	enum flow_status st;

	if (into->grouping->dense) {
		for (size_t w = 1; w < m->n && p < m->slices; w++)
			merge_dense(m, grouping, w, p);
		return FLOW_OK;
	}
	st = merge_part(m, grouping, p, err);
	if (st != FLOW_OK)
		return st;
	if (into->grouping->pairing.how != FLOW_AGG_ONE_WAY)
		orient_part(into, p);
	st = count_values(m, grouping, p, err);
	return st != FLOW_OK ? st : settle_part(m, grouping, p, err);
}

/* For dense groupings, whose slices are not parts: runs after all slices are merged. */
static void
count_dense_work(void *context, size_t task)
{
	struct merge *m = context;
	struct flow_error err = { .status = FLOW_OK };
	size_t grouping = task / GROUP_PARTS;

	if (!m->failed && m->agg[0]->spec->grouping[grouping].dense &&
	    count_values(m, grouping, (unsigned)(task % GROUP_PARTS), &err) != FLOW_OK)
		merge_fail(m, &err);
}

static void
merge_work(void *context, size_t task)
{
	struct merge *m = context;
	struct flow_error err = { .status = FLOW_OK };

	if (!m->failed && merge_task(m, task, &err) != FLOW_OK)
		merge_fail(m, &err);
}

/*
 * Whether a grouping is narrow in all workers and its merged sums fit, too: estimated from the ranges
 * that workers admitted or, if exact, from what the groups hold.
 */
static bool
stays_narrow(const struct merge *m, size_t grouping, bool exact, struct narrow_range *held)
{
	memset(held, 0, sizeof(*held));
	for (size_t w = 0; w < m->n; w++) {
		const struct groups *g = &m->agg[w]->groups[grouping];
		struct narrow_range range = m->agg[w]->range;

		if (exact) {
			range = (struct narrow_range){ .based = range.based, .base = range.base };
			groups_cover(g, &range);
		}
		if (!g->narrow || !narrow_combine(held, &range))
			return false;
	}
	return true;
}

static enum flow_status
settle_width(const struct merge *m, size_t grouping)
{
	struct groups *into = &m->agg[0]->groups[grouping];
	struct narrow_range held;

	if (!into->narrow)
		return FLOW_OK;
	if (!stays_narrow(m, grouping, false, &held) && !stays_narrow(m, grouping, true, &held))
		return groups_widen(into);
	into->base = held.base;
	return FLOW_OK;
}

/* Allocates the groups for all numbers of a dense grouping. */
static enum flow_status
reserve_dense(const struct merge *m, size_t grouping)
{
	const struct flow_agg *into = m->agg[0];
	const struct key_part *part = &into->spec->grouping[grouping].part[0];
	uint32_t count = 0;

	for (size_t w = 0; w < m->n; w++)
		if (m->agg[w]->groups[grouping].part[0].count > count)
			count = m->agg[w]->groups[grouping].part[0].count;
	if (count == 0)
		return FLOW_OK;
	if (key_part_is_atom(part))
		count = key_maps_atoms(&into->maps, part)->count + 1;
	if (settle_width(m, grouping) != FLOW_OK)
		return FLOW_ENOMEM;
	return groups_dense_reserve(&into->groups[grouping], count);
}

static void
prepare_work(void *context, size_t grouping)
{
	struct merge *m = context;

	if (m->agg[0]->spec->grouping[grouping].dense && reserve_dense(m, grouping) != FLOW_OK)
		m->failed = true;
}

static enum flow_status
prepare_dense(struct merge *m)
{
	team_run(m->n, m->agg[0]->spec->groupings, prepare_work, m);
	return m->failed ? FLOW_ENOMEM : FLOW_OK;
}

/* Atoms and totals come first: tables whose parts are freed need them to choose rows. */
enum flow_status
merge_workers(struct flow_agg *const *agg, size_t n, struct flow_agg_result *r)
{
	struct merge m = { .agg = agg, .n = n, .result = r };
	enum flow_status st;

	m.slices = n < GROUP_PARTS ? n : GROUP_PARTS;
	m.expected = calloc(agg[0]->spec->groupings + 1, sizeof(*m.expected));
	st = m.expected != NULL ? atoms_merge_workers(agg, n, &m.values, &m.texts) : FLOW_ENOMEM;
	for (size_t w = 1; w < n; w++)
		totals_merge(&agg[0]->totals, &agg[w]->totals);
	if (st == FLOW_OK)
		st = prepare_dense(&m);
	if (st == FLOW_OK) {
		/* The result borrows what the first worker owns until all is merged. */
		r->maps = agg[0]->maps;
		r->groups = agg[0]->groups;
		r->totals = agg[0]->totals;
		team_run(n, agg[0]->spec->groupings * GROUP_PARTS, merge_work, &m);
		if (agg[0]->spec->values > 0)
			team_run(n, agg[0]->spec->groupings * GROUP_PARTS, count_dense_work, &m);
		st = m.failed ? FLOW_ENOMEM : FLOW_OK;
		memset(&r->maps, 0, sizeof(r->maps));
		r->groups = NULL;
	}
	atoms_merged_release(&m.values, n);
	atoms_merged_release(&m.texts, n);
	free(m.expected);
	return st;
}
