/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the groupings to partition: those that use much of the memory when it is full. */
#include <stdlib.h>

#include "agg/agg.h"
#include "agg/worker.h"

/* A cluster of groupings that uses more than this fraction of the growing memory is partitioned. */
#define SMALL_SHARE 16

/* The memory of a cluster. */
static size_t
cluster_bytes(const struct flow_agg_spec *spec, size_t cluster, struct flow_agg *const *agg, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < spec->groupings; i++)
		for (size_t w = 0; w < n && spec->cluster[i] == cluster; w++)
			bytes += grouping_bytes(agg[w], i);
	return bytes;
}

static void
part_cluster(struct flow_agg_spec *spec, size_t cluster)
{
	for (size_t i = 0; i < spec->groupings; i++)
		if (spec->cluster[i] == cluster)
			spec->parted[i] = true;
}

enum flow_status
flow_agg_part_large(struct flow_agg_spec *spec, struct flow_agg *const *agg, size_t n, bool *any,
    struct flow_error *err)
{
	size_t most = 0, largest = spec->groupings, all = 0;

	if (spec_find_clusters(spec) != FLOW_OK)
		return flow_fail_memory(err);
	for (size_t w = 0; w < n; w++)
		all += flow_agg_growing_bytes(agg[w]);
	for (size_t i = 0; i < spec->groupings; i++) {
		size_t bytes;

		if (spec->parted[i] || spec->cluster[i] != i)
			continue;
		bytes = cluster_bytes(spec, i, agg, n);
		if (bytes >= most) {
			most = bytes;
			largest = i;
		}
		if (bytes > all / SMALL_SHARE)
			part_cluster(spec, i);
	}
	*any = largest < spec->groupings;
	if (*any)
		part_cluster(spec, largest);
	spec->turn = TURN_REST;
	return FLOW_OK;
}
