/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters that keep out rows whose group cannot be in an answer.  A first pass over all rows adds those of
 * each group under the hash of its key,
 *
 *	counter[hash % counters] += 1, or what the row adds to the order's sum
 *
 * and the second one leaves out rows whose counter stayed below a least number.  Groups that share a counter
 * only make it greater: none is left out that has at least so much.
 *
 * - A group with 100 distinct values has 100 rows: where that is asked for, the least number is known.  Of 10 M
 *   flows with 3.9 M pairs of addresses 30 % are then looked at for scans of ports, of 6600 pairs.
 * - Of the ten groups with the greatest sums it is guessed from the greatest counters.  The answer proves or
 *   refutes it: if ten groups have at least so much, no other has more, and none was left out.  (Else all is done
 *   once more without: flow_agg_proven.)  Of 100 M flows with some 40 M pairs a few hundred pairs are grouped.
 */

#include "agg/ask/sieve_rule.h"
#include "agg/group/row_list.h"

struct sieve {
	struct sieve_rule rule;		/* by SIEVE_NOTHING: no sieve */
	size_t like;			/* the first sieve of the same key, whose hashes are the rows' */
	size_t counters;		/* the first one of the same rule, too, whose counters these are */
	uint32_t *count;		/* of rows, */
	uint64_t *sum;			/* or sums */
	uint64_t mask;			/* counters - 1 */
	uint64_t least;			/* 0: nothing is kept out */
	uint64_t *enough;		/* once all is counted: a bit for each counter that has it, in place of them */
	bool is_borrowed;		/* the bits are another one's */
	uint64_t *hash;			/* of some rows' keys; not where another sieve is `like` */
	bool is_hashed;			/* those rows have theirs */
};

/* Makes the sieve of a grouping, for so many rows in all, in about that many bytes; FLOW_ENOMEM. */
enum flow_status sieve_make(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping, uint64_t rows,
    size_t bytes) NODISCARD;
void sieve_release(struct sieve *s);

/* A sieve that lets in what the spec remembers as shown; nothing for groupings of other tables.  FLOW_ENOMEM. */
enum flow_status sieve_make_shown(struct sieve *s, const struct flow_agg_spec *spec, size_t grouping) NODISCARD;

/* Whether it has counters of its own, to be filled in the first pass. */
static inline bool
sieve_counts(const struct sieve *s)
{
	return s->count != NULL || s->sum != NULL;
}

/* Counts rows (at most GROUP_ROWS) whose keys have these hashes. */
void sieve_count(struct sieve *s, const struct flow_batch *batch, const struct rows *rows,
    const uint64_t *hash);

/* Adds the counts of another worker, which has none any more. */
void sieve_join(struct sieve *s, struct sieve *other);

/*
 * After the last row: guesses the least sum that is shown, and keeps a bit of each counter, which stay in a cache
 * (looking at the counters themselves took a seventh of a report's time).
 */
enum flow_status sieve_end(struct sieve *s) NODISCARD;

/* Uses the bits of another sieve. */
void sieve_borrow(struct sieve *s, const struct sieve *from);

/* The rows whose groups may be in the answer, listed in `row`; and the others. */
struct rows sieve_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row);
struct rows sieve_rest(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row);
