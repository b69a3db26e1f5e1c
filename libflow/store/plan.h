/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which row groups of a file a query has to read. */

#include "base/status.h"
#include "parquet/file_read.h"
#include "record/bounds.h"
#include "store/profile.h"

enum plan_verdict {
	PLAN_READ,
	PLAN_NO_BY_STATISTICS,	/* minimum and maximum rule it out */
	PLAN_NO_BY_BLOOM,	/* a Bloom filter does */
};

/* Judges one row group; bounds may be NULL. */
enum flow_status plan_group(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, enum plan_verdict *verdict, struct flow_error *err) NODISCARD;
