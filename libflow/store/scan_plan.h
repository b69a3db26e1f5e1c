/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which row groups of a file a query has to read, and what of them. */

#include "base/bitmap.h"
#include "base/status.h"
#include "parquet/file_read.h"
#include "record/filter_bounds.h"
#include "store/profile.h"

enum plan_verdict {
	PLAN_READ,
	PLAN_NO_BY_STATISTICS,	/* minimum and maximum rule it out */
	PLAN_NO_BY_BLOOM,	/* a Bloom filter does */
};

/* What is to be read of a row group. */
struct plan_part {
	enum plan_verdict verdict;
	uint64_t rows;			/* of the batches to read */
	uint64_t *keep;			/* bitmap of them (FLOW_BATCH_ROWS each); NULL: all */
	/* Columns whose sole bounds have no row here: null does as well while rows are chosen. */
	struct flow_fieldset absent;
};

/* Judges one row group by the footer, Bloom filters and page indexes; bounds may be NULL. */
enum flow_status plan_group(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err) NODISCARD;
void plan_part_clear(struct plan_part *part);

/* What both judge by (scan_plan_bounds.c): whether statistics and Bloom filters speak of the texts of a bound: of addresses in canonical form. */
bool plan_knows_texts(const struct profile_map *map, const struct flow_bound *bound);

/* Whether statistics of `rows` rows leave room for a value within a bound. */
bool plan_may_hold(const struct pq_bounds *stats, uint64_t rows, const struct flow_bound *bound);

/*
 * Finds the batches of a row group that page indexes rule out, for part->rows and part->keep
 * (scan_plan_pages.c).
 */
enum flow_status plan_pages(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err) NODISCARD;
