/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/agg.h"

#include <stdlib.h>
#include <string.h>

#include "agg/feed.h"
#include "agg/feed_sieve.h"
#include "agg/parts/parts.h"

/* Number of groups from which on they exceed a core's cache, so that deferring rows may pay. */
#define MANY_GROUPS 65536

/* Bytes for deferred rows, unless flow_agg_room sets another number. */
#define BACKLOG_ROOM ((size_t)256 << 20)

struct flow_agg *
flow_agg_new(const struct flow_agg_spec *spec)
{
	struct flow_agg *agg = calloc(1, sizeof(*agg));

	if (agg == NULL)
		return NULL;
	agg->spec = spec;
	key_maps_init(&agg->maps);
	totals_init(&agg->totals);
	spill_init(&agg->spill);
	agg->scratch = feed_scratch_new();
	agg->groups = calloc(spec->groupings + 1, sizeof(*agg->groups));
	agg->backlog = calloc(spec->groupings + 1, sizeof(*agg->backlog));
	agg->outside = calloc(spec->groupings + 1, sizeof(*agg->outside));
	agg->values = calloc(spec->values + 1, sizeof(*agg->values));
	agg->room = BACKLOG_ROOM;
	agg->share_to = FLOW_AGG_SHARES;
	if (agg->scratch == NULL || agg->groups == NULL || agg->backlog == NULL ||
	    agg->outside == NULL || agg->values == NULL || key_maps_make(&agg->maps, spec) != FLOW_OK) {
		flow_agg_free(agg);
		return NULL;
	}
	for (size_t i = 0; i < spec->groupings; i++) {
		groups_init(&agg->groups[i], &spec->grouping[i]);
		backlog_init(&agg->backlog[i], &spec->grouping[i]);
		agg->narrow |= agg->groups[i].narrow;
	}
	for (size_t i = 0; i < spec->values; i++)
		value_log_init(&agg->values[i], &spec->value[i], &spec->grouping[spec->value[i].of]);
	for (size_t i = 0; i < spec->groupings; i++) {
		if (!slots_approx(&spec->grouping[i].slots) || agg->approx != NULL)
			continue;
		agg->approx = approx_new();
		if (agg->approx == NULL) {
			flow_agg_free(agg);
			return NULL;
		}
	}
	if (flow_agg_spreads(spec)) {
		agg->spread = spread_new();
		if (agg->spread == NULL) {
			flow_agg_free(agg);
			return NULL;
		}
	}
	return agg;
}

void
flow_agg_free(struct flow_agg *agg)
{
	if (agg == NULL)
		return;
	for (size_t i = 0; agg->groups != NULL && i < agg->spec->groupings; i++)
		groups_release(&agg->groups[i]);
	for (size_t i = 0; agg->backlog != NULL && i < agg->spec->groupings; i++)
		backlog_release(&agg->backlog[i]);
	for (size_t i = 0; agg->sieve != NULL && i < agg->spec->groupings; i++)
		sieve_release(&agg->sieve[i]);
	free(agg->sieve);
	for (size_t i = 0; agg->rest != NULL && i < agg->spec->groupings; i++) {
		if (agg->rest[i] != NULL)
			groups_release(agg->rest[i]);
		free(agg->rest[i]);
	}
	free(agg->rest);
	for (size_t i = 0; agg->values != NULL && i < agg->spec->values; i++)
		value_log_release(&agg->values[i]);
	free(agg->groups);
	free(agg->backlog);
	free(agg->outside);
	free(agg->ends);
	agg_parts_free(agg->parts);
	free(agg->values);
	free(agg->scratch);
	spread_free(agg->spread);
	approx_free(agg->approx);
	spill_release(&agg->spill);
	key_maps_release(&agg->maps);
	free(agg);
}

size_t
flow_agg_bytes(const struct flow_agg *agg)
{
	size_t bytes = sizeof(*agg) + feed_scratch_bytes() + key_maps_bytes(&agg->maps);

	for (size_t i = 0; i < agg->spec->groupings; i++)
		bytes += groups_bytes(&agg->groups[i]) + agg->backlog[i].log.bytes;
	for (size_t i = 0; i < agg->spec->values; i++)
		bytes += value_log_bytes(&agg->values[i]);
	return bytes + (agg->approx != NULL ? approx_bytes(agg->approx) : 0);
}

/* Bytes of deferred rows and of the groups that they may become: both exist until the rows are applied. */
static size_t
waiting_bytes(const struct backlog *b, const struct groups *g)
{
	if (b->log.bytes == 0)
		return 0;
	return b->log.bytes + b->log.bytes / b->log.record_bytes * groups_each_bytes(g);
}

