/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/having.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Most nesting of parentheses. */
#define DEPTH 32

struct reader {
	const char *p;
	struct slots *slots;
	bool both;
	unsigned depth;
	struct having *out;
	struct flow_error *err;
};

static enum flow_status parse_or(struct reader *r);

static void
skip_blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->p))
		r->p++;
}

/* The length of the word at p, with parentheses directly after it: distinct(src_addr) */
static size_t
word_length(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == '.' || p[n] == ':')
		n++;
	if (n > 0 && p[n] == '(') {
		size_t inner = strcspn(p + n, ")");

		if (p[n + inner] == ')')
			n += inner + 1;
	}
	return n;
}

/* Consumes an operator, if it is next. */
static bool
accept(struct reader *r, const char *word, const char *sign)
{
	size_t n = strlen(word), signs = strlen(sign);

	skip_blanks(r);
	if (strncmp(r->p, sign, signs) == 0 && r->p[signs] != '=') {
		r->p += signs;
		return true;
	}
	if (strncmp(r->p, word, n) != 0 || isalnum((unsigned char)r->p[n]) || r->p[n] == '_')
		return false;
	r->p += n;
	return true;
}

static enum flow_status
add_step(struct reader *r, unsigned step)
{
	if (r->out->steps == HAVING_STEPS)
		return flow_fail(r->err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too long a condition");
	r->out->step[r->out->steps++] = (uint8_t)step;
	return FLOW_OK;
}

static enum flow_status
parse_how(struct reader *r, enum having_how *how)
{
	static const struct {
		const char *text;
		enum having_how how;
	} words[] = {
		{ ">=", HAVING_AT_LEAST }, { "<=", HAVING_AT_MOST }, { "!=", HAVING_UNEQUAL }, { "<>", HAVING_UNEQUAL },
		{ "==", HAVING_EQUAL }, { ">", HAVING_MORE }, { "<", HAVING_LESS }, { "=", HAVING_EQUAL },
		{ "ge ", HAVING_AT_LEAST }, { "le ", HAVING_AT_MOST }, { "ne ", HAVING_UNEQUAL },
		{ "eq ", HAVING_EQUAL }, { "gt ", HAVING_MORE }, { "lt ", HAVING_LESS },
	};

	skip_blanks(r);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strncmp(r->p, words[i].text, strlen(words[i].text)) != 0)
			continue;
		r->p += strlen(words[i].text);
		*how = words[i].how;
		return FLOW_OK;
	}
	return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "expected a comparison (> >= < <= = !=) before '%.20s'", r->p);
}

/* The factor of a unit; 0: there is no such unit. */
static double
unit_factor(enum flow_kind cell, const char *text, size_t len)
{
	static const struct {
		const char *text;
		double factor;
		bool time;
	} units[] = {
		{ "ms", 1, true }, { "s", 1e3, true }, { "sec", 1e3, true }, { "min", 6e4, true }, { "h", 36e5, true },
		{ "d", 864e5, true }, { "k", 1e3, false }, { "K", 1e3, false }, { "M", 1e6, false },
		{ "m", 1e6, false }, { "G", 1e9, false }, { "g", 1e9, false }, { "T", 1e12, false },
		{ "t", 1e12, false },
		{ "Ki", 0x1p10, false }, { "Mi", 0x1p20, false }, { "Gi", 0x1p30, false }, { "Ti", 0x1p40, false },
	};

	if (cell == FLOW_KIND_PERCENT && len == 1 && text[0] == '%')
		return 1;
	if (cell != FLOW_KIND_DURATION && len > 0 && (text[len - 1] == 'B' || text[len - 1] == 'b'))
		len--;
	if (len == 0)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].time == (cell == FLOW_KIND_DURATION) && strlen(units[i].text) == len &&
		    memcmp(units[i].text, text, len) == 0)
			return units[i].factor;
	return 0;
}

static enum flow_status
parse_value(struct reader *r, const struct measure *m, double *out)
{
	const char *begin;
	double factor;
	char *end;
	size_t unit = 0;

	skip_blanks(r);
	begin = r->p;
	if (*begin != '.' && !isdigit((unsigned char)*begin))
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "expected a number behind '%s' and its comparison, not '%.20s'", m->name, begin);
	*out = strtod(begin, &end);
	while (isalpha((unsigned char)end[unit]) || end[unit] == '%')
		unit++;
	factor = unit_factor(m->cell, end, unit);
	if (factor <= 0)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: not a number of %s (as in %s)",
		    (int)((size_t)(end - begin) + unit), begin, m->name, m->cell == FLOW_KIND_DURATION ? "60s" : "10M");
	*out *= factor;
	r->p = end + unit;
	return FLOW_OK;
}

