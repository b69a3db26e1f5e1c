/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a first pass counts to keep rows out of the second (agg/group/sieve.h): something of which every
 * group in a grouping's tables has a least amount.
 */

#include "agg/ask/question.h"

enum sieve_by {
	SIEVE_NOTHING,	/* no bound is known, or a first pass would not pay */
	SIEVE_ROWS,	/* groups in tables have at least `least` rows */
	SIEVE_SYN,	/* or `least` rows whose TCP flags are SYN alone */
	SIEVE_SUM,	/* tables show the `most` groups with the greatest sum of a slot */
};

struct sieve_rule {
	enum sieve_by by;
	uint32_t least;		/* rows */
	uint64_t most;
	struct slot slot;	/* SIEVE_SUM: the sum */
	/*
	 * The parts of the key by which rows are counted: all, or for the bins of a series all but the bin.
	 * has_rest: rows of a series that are kept out count as "other" in their bin.
	 */
	uint8_t parts;
	bool has_rest;
	bool is_exact;		/* each value has a counter of its own: see sieve_key_is_few */
};

struct sieve_rule grouping_sieve(const struct flow_agg_spec *spec, size_t grouping);

/* Whether a grouping's key is one number below 2^17 (null, or a value of at most 16 bits), which is its own hash. */
bool sieve_key_is_few(const struct grouping *g, unsigned parts);

/* Whether two groupings with a rule count by the same key, so that they can share hashes. */
bool sieve_key_equal(const struct flow_agg_spec *spec, size_t a, size_t b);

/* Whether they can share counters, too. */
bool sieve_rule_equal(const struct flow_agg_spec *spec, size_t a, size_t b);

/* Whether a view is ordered by a sum that grows with each row, so that a bound of sums can keep groups out. */
bool view_order_is_sum(const struct view *v, const struct slots *slots);