size_t
grouping_bytes(const struct flow_agg *agg, size_t grouping)
{
	const struct grouping *g = &agg->spec->grouping[grouping];
	size_t bytes = 0;

	if (!g->dense || key_part_is_atom(&g->part[0]))
		bytes += groups_bytes(&agg->groups[grouping]) +
		    waiting_bytes(&agg->backlog[grouping], &agg->groups[grouping]);
	for (size_t i = 0; i < agg->spec->values; i++)
		if (agg->spec->value[i].of == grouping)
			bytes += agg->values[i].log.bytes;
	/* All groupings share one store of sketches. */
	return bytes + (slots_approx(&g->slots) ? approx_bytes(agg->approx) : 0);
}

size_t
flow_agg_growing_bytes(const struct flow_agg *agg)
{
	size_t bytes = atoms_bytes(&agg->maps.values) + atoms_bytes(&agg->maps.texts), sketches = 0;

	if (agg->approx != NULL)
		sketches = approx_bytes(agg->approx);
	for (size_t i = 0; i < agg->spec->groupings; i++)
		bytes += grouping_bytes(agg, i) - (slots_approx(&agg->spec->grouping[i].slots) ? sketches : 0);
	return bytes + sketches;
}

void
flow_agg_limit(struct flow_agg *agg, size_t bytes, const char *folder)
{
	agg->limit = bytes;
	agg->folder = folder;
}

void
flow_agg_room(struct flow_agg *agg, size_t bytes)
{
	agg->room = bytes;
}

/* Whether spilling frees enough; else it would make many small chunks. */
static bool
is_worth_spilling(const struct flow_agg *agg)
{
	size_t bytes = 0;

	for (size_t i = 0; i < agg->spec->groupings; i++)
		if (grouping_can_spill(agg->spec, i))
			bytes += groups_bytes(&agg->groups[i]) + agg->backlog[i].log.bytes;
	for (size_t i = 0; i < agg->spec->values; i++)
		bytes += agg->values[i].log.bytes;
	return bytes > agg->limit / 8;
}

/* Spills all groups and logs that can be spilled. */
static enum flow_status
spill_groups(struct flow_agg *agg, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < agg->spec->groupings; i++) {
		if (!grouping_can_spill(agg->spec, i))
			continue;
		for (unsigned p = 0; p < GROUP_PARTS && st == FLOW_OK; p++) {
			st = spill_part(&agg->spill, agg->folder, i, p, &agg->groups[i], err);
			groups_part_release(&agg->groups[i], p);
		}
		groups_forget(&agg->groups[i]);
		if (st == FLOW_OK && agg->backlog[i].log.bytes > 0)
			st = part_log_spill(&agg->backlog[i].log, agg->folder, err);
	}
	for (size_t i = 0; i < agg->spec->values && st == FLOW_OK; i++)
		if (agg->values[i].log.bytes > 0)
			st = part_log_spill(&agg->values[i].log, agg->folder, err);
	return st;
}

static enum flow_status
thin_values(struct flow_agg *agg)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < agg->spec->values && st == FLOW_OK; i++)
		st = value_log_thin(&agg->values[i]);
	return st;
}

/* Adds deferred rows to their groups when their room is used up; with a limit they are spilled instead. */
static enum flow_status
empty_backlogs(struct flow_agg *agg)
{
	const struct translation none = { .atoms = 0 };
	size_t bytes = 0;

	for (size_t i = 0; i < agg->spec->groupings; i++)
		bytes += agg->backlog[i].log.bytes;
	if (bytes <= agg->room || agg->limit != 0)
		return FLOW_OK;
	for (size_t i = 0; i < agg->spec->groupings; i++) {
		struct backlog *b = &agg->backlog[i];

		for (unsigned p = 0; p < GROUP_PARTS && b->on; p++)
			if (backlog_apply(b, p, &none, &agg->groups[i], NULL) != FLOW_OK)
				return FLOW_ENOMEM;
		backlog_release(b);
	}
	return FLOW_OK;
}

/*
 * Whether deferring rows pays: groups exceed a core's cache, and have so few rows each that groups
 * would take more memory than the rows do.
 */
static bool
should_wait(uint64_t groups, uint64_t rows)
{
	return (groups > MANY_GROUPS && groups > rows / 2) || (groups > 8 * MANY_GROUPS && groups > rows / 4);
}

/* Defers rows of such groupings from now on; rows read from parts are in hash order already. */
static void
begin_backlogs(struct flow_agg *agg)
{
	if (parts_reads(agg))
		return;
	for (size_t i = 0; i < agg->spec->groupings; i++) {
		struct backlog *b = &agg->backlog[i];

		if (b->words != 0 && !b->on)
			b->on = should_wait(groups_count(&agg->groups[i]), agg->rows);
	}
}

