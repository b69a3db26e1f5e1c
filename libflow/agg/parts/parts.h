/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The inner side of flow_agg_parts (agg/agg.h), for feeding and finishing. */

#include "agg/parts/row_parts.h"
#include "agg/worker.h"

/* Facts about the rows of all parts, which the result of a share needs. */
struct parts_told {
	struct measure_totals totals;
	struct instants *ends;		/* by grouping; NULL: not known yet */
	uint64_t *outside;		/* likewise */
};

struct flow_agg_parts {
	struct flow_agg_spec *spec;
	struct row_parts *rows;
	bool *splits;			/* by grouping: see grouping_splits_ends */
	struct parts_told told;
};

/* A worker's state of writing or reading. */
struct agg_parts {
	struct flow_agg_parts *all;
	struct row_sorter *sorter;	/* NULL: the worker reads */
	struct row_decoder *decoder;	/* NULL: the worker writes */
	struct buf bytes;		/* the current chunk, */
	size_t grouping;		/* and its grouping */
	bool whole;			/* the share consists of whole parts */
	unsigned share_from, share_to;	/* the worker's share; agg->share_* are this within the current part */
	struct flow_error error;	/* why writing failed, except FLOW_ENOMEM */
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

/* Whether a grouping's rows have one end: by its key, or because they are read and were split. */
static inline bool
parts_has_one_end(const struct flow_agg *agg, const struct grouping *g)
{
	return g->part[0].alts == 1 || (parts_reads(agg) && agg->parts->all->splits[g - agg->spec->grouping]);
}

/* Whether all rows of such a grouping are in the worker's share. */
static inline bool
parts_are_share(const struct flow_agg *agg)
{
	return parts_reads(agg) && agg->parts->whole;
}

/* Writes each row once to every part in which it has groups. */
enum flow_status parts_put(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/* Copies the facts about all rows to a share's result, and to the worker whose totals become the result's. */
void parts_tell(struct flow_agg_result *r, struct flow_agg *agg);
