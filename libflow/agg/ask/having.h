/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A condition on groups once they are counted, as SQL's HAVING:
 *
 *	bytes > 10M and (pps >= 1k or not distinct(dst_addr) < 100)
 *
 * TEST    is MEASURE COMPARATOR NUMBER, with > >= < <= = == != or gt ge lt le eq ne;
 * NUMBER  may have k, M, G, T (powers of 1000), KiB, MiB, GiB, TiB, B or % behind it, of a duration ms, s, min, h or d
 *         (a bare one is milliseconds);
 * tests are joined by not, and, or and parentheses, in that order of strength.
 *
 * A test of a measure that a group has no value for fails, whatever the comparator; `not` is plain negation.
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

/* In `step`, what is no test's number. */
enum { HAVING_AND = HAVING_TESTS, HAVING_OR, HAVING_NOT };

/* Tests, and how they are joined: in postfix order.  No steps: all groups pass. */
struct having {
	struct having_test test[HAVING_TESTS];
	uint8_t step[HAVING_STEPS];
	uint8_t tests, steps;
};

/*
 * Reads a condition; slots that its measures need are added, `both` as measure_parse has it.  FLOW_EINVAL with a message
 * that says which word is wrong, FLOW_ELIMIT for more than HAVING_TESTS tests, too many nots, or parentheses too deep.
 */
enum flow_status having_parse(struct slots *slots, bool both, const char *text, struct having *out,
    struct flow_error *err) NODISCARD;

/* Whether a group with that state passes. */
bool having_holds(const struct having *h, const uint64_t *state, const struct measure_totals *totals);

/* Whether all tests have to hold, so that each one alone says what no group may have. */
bool having_is_all(const struct having *h);

/* SQL's sign of a comparison. */
const char *having_sign(enum having_how how);
