/* SPDX-License-Identifier: BSD-2-Clause */
/* Feeds a worker with rows from the file of parts. */
#include "agg/agg.h"
#include "agg/parts/parts.h"

/* Shares per part. */
#define PART_WIDTH (FLOW_AGG_SHARES / ROW_PARTS)

/* Limits the share to one part: a row of several ends may also be in another part, and counts there for that end. */
static void
take_part(struct flow_agg *agg, unsigned part)
{
	const struct agg_parts *p = agg->parts;

	agg->share_from = part * PART_WIDTH > p->share_from ? part * PART_WIDTH : p->share_from;
	agg->share_to = (part + 1) * PART_WIDTH < p->share_to ? (part + 1) * PART_WIDTH : p->share_to;
}

enum flow_status
flow_agg_parts_feed(struct flow_agg *agg, uint64_t *rows, struct flow_error *err)
{
	struct agg_parts *p = agg->parts;
	const struct flow_batch *batch;
	enum flow_status st;
	unsigned part;

	*rows = 0;
	st = row_parts_next(p->all->rows, agg->spec, p->decoder, &p->bytes, &p->grouping, &part, &batch, err);
	if (st != FLOW_OK)
		return st;
	*rows = batch->rows;
	take_part(agg, part);
	return flow_agg_feed(agg, batch, NULL, err);
}
