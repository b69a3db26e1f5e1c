/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/lex.h"

#include <string.h>

#include "tap.h"

static struct arena *arena;

static enum flow_status
lex(const char *text, size_t len, struct lexed *out, struct flow_error *err)
{
	return lex_text(arena, NULL, text, len, true, out, err);
}

static void
test_tokens(void)
{
	static const char text[] = "src ip != 10/8&&! (a)||x>=1k # rest\n "
	    "in[2001:db8::,@f]<>'q t' ~AND";
	static const struct {
		uint16_t kind;
		const char *text;
	} want[] = {
		{ TOKEN_WORD, "src" }, { TOKEN_WORD, "ip" }, { TOKEN_NE, "!=" },
		{ TOKEN_WORD, "10/8" }, { TOKEN_AND, "&&" }, { TOKEN_NOT, "!" },
		{ TOKEN_OPEN, "(" }, { TOKEN_WORD, "a" }, { TOKEN_CLOSE, ")" },
		{ TOKEN_OR, "||" }, { TOKEN_WORD, "x" }, { TOKEN_GE, ">=" },
		{ TOKEN_WORD, "1k" }, { TOKEN_WORD, "in" }, { TOKEN_LIST_OPEN, "[" },
		{ TOKEN_WORD, "2001:db8::" }, { TOKEN_COMMA, "," }, { TOKEN_WORD, "@f" },
		{ TOKEN_LIST_CLOSE, "]" }, { TOKEN_NE, "<>" }, { TOKEN_TEXT, "q t" },
		{ TOKEN_MATCH, "~" }, { TOKEN_AND, "AND" }, { TOKEN_END, "" },
	};
	struct lexed lexed;

	ok(lex(text, sizeof(text) - 1, &lexed, NULL) == FLOW_OK);
	is_uint(lexed.count, ARRAY_LEN(want));
	for (size_t i = 0; i < lexed.count && i < ARRAY_LEN(want); i++) {
		is_uint(lexed.token[i].kind, want[i].kind);
		is_mem(lexed.token[i].p, lexed.token[i].len, want[i].text, strlen(want[i].text));
	}
}

static void
check_error(const char *text, size_t len, const char *want)
{
	struct flow_error err = { 0 };
	struct lexed lexed;

	ok(lex(text, len, &lexed, &err) == FLOW_EINVAL);
	is_str(err.message, want);
}

static void
test_errors(void)
{
	check_error("a\n 'b", 5, "2:2: the quote that begins here is not closed on this line");
	check_error("'a\n'", 4, "1:1: the quote that begins here is not closed on this line");
	check_error("a\0b", 3, "1:2: a byte 0x00 means nothing here");
	/* Columns count characters, not bytes. */
	check_error("\xc3\xa4 & b", 6, "1:3: a byte 0x26 means nothing here");
}

int
main(void)
{
	arena = arena_new();
	test_tokens();
	test_errors();
	arena_free(arena);
	return tap_done();
}
