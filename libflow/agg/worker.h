/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A worker's state, which feed.c fills and finish.c merges. */

#include "agg/group/accumulate.h"
#include "agg/sketch/approx.h"
#include "agg/group/deferred_rows.h"
#include "agg/group/key.h"
#include "agg/group/packed_counters.h"
#include "agg/group/sieve.h"
#include "agg/group/spill.h"
#include "agg/group/value_log.h"
#include "agg/spread.h"

struct feed_scratch;
struct agg_parts;

/* The earliest and latest of some instants. */
struct instants {
	int64_t first_ms, last_ms;	/* INT64_MAX, INT64_MIN: none yet */
};

struct flow_agg {
	const struct flow_agg_spec *spec;
	struct key_maps maps;
	uint64_t rows;			/* fed so far */
	struct groups *groups;		/* one per grouping */
	struct backlog *backlog;	/* likewise */
	uint64_t *outside;		/* likewise: rows without time in the period */
	struct sieve *sieve;		/* likewise; NULL: there was no first pass */
	struct groups **rest;		/* likewise: a series' "other" group of each bin; NULL: none */
	struct value_log *values;	/* one per value column of the spec */
	size_t room;			/* bytes for all backlogs */
	struct measure_totals totals;
	struct feed_scratch *scratch;
	bool narrow;			/* some groupings are; range covers what they hold */
	struct narrow_range range;
	uint64_t range_rows;		/* rows added since range was computed from groups */
	size_t limit;			/* of memory, bytes; 0: none */
	const char *folder;
	struct spill spill;
	struct approx *approx;		/* NULL: no grouping needs it */
	struct spread *spread;		/* NULL: no grouping needs it */
	/* The worker takes groups whose hashes are in these shares (flow_agg_share). */
	unsigned share_from, share_to;
	bool may_fill, is_full;		/* see flow_agg_share */
	struct instants *ends;		/* by grouping: begins of all its rows, in any share */
	struct agg_parts *parts;	/* file that rows are written to, or read from; NULL: none */
};

/* Bytes that grow with the groups of one grouping. */
size_t grouping_bytes(const struct flow_agg *agg, size_t grouping);

/*
 * Whether the totals are computed from a grouping's groups, which is only possible if none of its rows is left
 * out.
 */
static inline bool
totals_are_summed(const struct flow_agg *agg)
{
	const struct flow_agg_spec *spec = agg->spec;

	return spec->has_totals && !spec->totals_early && agg->ends == NULL &&
	    (agg->sieve == NULL || agg->sieve[spec->totals].least == 0);
}
