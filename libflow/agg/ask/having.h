/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A condition on finished groups, like SQL's HAVING:
 *
 *	bytes > 10M and (pps >= 1k or not distinct(dst_addr) < 100)
 *
 * TEST    is MEASURE COMPARATOR NUMBER, with > >= < <= = == != or gt ge lt le eq ne;
 * NUMBER  may have a suffix: k, M, G, T (powers of 1000), KiB, MiB, GiB, TiB, B or %; for durations ms, s, min, h or d
 *         (default: milliseconds);
 * tests are joined by not, and, or (in order of precedence) and parentheses.
 *
 * A test fails if the group has no value for its measure, whatever the comparator; `not` is plain negation.
 */

#include "agg/ask/measure.h"

#define HAVING_TESTS 16
#define HAVING_STEPS (4 * HAVING_TESTS)

enum having_how {
	HAVING_LESS,
	HAVING_AT_MOST,
	HAVING_EQUAL,
	HAVING_UNEQUAL,
	HAVING_AT_LEAST,
	HAVING_MORE,
};

struct having_test {
	struct measure measure;
	enum having_how how;
	double value;
};

/* Operators in `step`; smaller numbers are tests. */
enum { HAVING_AND = HAVING_TESTS, HAVING_OR, HAVING_NOT };

/* Tests, and an expression of them in postfix order.  No steps: all groups pass. */
struct having {
	struct having_test test[HAVING_TESTS];
	uint8_t step[HAVING_STEPS];
	uint8_t tests, steps;
};

/*
 * Parses a condition and adds the slots that its measures need; `both`: see measure_parse.  FLOW_EINVAL with a message
 * that names the wrong word, FLOW_ELIMIT for more than HAVING_TESTS tests, too many nots, or too deep parentheses.
 */
enum flow_status having_parse(struct slots *slots, bool both, const char *text, struct having *out,
    struct flow_error *err) NODISCARD;

/* Whether a group with this state passes. */
bool having_holds(const struct having *h, const uint64_t *state, const struct measure_totals *totals);

/* Whether the tests are joined by `and` alone, so that each is a necessary condition. */
bool having_is_all(const struct having *h);

/* SQL's operator of a comparison. */
const char *having_sign(enum having_how how);