static enum flow_status
parse_test(struct reader *r)
{
	struct having_test *test = &r->out->test[r->out->tests];
	enum flow_status st;
	size_t len;

	skip_blanks(r);
	len = word_length(r->p);
	if (len == 0)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, *r->p == '\0' ?
		    "expected a measure before the end" : "expected a measure, not '%.20s'", r->p);
	if (r->out->tests == HAVING_TESTS)
		return flow_fail(r->err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d comparisons", HAVING_TESTS);
	st = measure_parse(r->slots, r->both, r->p, len, &test->measure, r->err);
	if (st == FLOW_OK && test->measure.kind == MEASURE_TIME)
		st = flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%s: an instant is no number; -t and the filter choose by time", test->measure.name);
	r->p += len;
	if (st == FLOW_OK)
		st = parse_how(r, &test->how);
	if (st == FLOW_OK)
		st = parse_value(r, &test->measure, &test->value);
	return st == FLOW_OK ? add_step(r, r->out->tests++) : st;
}

static enum flow_status
parse_not(struct reader *r)
{
	enum flow_status st;
	bool negated = false;

	while (accept(r, "not", "!"))
		negated = !negated;
	if (*r->p == '(') {
		r->p++;
		if (r->depth == DEPTH)
			return flow_fail(r->err, FLOW_ELIMIT, FLOW_NO_OFFSET, "parentheses are too deep");
		r->depth++;
		st = parse_or(r);
		r->depth--;
		skip_blanks(r);
		if (st == FLOW_OK && *r->p++ != ')')
			return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "a parenthesis is not closed");
	} else {
		st = parse_test(r);
	}
	return st == FLOW_OK && negated ? add_step(r, HAVING_NOT) : st;
}

static enum flow_status
parse_and(struct reader *r)
{
	enum flow_status st = parse_not(r);

	while (st == FLOW_OK && accept(r, "and", "&&")) {
		st = parse_not(r);
		if (st == FLOW_OK)
			st = add_step(r, HAVING_AND);
	}
	return st;
}

static enum flow_status
parse_or(struct reader *r)
{
	enum flow_status st = parse_and(r);

	while (st == FLOW_OK && accept(r, "or", "||")) {
		st = parse_and(r);
		if (st == FLOW_OK)
			st = add_step(r, HAVING_OR);
	}
	return st;
}

enum flow_status
having_parse(struct slots *slots, bool both, const char *text, struct having *out, struct flow_error *err)
{
	struct reader r = { .p = text, .slots = slots, .both = both, .out = out, .err = err };
	enum flow_status st;

	out->tests = out->steps = 0;
	st = parse_or(&r);
	if (st != FLOW_OK)
		return st;
	skip_blanks(&r);
	if (*r.p != '\0')
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "expected 'and', 'or' or the end, not '%.20s'", r.p);
	return FLOW_OK;
}

static bool
test_holds(const struct having_test *t, const uint64_t *state, const struct measure_totals *totals)
{
	double v;

	if (!measure_has(&t->measure, state))
		return false;
	v = measure_real(&t->measure, state, totals);
	switch (t->how) {
	case HAVING_LESS:
		return v < t->value;
	case HAVING_AT_MOST:
		return v <= t->value;
	case HAVING_EQUAL:
		return v >= t->value && v <= t->value;
	case HAVING_UNEQUAL:
		return v < t->value || v > t->value;
	case HAVING_AT_LEAST:
		return v >= t->value;
	case HAVING_MORE:
		return v > t->value;
	}
	return false;
}

bool
having_holds(const struct having *h, const uint64_t *state, const struct measure_totals *totals)
{
	uint64_t stack = 1;	/* of results, the top in bit 0; at most HAVING_TESTS */

	for (size_t i = 0; i < h->steps; i++) {
		if (h->step[i] < HAVING_TESTS)
			stack = stack << 1 | test_holds(&h->test[h->step[i]], state, totals);
		else if (h->step[i] == HAVING_NOT)
			stack ^= 1;
		else if (h->step[i] == HAVING_AND)
			stack = stack >> 1 & (~UINT64_C(1) | (stack & 1));
		else
			stack = stack >> 1 | (stack & 1);
	}
	return (stack & 1) != 0;
}

bool
having_is_all(const struct having *h)
{
	for (size_t i = 0; i < h->steps; i++)
		if (h->step[i] == HAVING_OR || h->step[i] == HAVING_NOT)
			return false;
	return true;
}

const char *
having_sign(enum having_how how)
{
	static const char *const signs[] = {
		[HAVING_LESS] = "<", [HAVING_AT_MOST] = "<=", [HAVING_EQUAL] = "=", [HAVING_UNEQUAL] = "<>",
		[HAVING_AT_LEAST] = ">=", [HAVING_MORE] = ">",
	};

	return signs[how];
}
