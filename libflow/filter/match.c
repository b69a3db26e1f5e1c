/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "filter/match.h"

#include <regex.h>
#include <stdint.h>
#include <string.h>

#define PATTERN_MAX 1024
#define TEXT_MAX 65536
#define REPEAT_MAX 500
#define GROUPS_MAX 50

struct matcher {
	enum match_op op;
	const char *pattern;
	size_t len;
	bool compiled;
	regex_t regex;
};

/*
 * What a regular expression may not have, since the C library's engine takes
 * time or memory without bound for it.
 */
static enum flow_status
check_cost(const char *p, size_t len, struct flow_error *err)
{
	unsigned groups = 0, repeat = 1, number = 0;
	bool braces = false;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\\') {
			if (++i < len && p[i] >= '1' && p[i] <= '9')
				return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
				    "a backward reference is not supported");
		} else if (p[i] == '(' && ++groups > GROUPS_MAX) {
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d groups",
			    GROUPS_MAX);
		} else if (p[i] == '{') {
			braces = true;
			number = 0;
		} else if (braces && p[i] >= '0' && p[i] <= '9') {
			number = number < REPEAT_MAX ? number * 10 + (unsigned)(p[i] - '0') : number;
		} else if (braces && p[i] == ',' && p[i + 1] != '}') {
			number = 0;
		} else if (braces && p[i] == '}') {
			braces = false;
			repeat *= number > 0 ? number : 1;
			if (repeat > REPEAT_MAX)
				return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
				    "repetitions of more than %d in all", REPEAT_MAX);
		}
	}
	return FLOW_OK;
}

enum flow_status
matcher_new(struct arena *arena, enum match_op op, const char *pattern, size_t len,
    struct matcher **out, struct flow_error *err)
{
	struct matcher *m = arena_alloc(arena, sizeof(*m));
	enum flow_status st;
	char why[128];
	int code;

	if (m == NULL || (m->pattern = arena_text(arena, pattern, len)) == NULL)
		return flow_fail_memory(err);
	m->op = op;
	m->len = len;
	if (op == MATCH_REGEX) {
		if (len > PATTERN_MAX || memchr(pattern, '\0', len) != NULL)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "a regular expression has at most %d bytes, none of them NUL", PATTERN_MAX);
		if ((st = check_cost(m->pattern, len, err)) != FLOW_OK)
			return st;
		if ((code = regcomp(&m->regex, m->pattern, REG_EXTENDED | REG_NOSUB)) != 0) {
			(void)regerror(code, &m->regex, why, sizeof(why));
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s", why);
		}
		m->compiled = true;
	}
	*out = m;
	return FLOW_OK;
}

void
matcher_release(struct matcher *m)
{
	if (m->compiled)
		regfree(&m->regex);
	m->compiled = false;
}

/* At most len * pattern steps: only the last star has to be remembered. */
static bool
glob(const char *p, size_t p_len, const char *t, size_t t_len)
{
	size_t i = 0, j = 0, star = SIZE_MAX, mark = 0;

	while (j < t_len) {
		if (i < p_len && p[i] == '*') {
			star = i++;
			mark = j;
		} else if (i < p_len && (p[i] == '?' || p[i] == t[j])) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			j = ++mark;
		} else {
			return false;
		}
	}
	while (i < p_len && p[i] == '*')
		i++;
	return i == p_len;
}

/* A text that is longer than TEXT_MAX is looked at so far. */
static bool
regex(const struct matcher *m, const char *text, size_t len)
{
	regmatch_t part = { 0 };

	part.rm_eo = (regoff_t)(len < TEXT_MAX ? len : TEXT_MAX);
	return regexec(&m->regex, text, 1, &part, REG_STARTEND) == 0;
}

bool
matcher_test(const struct matcher *m, const char *text, size_t len)
{
	switch (m->op) {
	case MATCH_EQUAL:
		return len == m->len && memcmp(text, m->pattern, len) == 0;
	case MATCH_CONTAINS:
		return memmem(text, len, m->pattern, m->len) != NULL;
	case MATCH_BEGINS:
		return len >= m->len && memcmp(text, m->pattern, m->len) == 0;
	case MATCH_ENDS:
		return len >= m->len && memcmp(text + len - m->len, m->pattern, m->len) == 0;
	case MATCH_GLOB:
		return glob(m->pattern, m->len, text, len);
	case MATCH_REGEX:
		return regex(m, text, len);
	}
	return false;
}

const char *
match_op_text(enum match_op op)
{
	static const char *const text[] = {
		[MATCH_EQUAL] = "=", [MATCH_CONTAINS] = "contains", [MATCH_BEGINS] = "starts with",
		[MATCH_ENDS] = "ends with", [MATCH_GLOB] = "~", [MATCH_REGEX] = "matches",
	};

	return text[op];
}

enum match_op
matcher_op(const struct matcher *m)
{
	return m->op;
}

const char *
matcher_pattern(const struct matcher *m, size_t *len)
{
	*len = m->len;
	return m->pattern;
}
