/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "filter/match.h"

#include <regex.h>
#include <stdint.h>
#include <string.h>

#define TEXT_MAX 16384
#define SIZE_LIMIT 10000
#define GROUPS_MAX 50

struct matcher {
	enum match_op op;
	const char *pattern;
	size_t len;
	bool compiled;
	regex_t regex;
};

/*
 * The size of a pattern in the C library's engine, which expands repetitions (x+
 * as xx*, x{3} as xxx), also nested ones.
 */
struct size {
	size_t group[GROUPS_MAX + 1];	/* of each open group, the whole pattern first */
	size_t atom[GROUPS_MAX + 1];	/* of the last thing in it that can be repeated */
	size_t open;
};

static void
add_atom(struct size *s, size_t atom)
{
	s->group[s->open] += s->atom[s->open];
	s->atom[s->open] = atom;
}

static bool
repeat_atom(struct size *s, size_t times)
{
	s->atom[s->open] *= times;
	return s->atom[s->open] <= SIZE_LIMIT;
}

/* The end of the [...] that begins at i. */
static size_t
skip_brackets(const char *p, size_t len, size_t i)
{
	size_t first = i + 1 + (i + 1 < len && p[i + 1] == '^');

	for (i = first; i < len; i++)
		if (p[i] == ']' && i > first)
			return i;
	return len;
}

/* The greatest number in the {...} that begins at i, which is moved to its end. */
static size_t
repeat_count(const char *p, size_t len, size_t *i)
{
	size_t most = 1, number = 0;

	for (; *i < len && p[*i] != '}'; ++*i) {
		if (p[*i] >= '0' && p[*i] <= '9' && number <= SIZE_LIMIT)
			number = 10 * number + (size_t)(p[*i] - '0');
		else
			number = 0;
		most = number > most ? number : most;
	}
	return most + 1;
}

/* Refuses patterns that would take unbounded time or memory. */
static enum flow_status
check_cost(const char *p, size_t len, struct flow_error *err)
{
	struct size s = { .open = 0 };
	bool ok = true;

	for (size_t i = 0; i < len && ok; i++) {
		if (p[i] == '\\') {
			if (++i < len && p[i] >= '1' && p[i] <= '9')
				return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
				    "a backward reference is not supported");
			add_atom(&s, 1);
		} else if (p[i] == '(') {
			if (s.open == GROUPS_MAX)
				return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
				    "more than %d groups inside each other", GROUPS_MAX);
			s.open++;
			s.group[s.open] = s.atom[s.open] = 0;
		} else if (p[i] == ')' && s.open > 0) {
			s.open--;
			add_atom(&s, s.group[s.open + 1] + s.atom[s.open + 1] + 1);
		} else if (p[i] == '[') {
			i = skip_brackets(p, len, i);
			add_atom(&s, 1);
		} else if (p[i] == '+') {
			ok = repeat_atom(&s, 2);
		} else if (p[i] == '{') {
			ok = repeat_atom(&s, repeat_count(p, len, &i));
		} else if (p[i] != '*' && p[i] != '?') {
			add_atom(&s, 1);
		}
		ok = ok && s.group[s.open] <= SIZE_LIMIT;
	}
	return ok ? FLOW_OK : flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "it repeats repetitions too often (more than %d parts)", SIZE_LIMIT);
}

static enum flow_status
new_matcher(struct arena *arena, enum match_op op, const char *pattern, size_t len,
    struct matcher **out, struct flow_error *err)
{
	struct matcher *m = arena_alloc(arena, sizeof(*m));

	if (m == NULL || (m->pattern = arena_text(arena, pattern, len)) == NULL)
		return flow_fail_memory(err);
	m->op = op;
	m->len = len;
	*out = m;
	return FLOW_OK;
}

static enum flow_status
compile(struct matcher *m, unsigned flags, struct flow_error *err)
{
	int how = REG_EXTENDED | REG_NOSUB, code;
	enum flow_status st;
	char why[128];

	if (m->len > MATCH_REGEX_BYTES_MAX || memchr(m->pattern, '\0', m->len) != NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "a regular expression has at most %d bytes, none of them NUL", MATCH_REGEX_BYTES_MAX);
	if ((st = check_cost(m->pattern, m->len, err)) != FLOW_OK)
		return st;
	how |= (flags & MATCH_NOCASE) != 0 ? REG_ICASE : 0;
	how |= (flags & MATCH_LINES) != 0 ? REG_NEWLINE : 0;
	if ((code = regcomp(&m->regex, m->pattern, how)) != 0) {
		(void)regerror(code, &m->regex, why, sizeof(why));
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s", why);
	}
	m->compiled = true;
	return FLOW_OK;
}

enum flow_status
matcher_new_regex(struct arena *arena, unsigned flags, const char *pattern, size_t len,
    struct matcher **out, struct flow_error *err)
{
	enum flow_status st = new_matcher(arena, MATCH_REGEX, pattern, len, out, err);

	return st == FLOW_OK ? compile(*out, flags, err) : st;
}

enum flow_status
matcher_new(struct arena *arena, enum match_op op, const char *pattern, size_t len,
    struct matcher **out, struct flow_error *err)
{
	return op == MATCH_REGEX ? matcher_new_regex(arena, 0, pattern, len, out, err) :
	    new_matcher(arena, op, pattern, len, out, err);
}

void
matcher_release(struct matcher *m)
{
	if (m->compiled)
		regfree(&m->regex);
	m->compiled = false;
}

/* Takes at most len * pattern steps, because it backtracks only to the last star. */
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

/* With REG_STARTEND the text may contain NULs. */
#ifdef REG_STARTEND
#define REGEX_FLAGS REG_STARTEND
#else
#define REGEX_FLAGS 0
#endif

/* Without REG_STARTEND the text must end with a NUL; sanitizers want it in any case. */
static bool
regex(const struct matcher *m, const char *text, size_t len)
{
	char copy[TEXT_MAX + 1];
	regmatch_t all = { .rm_so = 0 };

	len = len < TEXT_MAX ? len : TEXT_MAX;
	memcpy(copy, text, len);
	copy[len] = '\0';
	all.rm_eo = (regoff_t)len;
	return regexec(&m->regex, copy, 1, &all, REGEX_FLAGS) == 0;
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
