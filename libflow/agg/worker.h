/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One worker's state, as feed.c fills it and finish.c merges it. */

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

/* The first and last of some instants. */
struct instants {
	int64_t first_ms, last_ms;	/* INT64_MAX, INT64_MIN: there is none */
};

struct flow_agg {
	const struct flow_agg_spec *spec;
	struct key_maps maps;
	uint64_t rows;			/* that were fed */
	struct groups *groups;		/* one per grouping */
	struct backlog *backlog;	/* likewise */
	uint64_t *outside;		/* likewise: rows of which nothing lies in the period */
	struct sieve *sieve;		/* likewise; NULL: there was no first pass */
	struct groups **rest;		/* likewise: of a series the rests of bins; NULL: it has none */
	struct value_log *values;	/* one per column of the spec's */
	size_t room;			/* for all backlogs, bytes */
	struct measure_totals totals;
	struct feed_scratch *scratch;
	bool narrow;			/* some groups are; range covers what they hold */
	struct narrow_range range;
	uint64_t range_rows;		/* rows let in since range was taken from the groups */
	size_t limit;			/* of memory; 0: none */
	const char *folder;
	struct spill spill;
	struct approx *approx;		/* NULL: no grouping needs it */
	struct spread *spread;		/* NULL: no grouping needs it */
	/* Groups whose hashes fall into these 256ths are taken, of 0 .. 256 all. */
	unsigned share_from, share_to;
	bool may_fill, is_full;		/* see flow_agg_share */
	struct instants *ends;		/* by grouping: of all rows of its period, whatever the share */
	struct agg_parts *parts;	/* rows that go to a file, or come from one (agg/parts/parts.h); NULL: none do */
};

/* Memory that grows with the groups of one grouping. */
size_t grouping_bytes(const struct flow_agg *agg, size_t grouping);

/*
 * Whether the totals are the sum of a grouping's groups.  A grouping that leaves rows out has not all of
 * them.
 */
static inline bool
totals_are_summed(const struct flow_agg *agg)
{
	const struct flow_agg_spec *spec = agg->spec;

	return spec->has_totals && !spec->totals_early && agg->ends == NULL &&
	    (agg->sieve == NULL || agg->sieve[spec->totals].least == 0);
}
