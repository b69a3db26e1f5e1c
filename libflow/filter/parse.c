/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/parse.h"

#include <stdlib.h>

/*
 * Operator precedence with explicit stacks, so that nested parentheses use no C
 * stack: `not` binds closest, then `and`, then `or`.
 */

/* An operator or an open parenthesis whose right side is not complete. */
struct pending {
	enum token_kind kind;
	const struct token *token;
};

struct stacks {
	struct pending *op;
	size_t ops;
	struct node **operand;
	size_t operands;
};

static void
push_op(struct stacks *s, const struct token *t)
{
	s->op[s->ops++] = (struct pending){ (enum token_kind)t->kind, t };
}

/* Applies the operator on top. */
static enum flow_status
reduce(struct parser *p, struct stacks *s)
{
	struct pending op = s->op[--s->ops];
	struct node *n, *right = s->operand[s->operands - 1];

	if (op.kind == TOKEN_NOT) {
		n = node_not(p->arena, right);
	} else {
		s->operands--;
		n = node_join(p->arena, op.kind == TOKEN_AND ? NODE_AND : NODE_OR,
		    s->operand[s->operands - 1], right);
	}
	if (n == NULL)
		return parse_fail_memory(p);
	if (n->depth > AST_MAX_DEPTH) {
		(void)parse_fail(p, op.token,
		    "and, or, not are inside each other more than %d times", AST_MAX_DEPTH);
		if (p->err != NULL)
			p->err->status = FLOW_ELIMIT;
		return FLOW_ELIMIT;
	}
	s->operand[s->operands - 1] = n;
	return FLOW_OK;
}

/* Higher binds closer; an open parenthesis holds everything off. */
static int
binding(enum token_kind kind)
{
	return kind == TOKEN_NOT ? 3 : kind == TOKEN_AND ? 2 : kind == TOKEN_OR ? 1 : 0;
}

static enum flow_status
reduce_while(struct parser *p, struct stacks *s, int least)
{
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK && s->ops > 0 && s->op[s->ops - 1].kind != TOKEN_OPEN &&
	    binding(s->op[s->ops - 1].kind) >= least)
		st = reduce(p, s);
	return st;
}

/* Reads a condition and what may precede it: not, ( */
static enum flow_status
parse_operand(struct parser *p, struct stacks *s)
{
	enum flow_status st;

	while (parse_token(p)->kind == TOKEN_NOT || parse_token(p)->kind == TOKEN_OPEN)
		push_op(s, &p->lexed->token[p->pos++]);
	if ((st = parse_primary(p, &s->operand[s->operands])) != FLOW_OK)
		return st;
	s->operands++;
	return FLOW_OK;
}

/* Handles a closing parenthesis; it is consumed only if its partner is on the stack. */
static enum flow_status
close_parenthesis(struct parser *p, struct stacks *s)
{
	enum flow_status st;

	if ((st = reduce_while(p, s, 0)) != FLOW_OK)
		return st;
	if (s->ops == 0)
		return parse_fail(p, parse_token(p), "this parenthesis was never opened");
	s->ops--;
	p->pos++;
	return FLOW_OK;
}

/* Reads what follows a condition: ) and or, or the end (*end). */
static enum flow_status
parse_operator(struct parser *p, struct stacks *s, bool *end)
{
	enum flow_status st = FLOW_OK;
	const struct token *t;
	char word[LEX_QUOTE_ROOM];

	while (st == FLOW_OK && parse_token(p)->kind == TOKEN_CLOSE)
		st = close_parenthesis(p, s);
	if (st != FLOW_OK)
		return st;
	t = parse_token(p);
	if (t->kind == TOKEN_AND || t->kind == TOKEN_OR) {
		st = reduce_while(p, s, binding((enum token_kind)t->kind));
		push_op(s, t);
		p->pos++;
		return st;
	}
	if (t->kind != TOKEN_END)
		return parse_fail(p, t, "expected 'and', 'or' or the end, not '%s'",
		    lex_quote(t, word));
	*end = true;
	if ((st = reduce_while(p, s, 0)) == FLOW_OK && s->ops > 0)
		st = parse_fail(p, s->op[s->ops - 1].token, "this parenthesis is not closed");
	return st;
}

enum flow_status
parse_filter(struct parser *p, struct node **root)
{
	enum flow_status st = FLOW_OK;
	struct stacks s = { 0 };
	bool end = false;

	if (parse_token(p)->kind == TOKEN_END) {
		*root = node_constant(p->arena, true);
		return *root != NULL ? FLOW_OK : parse_fail_memory(p);
	}
	/* Each token pushes at most one entry. */
	s.op = calloc(p->lexed->count, sizeof(*s.op));
	s.operand = calloc(p->lexed->count, sizeof(*s.operand));
	if (s.op == NULL || s.operand == NULL)
		st = parse_fail_memory(p);
	while (st == FLOW_OK && !end)
		if ((st = parse_operand(p, &s)) == FLOW_OK)
			st = parse_operator(p, &s, &end);
	if (st == FLOW_OK)
		*root = s.operand[0];
	free(s.op);
	free(s.operand);
	return st;
}
