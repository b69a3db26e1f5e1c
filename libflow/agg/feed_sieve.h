/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The first pass over the rows, and what it keeps out of the second one. */

#include "agg/worker.h"

/* Counts some rows, at most GROUP_ROWS, for all sieves. */
enum flow_status feed_sieves(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
    NODISCARD;

/* Hashes of the first `parts` parts of a grouping's keys, of part 0 the alternative `alt`. */
enum flow_status feed_hash_rows(struct flow_agg *agg, const struct grouping *g, unsigned parts, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *hash) NODISCARD;

/* To be called before rows of a batch are fed to groupings. */
void feed_sieves_begin(struct flow_agg *agg);

/* Whether a grouping's sieve keeps rows out. */
static inline bool
feed_is_sieved(const struct flow_agg *agg, size_t grouping)
{
	return agg->sieve != NULL && agg->sieve[grouping].rule.by != SIEVE_NOTHING && agg->sieve[grouping].least > 0;
}

/*
 * Hashes of the keys that a grouping's sieve counts by.  With `same`, the rows are those of all such calls since
 * feed_sieves_begin, whose hashes serve all groupings of the same key.  Valid until the next call.
 */
enum flow_status feed_hashes(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch,
    const struct rows *rows, bool same, const uint64_t **hash) NODISCARD;
