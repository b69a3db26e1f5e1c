/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters that keep out rows whose group cannot be in a result.  A first pass adds each row to a counter by
 * the hash of its key,
 *
 *	counter[hash % counters] += 1, or what the row adds to the order's sum
 *
 * and the second pass skips rows whose counter is below a bound.  Groups that share a counter only make it
 * greater, so no group that reaches the bound is skipped.
 *
 * - A group with 100 distinct values has at least 100 rows: a condition gives the bound.  Of 10 M flows with
 *   3.9 M pairs of addresses, scans of ports then read 30 %, of 6600 pairs.
 * - For the ten groups with the greatest sums, the bound is guessed from the greatest counters.  The result
 *   proves or refutes it: if ten groups reach it, none of the skipped ones has more.  (Else everything is
 *   repeated without: flow_agg_proven.)  Of 100 M flows with some 40 M pairs a few hundred pairs are grouped.
 */

#include "agg/ask/sieve_rule.h"
#include "agg/group/row_list.h"

struct sieve {
	struct sieve_rule rule;		/* rule.by is SIEVE_NOTHING: no sieve */
	size_t like;			/* the first sieve with the same key, whose hashes are shared */
	size_t counters;		/* the first with the same rule, too, whose counters are shared */
	uint32_t *count;		/* counters of rows, */
	uint64_t *sum;			/* or sums */
	uint64_t mask;			/* counters - 1 */
	uint64_t least;			/* the bound; 0: nothing is kept out */
	uint64_t *enough;		/* after counting: bits in place of the counters, set from `least` on */
	bool is_borrowed;		/* `enough` belongs to another sieve */
	uint64_t *hash;			/* hashes of the current rows' keys; NULL if `like` is another sieve */
	bool is_hashed;			/* `hash` is filled for the current rows */
};

/* Makes a grouping's sieve for `rows` rows in all, in about `bytes` bytes; FLOW_ENOMEM. */
enum flow_status sieve_make(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping, uint64_t rows,
    size_t bytes) NODISCARD;
void sieve_release(struct sieve *s);

/* Makes a sieve that passes the groups in spec->shown; for groupings of other tables none.  FLOW_ENOMEM. */
enum flow_status sieve_make_shown(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping) NODISCARD;

/* Whether it has counters of its own to fill in the first pass. */
static inline bool
sieve_counts(const struct sieve *s)
{
	return s->count != NULL || s->sum != NULL;
}

/* Counts rows (at most GROUP_ROWS) whose keys have these hashes. */
void sieve_count(struct sieve *s, const struct flow_batch *batch, const struct rows *rows,
    const uint64_t *hash);

/* Adds another worker's counters, and frees those. */
void sieve_join(struct sieve *s, struct sieve *other);

/*
 * After the last row: guesses the bound for sums, and replaces each counter by a bit.  The bits stay in the CPU's cache
 * (testing the counters themselves took a seventh of a report's time).
 */
enum flow_status sieve_end(struct sieve *s) NODISCARD;

/* Uses the bits of another sieve. */
void sieve_borrow(struct sieve *s, const struct sieve *from);

/* The rows whose groups may be in the result, listed in `row`; _rest: the others. */
struct rows sieve_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row);
struct rows sieve_rest(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row);
