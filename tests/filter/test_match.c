/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/match.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct arena *arena;

/* 1 or 0; -1 where the pattern is refused. */
static int
match(enum match_op op, const char *pattern, const char *text)
{
	struct flow_error err;
	struct matcher *m;
	int result;

	if (matcher_new(arena, op, pattern, strlen(pattern), &m, &err) != FLOW_OK)
		return -1;
	result = matcher_test(m, text, strlen(text));
	matcher_release(m);
	return result;
}

static void
test_parts(void)
{
	is_int(match(MATCH_EQUAL, "abc", "abc"), 1);
	is_int(match(MATCH_EQUAL, "abc", "ABC"), 0);
	is_int(match(MATCH_EQUAL, "abc", "abcd"), 0);
	is_int(match(MATCH_EQUAL, "", ""), 1);
	is_int(match(MATCH_CONTAINS, "bc", "abcd"), 1);
	is_int(match(MATCH_CONTAINS, "", "abcd"), 1);
	is_int(match(MATCH_CONTAINS, "abcde", "abcd"), 0);
	is_int(match(MATCH_BEGINS, "ab", "abcd"), 1);
	is_int(match(MATCH_BEGINS, "bc", "abcd"), 0);
	is_int(match(MATCH_BEGINS, "abcd", "abc"), 0);
	is_int(match(MATCH_ENDS, "cd", "abcd"), 1);
	is_int(match(MATCH_ENDS, "bc", "abcd"), 0);
	is_int(match(MATCH_ENDS, "abcd", "bcd"), 0);
}

static void
test_glob(void)
{
	is_int(match(MATCH_GLOB, "*", ""), 1);
	is_int(match(MATCH_GLOB, "", ""), 1);
	is_int(match(MATCH_GLOB, "", "a"), 0);
	is_int(match(MATCH_GLOB, "?", ""), 0);
	is_int(match(MATCH_GLOB, "?", "a"), 1);
	is_int(match(MATCH_GLOB, "a*c", "abcbc"), 1);
	is_int(match(MATCH_GLOB, "a*c", "abcb"), 0);
	is_int(match(MATCH_GLOB, "*b*", "abc"), 1);
	is_int(match(MATCH_GLOB, "a**c", "ac"), 1);
	is_int(match(MATCH_GLOB, "10.?.*", "10.1.2.3"), 1);
	is_int(match(MATCH_GLOB, "10.?.*", "10.12.2.3"), 0);
	/* Stars without number do not cost time without bound. */
	is_int(match(MATCH_GLOB, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
}

static void
test_regex(void)
{
	is_int(match(MATCH_REGEX, "^a(b|c)+d$", "abcbd"), 1);
	is_int(match(MATCH_REGEX, "^a(b|c)+d$", "ad"), 0);
	is_int(match(MATCH_REGEX, "b", "abc"), 1);
	is_int(match(MATCH_REGEX, "[^]a]", "]a"), 0);
	is_int(match(MATCH_REGEX, "a{2,3}", "caac"), 1);
	is_int(match(MATCH_REGEX, "\\(\\+", "(+"), 1);
	is_int(match(MATCH_REGEX, "(", "("), -1);
	is_int(match(MATCH_REGEX, "(a)\\1", "aa"), -1);
	is_int(match(MATCH_REGEX, "((a{100}){100}){100}", "a"), -1);
	is_int(match(MATCH_REGEX, "a++++++++++++++++++++", "a"), -1);
	is_int(match(MATCH_REGEX, "a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+", "abcdefghijklmnop"), 1);
}

/* Only so much of a long text is looked at, and no byte beyond it. */
static void
test_long(void)
{
	size_t len = 100000;
	char *text = malloc(len);
	struct matcher *m;

	memset(text, 'a', len);
	text[len - 1] = 'z';
	ok(matcher_new(arena, MATCH_REGEX, "z", 1, &m, NULL) == FLOW_OK);
	ok(!matcher_test(m, text, len));
	text[100] = 'z';
	ok(matcher_test(m, text, len));
	ok(!matcher_test(m, text, 100));
	matcher_release(m);
	free(text);
}

int
main(void)
{
	arena = arena_new();
	test_parts();
	test_glob();
	test_regex();
	test_long();
	arena_free(arena);
	return tap_done();
}
