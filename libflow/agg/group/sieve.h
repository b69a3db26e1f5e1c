/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters that keep out rows whose group cannot be in an answer.  A group with 100 distinct values
 * has 100 rows, so a first pass over all rows counts those of each group under the hash of its key,
 *
 *	count[hash % counters]++
 *
 * and the second one leaves out rows whose counter stayed below 100.  Groups that share a counter
 * only make it greater: none is left out that belongs to the answer, which stays exact.  Of 10 M flows
 * with 3.9 M pairs of addresses 30 % are then looked at for scans of ports, of 6600 pairs.
 */

#include "agg/ask/question.h"
#include "agg/group/row_list.h"

struct sieve {
	struct sieve_rule rule;		/* least 0: no sieve */
	uint32_t *count;
	uint64_t mask;			/* counters - 1 */
	bool is_borrowed;		/* count is another worker's */
};

/* For so many rows in all; FLOW_ENOMEM. */
enum flow_status sieve_make(struct sieve *s, uint64_t rows) NODISCARD;
void sieve_release(struct sieve *s);

/* Counts rows (at most GROUP_ROWS) whose keys have these hashes. */
void sieve_count(struct sieve *s, const struct flow_batch *batch, const struct rows *rows,
    const uint64_t *hash);

/* Adds the counts of another worker, which from now on uses these. */
void sieve_join(struct sieve *s, struct sieve *other);

/* The rows whose groups may be in the answer, listed in `row`. */
struct rows sieve_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash,
    uint16_t *row);
