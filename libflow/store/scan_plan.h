/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which row groups of a file, and which of their batches, a query has to read. */

#include "base/bitmap.h"
#include "base/status.h"
#include "parquet/file_read.h"
#include "record/filter_bounds.h"
#include "store/profile.h"

enum plan_verdict {
	PLAN_READ,
	PLAN_NO_BY_STATISTICS,	/* ruled out by minimum and maximum */
	PLAN_NO_BY_BLOOM,	/* ruled out by a Bloom filter */
};

/* The part of a row group that is to be read. */
struct plan_part {
	enum plan_verdict verdict;
	uint64_t rows;			/* of the batches to read */
	uint64_t *keep;			/* bitmap of batches (FLOW_BATCH_ROWS each) to read; NULL: all */
	/* Columns that have no match for their sole bound here: they may be null while rows are selected. */
	struct flow_fieldset absent;
};

/* Judges a row group by the footer, Bloom filters and page indexes; bounds may be NULL. */
enum flow_status plan_group(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err) NODISCARD;
void plan_part_clear(struct plan_part *part);

/*
 * Whether statistics and Bloom filters can be compared with a bound's texts (scan_plan_bounds.c): not if the file's
 * addresses may not be in canonical form.
 */
bool plan_knows_texts(const struct profile_map *map, const struct flow_bound *bound);

/* Whether statistics of `rows` rows allow a value within a bound. */
bool plan_may_hold(const struct pq_bounds *stats, uint64_t rows, const struct flow_bound *bound);

/* Sets part->rows and part->keep to the batches that page indexes cannot rule out (scan_plan_pages.c). */
enum flow_status plan_pages(const struct pq_file *file, const struct profile_map *map, size_t group,
    const struct flow_bounds *bounds, struct plan_part *part, struct flow_error *err) NODISCARD;