typedef enum flow_status take_rows(struct flow_agg *agg, const struct flow_batch *batch,
    const struct rows *rows);

/* Calls `take` for the selected rows, GROUP_ROWS at a time. */
static enum flow_status
each_portion(struct flow_agg *agg, const struct flow_batch *batch, const struct flow_selection *sel,
    uint32_t count, take_rows *take, struct flow_error *err)
{
	bool all = sel == NULL || sel->all;

	if (batch->rows > FLOW_BATCH_ROWS)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "a batch of %zu rows", batch->rows);
	for (uint32_t from = 0; from < count; from += GROUP_ROWS) {
		uint32_t n = count - from < GROUP_ROWS ? count - from : GROUP_ROWS;
		struct rows rows = { all ? NULL : sel->row + from, from, n };

		if (take(agg, batch, &rows) == FLOW_OK)
			continue;
		if (agg->parts != NULL && agg->parts->error.status != FLOW_OK)
			return flow_fail(err, agg->parts->error.status, FLOW_NO_OFFSET, "%s",
			    agg->parts->error.message);
		return flow_fail_memory(err);
	}
	return FLOW_OK;
}

static uint32_t
rows_selected(const struct flow_batch *batch, const struct flow_selection *sel)
{
	return sel != NULL ? sel->count : (uint32_t)batch->rows;
}

/* Bytes of all counters; with a limit, this fraction of it. */
#define SIEVES_BYTES ((size_t)1 << 30)
#define SIEVES_SHARE 16

enum flow_status
flow_agg_sieve_begin(struct flow_agg *agg, uint64_t rows, struct flow_error *err)
{
	size_t n = agg->spec->groupings, bytes = agg->limit != 0 ? agg->limit / SIEVES_SHARE : SIEVES_BYTES;

	agg->sieve = calloc(n + 1, sizeof(*agg->sieve));
	agg->rest = calloc(n + 1, sizeof(*agg->rest));
	if (agg->sieve == NULL || agg->rest == NULL)
		return flow_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		if (sieve_make(&agg->sieve[i], agg->spec, i, rows, bytes) != FLOW_OK)
			return flow_fail_memory(err);
		if (!agg->sieve[i].rule.has_rest)
			continue;
		agg->rest[i] = malloc(sizeof(*agg->rest[i]));
		if (agg->rest[i] == NULL)
			return flow_fail_memory(err);
		groups_init(agg->rest[i], &agg->spec->grouping[i]);
	}
	return FLOW_OK;
}

enum flow_status
flow_agg_sieve(struct flow_agg *agg, const struct flow_batch *batch, const struct flow_selection *sel,
    struct flow_error *err)
{
	return each_portion(agg, batch, sel, rows_selected(batch, sel), feed_sieves, err);
}

enum flow_status
flow_agg_sieve_end(struct flow_agg *const *agg, size_t n, struct flow_error *err)
{
	struct sieve *first = agg[0]->sieve;

	for (size_t i = 0; i < agg[0]->spec->groupings; i++) {
		if (!sieve_counts(&first[i]))
			continue;
		for (size_t w = 1; w < n; w++)
			sieve_join(&first[i], &agg[w]->sieve[i]);
		if (sieve_end(&first[i]) != FLOW_OK)
			return flow_fail_memory(err);
	}
	for (size_t w = 0; w < n; w++)
		for (size_t i = 0; i < agg[0]->spec->groupings; i++)
			if (first[i].rule.by != SIEVE_NOTHING && (w > 0 || first[i].counters != i))
				sieve_borrow(&agg[w]->sieve[i], &first[first[i].counters]);
	return FLOW_OK;
}

enum flow_status
flow_agg_feed(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err)
{
	uint32_t count = rows_selected(batch, sel);
	enum flow_status st = each_portion(agg, batch, sel, count, feed_rows, err);

	if (st != FLOW_OK)
		return st;
	agg->rows += count;
	begin_backlogs(agg);
	if (empty_backlogs(agg) != FLOW_OK || thin_values(agg) != FLOW_OK)
		return flow_fail_memory(err);
	if (agg->may_fill && flow_agg_growing_bytes(agg) > agg->limit) {
		agg->is_full = true;
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more groups than memory holds");
	}
	if (!agg->may_fill && agg->limit != 0 && flow_agg_bytes(agg) > agg->limit && is_worth_spilling(agg))
		return spill_groups(agg, err);
	return FLOW_OK;
}
