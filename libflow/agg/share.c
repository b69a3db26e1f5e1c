/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/share.h"

#include <stdlib.h>
#include <string.h>

#include "agg/feed_sieve.h"
#include "agg/group/key.h"

bool
flow_agg_is_full(const struct flow_agg *agg)
{
	return agg->is_full;
}

/* Makes sieves that pass only the groups to be shown, and groups for the rows that they keep out. */
static enum flow_status
make_shown(struct flow_agg *agg)
{
	size_t n = agg->spec->groupings;

	agg->sieve = calloc(n + 1, sizeof(*agg->sieve));
	agg->rest = calloc(n + 1, sizeof(*agg->rest));
	if (agg->sieve == NULL || agg->rest == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (sieve_make_shown(&agg->sieve[i], agg->spec, i) != FLOW_OK)
			return FLOW_ENOMEM;
		if (!agg->sieve[i].rule.has_rest)
			continue;
		agg->rest[i] = malloc(sizeof(*agg->rest[i]));
		if (agg->rest[i] == NULL)
			return FLOW_ENOMEM;
		groups_init(agg->rest[i], &agg->spec->grouping[i]);
	}
	return FLOW_OK;
}

static enum flow_status
begin(struct flow_agg *agg)
{
	size_t n = agg->spec->groupings;

	if (key_maps_share(&agg->maps, agg->spec) != FLOW_OK)
		return FLOW_ENOMEM;
	agg->ends = calloc(n + 1, sizeof(*agg->ends));
	if (agg->ends == NULL)
		return FLOW_ENOMEM;
	/* Narrow groups can only take all rows of a step, not those of a share. */
	agg->narrow = false;
	for (size_t i = 0; i < n; i++) {
		agg->ends[i] = (struct instants){ INT64_MAX, INT64_MIN };
		if (groups_widen(&agg->groups[i]) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return agg->spec->phase == FLOW_AGG_SHOW ? make_shown(agg) : FLOW_OK;
}

enum flow_status
flow_agg_share(struct flow_agg *agg, unsigned from, unsigned to, bool may_fill, struct flow_error *err)
{
	agg->share_from = from;
	agg->share_to = to;
	agg->may_fill = may_fill;
	if (!agg_is_shared(agg) && agg->spec->phase == FLOW_AGG_ALL)
		return FLOW_OK;
	return begin(agg) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

static bool
is_in(const struct flow_agg *agg, uint64_t hash)
{
	return (unsigned)(hash >> FLOW_AGG_SHARE_SHIFT) - agg->share_from < agg->share_to - agg->share_from;
}

enum flow_status
share_rows(struct flow_agg *agg, const struct grouping *g, size_t alt, const struct flow_batch *batch,
    const struct rows *rows, uint16_t *row, struct rows *in)
{
	uint64_t hash[GROUP_ROWS];
	uint32_t n = 0;

	if (feed_hash_rows(agg, g, grouping_share_parts(g), alt, batch, rows, hash) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++) {
		row[n] = (uint16_t)rows_at(rows, i);
		n += is_in(agg, hash[i]);
	}
	*in = (struct rows){ row, 0, n };
	return FLOW_OK;
}

/* Marks rows whose value by the alternative `before` equals `value`. */
static enum flow_status
mark_again(struct flow_agg *agg, const struct grouping *g, size_t before, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *hash, const uint64_t *value, const uint8_t *flag, bool *again)
{
	uint64_t other_hash[GROUP_ROWS], other[GROUP_ROWS];
	uint8_t other_flag[GROUP_ROWS];
	uint16_t alike[GROUP_ROWS], at[GROUP_ROWS];
	struct rows some = { alike, 0, 0 };

	if (feed_hash_rows(agg, g, 1, before, batch, rows, other_hash) != FLOW_OK)
		return FLOW_ENOMEM;
	/* Addresses are looked up only for rows with equal hashes. */
	for (uint32_t i = 0; i < rows->n; i++) {
		alike[some.n] = (uint16_t)rows_at(rows, i);
		at[some.n] = (uint16_t)i;
		some.n += other_hash[i] == hash[i];
	}
	if (some.n == 0)
		return FLOW_OK;
	if (key_values(&agg->maps, &g->part[0], before, batch, &some, other, other_flag) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t k = 0; k < some.n; k++)
		again[at[k]] |= other[k] == value[at[k]] &&
		    (!key_part_is_wide(&g->part[0]) || other_flag[k] == flag[at[k]]);
	return FLOW_OK;
}

enum flow_status
share_rows_new(struct flow_agg *agg, const struct grouping *g, size_t alt, const struct flow_batch *batch,
    const struct rows *rows, uint16_t *row, struct rows *in, uint64_t *value, uint8_t *flag)
{
	uint64_t hash[GROUP_ROWS];
	bool again[GROUP_ROWS] = { false };
	uint32_t n = 0;

	if (share_rows(agg, g, alt, batch, rows, row, in) != FLOW_OK)
		return FLOW_ENOMEM;
	if (in->n == 0)
		return FLOW_OK;
	if (key_values(&agg->maps, &g->part[0], alt, batch, in, value, flag) != FLOW_OK ||
	    feed_hash_rows(agg, g, 1, alt, batch, in, hash) != FLOW_OK)
		return FLOW_ENOMEM;
	for (size_t b = 0; b < alt; b++)
		if (mark_again(agg, g, b, batch, in, hash, value, flag, again) != FLOW_OK)
			return FLOW_ENOMEM;
	for (uint32_t i = 0; i < in->n; i++) {
		row[n] = row[i];
		value[n] = value[i];
		flag[n] = flag[i];
		n += !again[i];
	}
	in->n = n;
	return FLOW_OK;
}

void
share_note_ends(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_FIRST];
	const int64_t *first = c->values;
	struct instants *ends;

	if (agg->ends == NULL || c->form != FLOW_FORM_FLAT)
		return;
	ends = &agg->ends[grouping];
	for (uint32_t i = 0; i < rows->n; i++) {
		int64_t ms = first[rows_at(rows, i)];

		ends->first_ms = ms < ends->first_ms ? ms : ends->first_ms;
		ends->last_ms = ms > ends->last_ms ? ms : ends->last_ms;
	}
}
