/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a first pass over the rows may count to keep rows out of the second one (agg/group/sieve.h):
 * something that no group in a grouping's tables has less of than the others.
 */

#include "agg/ask/question.h"

enum sieve_by {
	SIEVE_NOTHING,	/* nothing is known, or a first pass would not pay */
	SIEVE_ROWS,	/* all groups that tables show have at least so many rows */
	SIEVE_SYN,	/* or so many whose TCP flags are SYN alone */
	SIEVE_SUM,	/* tables show the `most` groups with the greatest sum of a slot */
};

struct sieve_rule {
	enum sieve_by by;
	uint32_t least;		/* rows */
	uint64_t most;
	struct slot slot;	/* SIEVE_SUM: what is summed up */
	/*
	 * Parts of the key that are counted by: all, or, of the bins of a series, all but the bin.  Rows of a
	 * series that are kept out are not lost, but count among the rest of their bin.
	 */
	uint8_t parts;
	bool has_rest;
	bool is_exact;		/* a key of few values, each of which has a counter of its own: see sieve_key_is_few */
};

struct sieve_rule grouping_sieve(const struct flow_agg_spec *spec, size_t grouping);

/* Whether a grouping's key is one number below 2^17 (none, or a value of at most 16 bits), and is its own hash. */
bool sieve_key_is_few(const struct grouping *g, unsigned parts);

/* Whether two groupings that have a rule are counted by the same key, so that hashes serve both. */
bool sieve_key_equal(const struct flow_agg_spec *spec, size_t a, size_t b);

/* Whether the same counters serve both, too. */
bool sieve_rule_equal(const struct flow_agg_spec *spec, size_t a, size_t b);

/* What a view must show so that no group that was kept out can belong to it: the slot of its order. */
bool view_order_is_sum(const struct view *v, const struct slots *slots);
