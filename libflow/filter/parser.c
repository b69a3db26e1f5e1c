/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/parser.h"

#include <stdarg.h>
#include <stdio.h>

bool
parse_accept(struct parser *p, enum token_kind kind)
{
	if (parse_token(p)->kind != kind)
		return false;
	p->pos++;
	return true;
}

bool
parse_accept_word(struct parser *p, const char *word)
{
	if (!lex_is(parse_token(p), word))
		return false;
	p->pos++;
	return true;
}

bool
parse_list_begin(struct parser *p, struct parse_list *list)
{
	list->open = parse_token(p);
	list->close = list->open->kind == TOKEN_OPEN ? TOKEN_CLOSE : TOKEN_LIST_CLOSE;
	return parse_accept(p, TOKEN_LIST_OPEN) || parse_accept(p, TOKEN_OPEN);
}

enum flow_status
parse_list_next(struct parser *p, const struct parse_list *list, bool *more)
{
	*more = !parse_accept(p, list->close);
	if (*more && parse_token(p)->kind == TOKEN_END)
		return parse_fail(p, list->open, "the list that begins here is not closed with '%c'",
		    list->close == TOKEN_CLOSE ? ')' : ']');
	return FLOW_OK;
}

enum flow_status
parse_fail(struct parser *p, const struct token *t, const char *fmt, ...)
{
	const char *at = t->kind == TOKEN_TEXT && t->quoted_source ? t->p - 1 : t->p;
	char message[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return lex_fail(&p->lexed->source[t->source], at, FLOW_EINVAL, p->err, "%s", message);
}

enum flow_status
parse_fail_memory(struct parser *p)
{
	return flow_fail_memory(p->err);
}
