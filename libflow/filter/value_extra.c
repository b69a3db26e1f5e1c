/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind extra.NAME: nothing, `is null`, or a comparison. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "filter/extra_test.h"
#include "filter/parse.h"

#define PREFIX "extra."

/* Values before they are copied into the arena. */
struct values {
	struct extra_value *item;
	size_t count, cap;
};

bool
value_is_extra(const struct token *t)
{
	size_t len = strlen(PREFIX);

	return t->kind == TOKEN_WORD && t->len >= len && strncasecmp(t->p, PREFIX, len) == 0;
}

/* extra.NAME, or extra."NAME WITH BLANKS" */
static enum flow_status
parse_path(struct parser *p, struct extra_path *out)
{
	const struct token *t = parse_token(p), *name = t + 1;
	size_t len = strlen(PREFIX);
	const char *text;

	p->pos++;
	if (t->len > len) {
		text = arena_text(p->arena, t->p + len, t->len - len);
		len = t->len - len;
	} else {
		if (name->kind != TOKEN_TEXT || name->p != t->p + t->len + 1)
			return parse_fail(p, name, "expected the name of an element behind 'extra.'");
		p->pos++;
		text = arena_text(p->arena, name->p, name->len);
		len = name->len;
	}
	if (text == NULL)
		return parse_fail_memory(p);
	if (!extra_path_parse(text, len, out))
		return parse_fail(p, t, "extra. wants names with dots between, at most %d of them",
		    EXTRA_PATH_NAMES);
	return FLOW_OK;
}

/* A number as the language has it (0x1f, 5k) or as JSON has it (-1, 0.25). */
static bool
read_number(const char *p, size_t len, struct extra_number *out)
{
	if (number_parse(p, len, NUMBER_HEX | NUMBER_SCALED, UINT64_MAX, &out->magnitude) == FLOW_OK) {
		out->whole = true;
		out->negative = false;
		out->approximate = (double)out->magnitude;
		return true;
	}
	return extra_number_parse(p, len, out);
}

/* N or N-M; a quoted text is no number. */
static bool
read_range(const struct token *t, struct extra_value *v)
{
	const char *dash = t->len > 1 ? memchr(t->p + 1, '-', t->len - 1) : NULL;

	if (t->kind != TOKEN_WORD)
		return false;
	if (read_number(t->p, t->len, &v->lo)) {
		v->hi = v->lo;
		return true;
	}
	return dash != NULL && read_number(t->p, (size_t)(dash - t->p), &v->lo) &&
	    read_number(dash + 1, t->len - (size_t)(dash - t->p) - 1, &v->hi) &&
	    extra_number_compare(&v->lo, &v->hi) <= 0;
}

static enum flow_status
add_value(struct parser *p, const char *phrase, struct values *list)
{
	const struct token *t = parse_token(p);
	struct extra_value *more, v = { .is_number = false };
	char word[LEX_QUOTE_ROOM];

	if (t->kind != TOKEN_WORD && t->kind != TOKEN_TEXT)
		return parse_fail(p, t, t->kind == TOKEN_END ? "expected a value for %s before the end" :
		    "expected a value for %s, not '%s'", phrase, lex_quote(t, word));
	p->pos++;
	v.is_number = read_range(t, &v);
	v.text = (struct flow_text){ arena_text(p->arena, t->p, t->len), t->len };
	if (v.text.p == NULL)
		return parse_fail_memory(p);
	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 4 : 2 * list->cap;
		if ((more = realloc(list->item, list->cap * sizeof(*more))) == NULL)
			return parse_fail_memory(p);
		list->item = more;
	}
	list->item[list->count++] = v;
	return FLOW_OK;
}

/* [ VALUE VALUE, ... ] or one value. */
static enum flow_status
add_members(struct parser *p, const char *phrase, struct values *list)
{
	struct parse_list in;
	enum flow_status st;
	bool more;

	if (!parse_list_begin(p, &in))
		return add_value(p, phrase, list);
	while ((st = parse_list_next(p, &in, &more)) == FLOW_OK && more) {
		if ((st = add_value(p, phrase, list)) != FLOW_OK)
			return st;
		(void)parse_accept(p, TOKEN_COMMA);
	}
	return st;
}

