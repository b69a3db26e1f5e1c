/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdlib.h>

#include "filter/parse.h"

/* Operators of texts that are words; `more` may follow. */
static const struct {
	const char *word;
	const char *more;
	enum match_op op;
} text_op[] = {
	{ "contains", NULL, MATCH_CONTAINS },
	{ "starts", "with", MATCH_BEGINS },
	{ "begins", "with", MATCH_BEGINS },
	{ "ends", "with", MATCH_ENDS },
	{ "matches", NULL, MATCH_REGEX },
	{ "regex", NULL, MATCH_REGEX },
	{ "like", NULL, MATCH_GLOB },
};

struct matchers {
	struct matcher **item;
	size_t count;
	size_t cap;
	bool code;
};

static bool
is_op(const struct token *t)
{
	for (size_t i = 0; i < ARRAY_LEN(text_op); i++)
		if (lex_is(t, text_op[i].word))
			return true;
	return t->kind == TOKEN_MATCH;
}

bool
value_is_text(const struct parser *p)
{
	const struct token *t = parse_token(p);

	return is_op(t->kind == TOKEN_NOT ? t + 1 : t);
}

/* The operator that stands here; plain equality without one. */
static enum flow_status
accept_op(struct parser *p, enum match_op *op, bool *negated)
{
	const struct token *t = parse_token(p);

	*op = MATCH_EQUAL;
	*negated = false;
	if (t->kind == TOKEN_NOT && is_op(t + 1)) {
		*negated = true;
		p->pos++;
		t++;
	}
	if (t->kind == TOKEN_MATCH) {
		*op = MATCH_GLOB;
	} else if (t->kind == TOKEN_EQ || t->kind == TOKEN_NE) {
		*negated = t->kind == TOKEN_NE;
	} else if (t->kind > TOKEN_NE && t->kind <= TOKEN_GE) {
		return parse_fail(p, t, "texts are not compared by size");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(text_op); i++) {
			if (!parse_accept_word(p, text_op[i].word))
				continue;
			*op = text_op[i].op;
			if (text_op[i].more != NULL)
				(void)parse_accept_word(p, text_op[i].more);
			break;
		}
		return FLOW_OK;
	}
	p->pos++;
	return FLOW_OK;
}

/* A code in upper case; NULL if it is none, or out of memory. */
static const char *
code_of(struct parser *p, const struct token *t)
{
	char code[2];

	if (t->len != sizeof(code))
		return NULL;
	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (char)toupper((unsigned char)t->p[i]);
	return arena_text(p->arena, code, sizeof(code));
}

/* Whether it may be a text; as a code (Lithuania, Niger) also a word that is otherwise a comparator. */
static bool
is_value(const struct token *t, bool code)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_TEXT ||
	    (code && t->kind >= TOKEN_EQ && t->kind <= TOKEN_GE && isalpha((unsigned char)t->p[0]));
}

enum flow_status
value_matcher(struct parser *p, enum match_op op, unsigned flags, const struct token *t,
    const char *text, size_t len, struct matcher **out)
{
	struct matcher_list *owner = arena_alloc(p->arena, sizeof(*owner));
	struct flow_error why;
	enum flow_status st;

	if (owner == NULL)
		return parse_fail_memory(p);
	st = op == MATCH_REGEX ? matcher_new_regex(p->arena, flags, text, len, &owner->matcher, &why) :
	    matcher_new(p->arena, op, text, len, &owner->matcher, &why);
	if (st != FLOW_OK)
		return st == FLOW_ENOMEM ? parse_fail_memory(p) :
		    parse_fail(p, t, "%s", why.message);
	owner->next = p->matchers;
	p->matchers = owner;
	*out = owner->matcher;
	return FLOW_OK;
}

static enum flow_status
add_matcher(struct parser *p, enum match_op op, const struct token *t, struct matchers *list)
{
	struct matcher **more, *matcher;
	const char *text = t->p;
	enum flow_status st;

	if (list->code && op == MATCH_EQUAL && (text = code_of(p, t)) == NULL)
		return t->len == 2 ? parse_fail_memory(p) :
		    parse_fail(p, t, "expected a code of two letters");
	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 4 : 2 * list->cap;
		if ((more = realloc(list->item, list->cap * sizeof(*more))) == NULL)
			return parse_fail_memory(p);
		list->item = more;
	}
	st = value_matcher(p, op, 0, t, text, t->len, &matcher);
	if (st == FLOW_OK)
		list->item[list->count++] = matcher;
	return st;
}

static enum flow_status
add_value(struct parser *p, const char *phrase, enum match_op op, struct matchers *list)
{
	const struct token *t = parse_token(p);

	if (!is_value(t, list->code))
		return parse_fail(p, t, "expected a text for %s", phrase);
	p->pos++;
	return add_matcher(p, op, t, list);
}

static enum flow_status
add_list(struct parser *p, const char *phrase, struct matchers *list)
{
	struct parse_list in;
	enum flow_status st;
	bool more;

	if (!parse_list_begin(p, &in))
		return parse_fail(p, in.open, "expected a list: %s in [ ... ]", phrase);
	while ((st = parse_list_next(p, &in, &more)) == FLOW_OK && more) {
		if ((st = add_value(p, phrase, MATCH_EQUAL, list)) != FLOW_OK)
			return st;
		(void)parse_accept(p, TOKEN_COMMA);
	}
	return st;
}

/* A code that is spelt as a comparator, with no value after it. */
static bool
is_lone_value(const struct token *t)
{
	return (lex_is(t, "in") || is_value(t, true)) && t[1].kind != TOKEN_LIST_OPEN && t[1].kind != TOKEN_OPEN &&
	    !is_value(t + 1, true) && !is_op(t);
}

static enum flow_status
finish(struct parser *p, struct matchers *list, enum flow_status st, struct matcher ***out,
    size_t *count)
{
	if (st == FLOW_OK) {
		*out = arena_array(p->arena, list->count, sizeof(**out));
		*count = list->count;
		if (*out == NULL)
			st = parse_fail_memory(p);
		for (size_t i = 0; st == FLOW_OK && i < list->count; i++)
			(*out)[i] = list->item[i];
	}
	free(list->item);
	return st;
}

enum flow_status
value_texts(struct parser *p, const char *phrase, bool code, struct matcher ***out,
    size_t *count, bool *negated)
{
	const struct token *t = parse_token(p);
	struct matchers list = { .code = code };
	enum flow_status st;
	enum match_op op;

	*negated = false;
	if (code && is_lone_value(t)) {
		st = add_value(p, phrase, MATCH_EQUAL, &list);
		return finish(p, &list, st, out, count);
	}
	*negated = t->kind == TOKEN_NOT && lex_is(t + 1, "in");
	if (*negated || lex_is(t, "in")) {
		p->pos += *negated ? 2 : 1;
		st = add_list(p, phrase, &list);
	} else if ((st = accept_op(p, &op, negated)) == FLOW_OK) {
		st = add_value(p, phrase, op, &list);
	}
	return finish(p, &list, st, out, count);
}
