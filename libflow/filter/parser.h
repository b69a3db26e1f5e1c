/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The parser's state, and what all its files use to read tokens. */

#include "filter/ast.h"
#include "filter/filter.h"
#include "filter/lex.h"

/* Most host names that one filter resolves. */
#define PARSE_MAX_NAMES 64

/* What the arena does not free by itself. */
struct matcher_list {
	struct matcher *matcher;
	struct matcher_list *next;
};

struct parser {
	struct arena *arena;
	const struct lexed *lexed;
	size_t pos;
	struct flow_filter_options options;	/* now_ms is set */
	size_t resolved;
	struct matcher_list *matchers;
	bool sets;			/* operands are sets of addresses (set_expression.h), not conditions */
	struct flow_error *err;
};

static inline const struct token *
parse_token(const struct parser *p)
{
	return &p->lexed->token[p->pos];
}

/* Consumes the token if it is of that kind (that word). */
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_accept_word(struct parser *p, const char *word);

/* A list of values in brackets, or in parentheses. */
struct parse_list {
	const struct token *open;
	enum token_kind close;
};

/* Consumes what opens a list; false if no list begins here. */
bool parse_list_begin(struct parser *p, struct parse_list *list);
/* *more: another value follows; else the list has ended.  FLOW_EINVAL where the filter ends within it. */
enum flow_status parse_list_next(struct parser *p, const struct parse_list *list, bool *more) NODISCARD;

/* An error at a token. */
enum flow_status parse_fail(struct parser *p, const struct token *t, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
enum flow_status parse_fail_memory(struct parser *p);
