/* SPDX-License-Identifier: BSD-2-Clause */
/* One condition: tells by its first words what it is, also where the subject's word is left out. */
#include "base/nearest.h"
#include "filter/parse.h"
#include "net/proto.h"

static bool
may_be_null(enum subject_kind kind)
{
	return kind >= SUBJECT_NUMBER && kind <= SUBJECT_ACL;
}

static enum flow_status
unknown_word(struct parser *p)
{
	const struct token *t = parse_token(p), *wrong_token;
	char word[LEX_QUOTE_ROOM], before[LEX_QUOTE_ROOM], hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	size_t wrong;

	vocab_suggest(t, &wrong, &meant);
	(void)nearest_hint(&meant, hint);
	wrong_token = t + wrong;
	if (wrong == 0)
		return parse_fail(p, t, "unknown word '%s'%s", lex_quote(t, word), hint);
	if (wrong_token->kind == TOKEN_END)
		return parse_fail(p, wrong_token, "'%s' needs another word behind it",
		    lex_quote(wrong_token - 1, before));
	return parse_fail(p, wrong_token, "'%s' makes no sense behind '%s'%s",
	    lex_quote(wrong_token, word), lex_quote(wrong_token - 1, before), hint);
}

/* A protocol's name alone stands for `proto NAME`. */
static bool
bare_proto(const struct token *t, struct subject *s)
{
	uint8_t proto;

	if (t->len == 0 || (t->p[0] >= '0' && t->p[0] <= '9') || !proto_parse(t->p, t->len, &proto))
		return false;
	*s = (struct subject){ .phrase = "proto", .kind = SUBJECT_PROTO, .mask = UINT64_MAX,
		.fields = 1, .field = { FLOW_FIELD_PROTO } };
	return true;
}

/* An address alone stands for `ip ADDRESS`, and behind src or dst alone for `src ip ADDRESS`. */
static bool
bare_addr(const struct token *t, struct subject *s, size_t *used)
{
	static const struct {
		const char *word, *phrase;
		size_t fields;
		enum flow_field field[2];
	} side[] = {
		{ "src", "src ip", 1, { FLOW_FIELD_SRC_ADDR } },
		{ "dst", "dst ip", 1, { FLOW_FIELD_DST_ADDR } },
		{ NULL, "ip", 2, { FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR } },
	};
	size_t i = lex_is(t, "src") ? 0 : lex_is(t, "dst") ? 1 : 2;

	*used = side[i].word != NULL;
	if (!value_is_addr(t + *used))
		return false;
	*s = (struct subject){ .phrase = side[i].phrase, .kind = SUBJECT_ADDR, .mask = UINT64_MAX,
		.fields = side[i].fields, .field = { side[i].field[0], side[i].field[1] } };
	return true;
}

/* Whether a condition other than a protocol's name begins here. */
static bool
begins_condition(const struct token *t)
{
	struct subject s;
	size_t used;

	return t->kind == TOKEN_WORD &&
	    (value_is_extra(t) || vocab_find(t, &s, &used) || bare_addr(t, &s, &used));
}

/* A protocol's name, and the condition that may follow it without `and`: tcp port 443. */
static enum flow_status
parse_bare_proto(struct parser *p, const struct subject *s, struct node **out)
{
	struct node *proto = NULL, *rest = NULL;
	enum flow_status st = parse_subject(p, s, &proto);

	if (st != FLOW_OK || !begins_condition(parse_token(p)))
		return st == FLOW_OK ? parse_done(p, proto, out) : st;
	if ((st = parse_primary(p, &rest)) != FLOW_OK)
		return st;
	return parse_done(p, node_join(p->arena, NODE_AND, proto, rest), out);
}

/* An operand of an expression over sets. */
static enum flow_status
parse_set(struct parser *p, struct node **out)
{
	struct predicate set = { .kind = PREDICATE_ADDR, .phrase = "a set", .fields = 1,
		.field = { FLOW_FIELD_SRC_ADDR } };
	enum flow_status st;
	bool every;

	if (parse_token(p)->kind == TOKEN_END)
		return parse_fail(p, parse_token(p), "expected a set of addresses before the end");
	st = value_addrs(p, set.phrase, &set.set, &every);
	return st == FLOW_OK ? parse_done(p, node_predicate(p->arena, &set), out) : st;
}

enum flow_status
parse_primary(struct parser *p, struct node **out)
{
	const struct token *t = parse_token(p);
	char word[LEX_QUOTE_ROOM];
	struct subject s;
	size_t used;

	if (p->sets)
		return parse_set(p, out);
	if (t->kind == TOKEN_END)
		return parse_fail(p, t, "expected a condition before the end");
	if (t->kind != TOKEN_WORD)
		return parse_fail(p, t, "expected a condition, not '%s'", lex_quote(t, word));
	if (value_is_extra(t))
		return parse_extra(p, out);
	if (!vocab_find(t, &s, &used)) {
		if (bare_proto(t, &s))
			return parse_bare_proto(p, &s, out);
		if (!bare_addr(t, &s, &used))
			return unknown_word(p);
	}
	if (s.kind == SUBJECT_REFUSED)
		return parse_subject(p, &s, out);
	p->pos += used;
	if (may_be_null(s.kind) && used > 0 && parse_accept_word(p, "is"))
		return parse_null(p, &s, out);
	return parse_subject(p, &s, out);
}
