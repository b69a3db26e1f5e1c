/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tests on a member of the column `extra`. */

#include "element/extra_path.h"
#include "filter/match.h"

enum extra_compare {
	EXTRA_EXISTS,		/* there is a value */
	EXTRA_EQUAL,		/* it equals one of the values */
	EXTRA_LESS,		/* it is a number below the first value, ... */
	EXTRA_LESS_EQUAL,
	EXTRA_GREATER,
	EXTRA_GREATER_EQUAL,
	EXTRA_MATCH,		/* a matcher matches its text */
};

/* A number: integers of up to 64 bits and a sign are exact, others are doubles. */
struct extra_number {
	bool whole;
	bool negative;		/* whole: the sign */
	uint64_t magnitude;	/* whole */
	double approximate;
};

/* A value of the filter: a text, which may also be a number or a range of numbers. */
struct extra_value {
	struct flow_text text;
	bool is_number;
	struct extra_number lo, hi;
};

struct extra_test {
	struct extra_path path;
	enum extra_compare compare;
	bool negated;		/* there is a value, and it fails the test */
	const struct extra_value *value;
	size_t values;
	struct matcher *const *matcher;
	size_t matchers;
};

/* A number as JSON writes it, or with a + or decimal point at its beginning. */
bool extra_number_parse(const char *p, size_t len, struct extra_number *out);

/* Below, at or above 0. */
int extra_number_compare(const struct extra_number *a, const struct extra_number *b);

/* Whether a text of `extra` passes. */
bool extra_test(const struct extra_test *t, const struct flow_text *extra);