static enum flow_status
finish(struct parser *p, struct values *list, enum flow_status st, struct extra_test *out)
{
	struct extra_value *value = NULL;

	if (st == FLOW_OK && (value = arena_array(p->arena, list->count, sizeof(*value))) == NULL)
		st = parse_fail_memory(p);
	if (st == FLOW_OK && list->count > 0)
		memcpy(value, list->item, list->count * sizeof(*value));
	out->value = value;
	out->values = list->count;
	free(list->item);
	return st;
}

/* = != < <= > >= VALUE, in [ ... ], or VALUE alone. */
static enum flow_status
parse_compare(struct parser *p, const char *phrase, struct extra_test *out)
{
	static const enum extra_compare by_token[] = { EXTRA_EQUAL, EXTRA_EQUAL, EXTRA_LESS,
		EXTRA_LESS_EQUAL, EXTRA_GREATER, EXTRA_GREATER_EQUAL };
	const struct token *t = parse_token(p);
	struct values list = { 0 };
	enum flow_status st;

	out->compare = EXTRA_EQUAL;
	out->negated = t->kind == TOKEN_NE || (t->kind == TOKEN_NOT && lex_is(t + 1, "in"));
	if (t->kind == TOKEN_NOT)
		p->pos++;
	if (parse_accept_word(p, "in"))
		return finish(p, &list, add_members(p, phrase, &list), out);
	if (t->kind >= TOKEN_EQ && t->kind <= TOKEN_GE) {
		out->compare = by_token[t->kind - TOKEN_EQ];
		p->pos++;
	}
	st = add_value(p, phrase, &list);
	if (st == FLOW_OK && out->compare != EXTRA_EQUAL && !list.item[0].is_number)
		st = parse_fail(p, t, "only numbers are compared by size");
	return finish(p, &list, st, out);
}

/* ~ TEXT without * or ? matches a part of the text. */
static bool
is_plain_part(const struct parser *p)
{
	const struct token *t = parse_token(p);

	t += t->kind == TOKEN_NOT;
	return t->kind == TOKEN_MATCH && (t[1].kind == TOKEN_WORD || t[1].kind == TOKEN_TEXT) &&
	    memchr(t[1].p, '*', t[1].len) == NULL && memchr(t[1].p, '?', t[1].len) == NULL;
}

static enum flow_status
parse_match(struct parser *p, const char *phrase, struct extra_test *out)
{
	struct matcher **matcher;
	const struct token *t;
	enum flow_status st;

	out->compare = EXTRA_MATCH;
	if (!is_plain_part(p)) {
		st = value_texts(p, phrase, false, &matcher, &out->matchers, &out->negated);
		out->matcher = matcher;
		return st;
	}
	out->negated = parse_accept(p, TOKEN_NOT);
	p->pos++;
	t = parse_token(p);
	p->pos++;
	matcher = arena_array(p->arena, 1, sizeof(struct matcher *));
	if (matcher == NULL)
		return parse_fail_memory(p);
	out->matcher = matcher;
	out->matchers = 1;
	return value_matcher(p, MATCH_CONTAINS, 0, t, t->p, t->len, &matcher[0]);
}

/* Whether no comparison follows: the test is for presence. */
static bool
is_alone(const struct token *t)
{
	return t->kind == TOKEN_END || t->kind == TOKEN_AND || t->kind == TOKEN_OR ||
	    t->kind == TOKEN_CLOSE;
}

/* `is null`, `is not null` */
static bool
accept_null(struct parser *p, bool *absent)
{
	const struct token *t = parse_token(p);
	bool not_null = lex_is(t, "is") && t[1].kind == TOKEN_NOT;

	if (!lex_is(t, "is") || !lex_is(t + 1 + not_null, "null"))
		return false;
	p->pos += 2 + (size_t)not_null;
	*absent = !not_null;
	return true;
}

enum flow_status
value_extra(struct parser *p, const char **phrase, struct extra_test *out, bool *absent)
{
	const struct token *t = parse_token(p);
	enum flow_status st = parse_path(p, &out->path);

	if (st != FLOW_OK)
		return st;
	*phrase = arena_text(p->arena, t->p, t->len);
	if (*phrase == NULL)
		return parse_fail_memory(p);
	*absent = false;
	out->compare = EXTRA_EXISTS;
	if (is_alone(parse_token(p)) || accept_null(p, absent))
		return FLOW_OK;
	if (value_is_text(p))
		return parse_match(p, *phrase, out);
	return parse_compare(p, *phrase, out);
}
