/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The first pass over the rows, whose sieves keep rows out of the second. */

#include "agg/worker.h"

/* Counts at most GROUP_ROWS rows in all sieves. */
enum flow_status feed_sieves(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
    NODISCARD;

/* Hashes the first `parts` parts of a grouping's keys; part 0 by its alternative `alt`. */
enum flow_status feed_hash_rows(struct flow_agg *agg, const struct grouping *g, unsigned parts, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *hash) NODISCARD;

/* Call it before rows are fed to groupings: forgets the hashes of earlier rows. */
void feed_sieves_begin(struct flow_agg *agg);

/* Whether a grouping's sieve keeps rows out. */
static inline bool
feed_is_sieved(const struct flow_agg *agg, size_t grouping)
{
	return agg->sieve != NULL && agg->sieve[grouping].rule.by != SIEVE_NOTHING && agg->sieve[grouping].least > 0;
}

/*
 * Hashes of the keys that a grouping's sieve counts by.  `same`: the rows are the same in all such calls since
 * feed_sieves_begin, so that groupings of the same key share the hashes.  Valid until the next call.
 */
enum flow_status feed_hashes(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch,
    const struct rows *rows, bool same, const uint64_t **hash) NODISCARD;
