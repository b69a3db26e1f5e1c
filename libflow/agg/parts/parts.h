/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Between flow_agg_parts (agg/agg.h) and those that feed and finish. */

#include "agg/parts/row_parts.h"
#include "agg/worker.h"

/* What is told of all rows, whatever the part: what a result of some of them needs. */
struct parts_told {
	struct measure_totals totals;
	struct instants *ends;		/* by grouping; NULL: nothing was told yet */
	uint64_t *outside;		/* likewise */
};

struct flow_agg_parts {
	struct flow_agg_spec *spec;
	struct row_parts *rows;
	bool *splits;			/* by grouping: rows of several ends are written as rows of one */
	struct parts_told told;
};

/* A worker's part in it. */
struct agg_parts {
	struct flow_agg_parts *all;
	struct row_sorter *sorter;	/* NULL: it reads */
	struct row_decoder *decoder;	/* NULL: it writes */
	struct buf bytes;		/* that are read, */
	size_t grouping;		/* whose rows they are */
	bool whole;			/* the share is whole parts */
	unsigned share_from, share_to;	/* of the worker; while rows are fed it takes no more than their part has */
	struct flow_error error;	/* why rows could not be written, if not for memory */
};

void agg_parts_free(struct agg_parts *p);

/* Whether the worker writes rows of a grouping. */
bool parts_takes(const struct flow_agg *agg, size_t grouping);

/* Whether the worker reads rows. */
static inline bool
parts_reads(const struct flow_agg *agg)
{
	return agg->parts != NULL && agg->parts->decoder != NULL;
}

/* Whether rows that are read of a grouping have one end, be it by having been split. */
static inline bool
parts_has_one_end(const struct flow_agg *agg, const struct grouping *g)
{
	return g->part[0].alts == 1 || (parts_reads(agg) && agg->parts->all->splits[g - agg->spec->grouping]);
}

/* Whether rows of such a grouping are all of the worker's share. */
static inline bool
parts_are_share(const struct flow_agg *agg)
{
	return parts_reads(agg) && agg->parts->whole;
}

/* Writes some rows, once to each part that they have groups in. */
enum flow_status parts_put(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/* What was told of all rows, to the result of some of them and the worker whose totals become the result's. */
void parts_tell(struct flow_agg_result *r, struct flow_agg *agg);
