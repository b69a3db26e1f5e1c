/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"

/* Most inclusions of files in one filter, repeated ones too. */
#define LEX_MAX_SOURCES 10000

struct lexer {
	struct arena *arena;
	bool no_files;
	struct lexed out;
	size_t token_cap;
	size_t source_cap;
	size_t bytes;
	struct flow_error *err;
};

/* The reading position in a source; a stack of them, the innermost file last. */
struct place {
	uint32_t source;
	size_t pos;
};

static const struct {
	const char *word;
	enum token_kind kind;
} keyword[] = {
	{ "and", TOKEN_AND }, { "or", TOKEN_OR }, { "not", TOKEN_NOT },
	{ "eq", TOKEN_EQ }, { "ne", TOKEN_NE }, { "lt", TOKEN_LT },
	{ "le", TOKEN_LE }, { "gt", TOKEN_GT }, { "ge", TOKEN_GE },
};

/* Longest first. */
static const struct {
	char text[3];
	enum token_kind kind;
} sign[] = {
	{ "&&", TOKEN_AND }, { "||", TOKEN_OR }, { "==", TOKEN_EQ }, { "!=", TOKEN_NE },
	{ "<=", TOKEN_LE }, { ">=", TOKEN_GE }, { "<>", TOKEN_NE }, { "(", TOKEN_OPEN },
	{ ")", TOKEN_CLOSE }, { "[", TOKEN_LIST_OPEN }, { "]", TOKEN_LIST_CLOSE },
	{ ",", TOKEN_COMMA }, { "!", TOKEN_NOT }, { "=", TOKEN_EQ }, { "<", TOKEN_LT },
	{ ">", TOKEN_GT }, { "~", TOKEN_MATCH },
};

enum flow_status
lex_fail(const struct source *source, const char *at, enum flow_status status,
    struct flow_error *err, const char *fmt, ...)
{
	size_t offset = (size_t)(at - source->text), line = 1, column = 1;
	char message[400];
	va_list ap;

	if (err == NULL)
		return status;
	for (size_t i = 0; i < offset; i++) {
		if (source->text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)source->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (source->path != NULL)
		(void)flow_fail(err, status,
		    (int64_t)(source->depth > 0 ? source->named_at : offset),
		    "%.80s:%zu:%zu: %s", source->path, line, column, message);
	else
		(void)flow_fail(err, status, (int64_t)offset, "%zu:%zu: %s", line, column, message);
	return status;
}

const char *
lex_quote(const struct token *t, char out[LEX_QUOTE_ROOM])
{
	size_t len = t->len < 40 ? t->len : 40, i;

	for (i = 0; i < len; i++)
		out[i] = t->p[i] >= ' ' && t->p[i] < 0x7f ? t->p[i] : '?';
	if (len < t->len) {
		memcpy(out + i, "...", 3);
		i += 3;
	}
	out[i] = '\0';
	return out;
}

bool
lex_is(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && strlen(word) == t->len &&
	    strncasecmp(t->p, word, t->len) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* A character that always ends a word. */
static bool
ends_word(char c)
{
	return is_blank(c) || c == '\0' || strchr("()[],!=<>~#'\"&|", c) != NULL;
}

static enum flow_status
push_token(struct lexer *lx, struct token t)
{
	struct lexed *out = &lx->out;

	if (!VEC_RESERVE(out->token, lx->token_cap, out->count + 1))
		return flow_fail_memory(lx->err);
	out->token[out->count++] = t;
	return FLOW_OK;
}

static enum flow_status
push_source(struct lexer *lx, const struct source *s)
{
	struct lexed *out = &lx->out;

	if (!VEC_RESERVE(out->source, lx->source_cap, out->sources + 1))
		return flow_fail_memory(lx->err);
	out->source[out->sources++] = *s;
	return FLOW_OK;
}

enum flow_status
lex_read_file(struct arena *arena, const char *path, const char **text, size_t *len,
    struct flow_error *err)
{
	size_t cap = 1 << 16, used = 0, got;
	FILE *f = fopen(path, "rb");
	char *bytes = NULL, *more;
	enum flow_status st = FLOW_OK;

	if (f == NULL)
		return flow_fail_errno(err, "%.200s", path);
	do {
		cap *= 2;
		if ((more = realloc(bytes, cap)) == NULL) {
			st = flow_fail_memory(err);
			goto done;
		}
		bytes = more;
		got = fread(bytes + used, 1, cap - used, f);
		used += got;
	} while (used == cap && cap <= LEX_MAX_BYTES);
	if (ferror(f) != 0)
		st = flow_fail_errno(err, "%.200s", path);
	else if (used > LEX_MAX_BYTES)
		st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
		    "%.200s: longer than %zu bytes", path, LEX_MAX_BYTES);
	else if ((more = arena_text(arena, bytes, used)) == NULL)
		st = flow_fail_memory(err);
	else
		*text = more, *len = used;
done:
	free(bytes);
	fclose(f);
	return st;
}

/* Reads the file that the token names and makes it the innermost place. */
static enum flow_status
include(struct lexer *lx, const struct token *name, struct place *stack, size_t *depth)
{
	struct source from = lx->out.source[name->source], s = { 0 };
	struct flow_error why;
	enum flow_status st;

	if (lx->no_files)
		return lex_fail(&from, name->p, FLOW_EINVAL, lx->err, "files are not read here");
	if (*depth + 1 > LEX_MAX_DEPTH || lx->out.sources >= LEX_MAX_SOURCES)
		return lex_fail(&from, name->p, FLOW_ELIMIT, lx->err,
		    "files include each other too deeply (at most %d levels)", LEX_MAX_DEPTH);
	s.path = arena_text(lx->arena, name->p, name->len);
	if (s.path == NULL)
		return flow_fail_memory(lx->err);
	st = lex_read_file(lx->arena, s.path, &s.text, &s.len, &why);
	if (st != FLOW_OK)
		return lex_fail(&from, name->p, st, lx->err, "%s", why.message);
	lx->bytes += s.len;
	if (lx->bytes > LEX_MAX_BYTES)
		return lex_fail(&from, name->p, FLOW_ELIMIT, lx->err,
		    "the filter with what it includes is longer than %zu bytes", LEX_MAX_BYTES);
	s.named_at = from.depth == 0 ? (size_t)(name->p - from.text) : from.named_at;
	s.depth = from.depth + 1;
	stack[(*depth)++] = (struct place){ (uint32_t)lx->out.sources, 0 };
	return push_source(lx, &s);
}

/* 'text' or "text"; the quote is at *pos. */
static enum flow_status
lex_quoted(struct lexer *lx, const struct source *s, size_t *pos, struct token *t)
{
	char quote = s->text[*pos];
	size_t end = *pos + 1;

	while (end < s->len && s->text[end] != quote && s->text[end] != '\n')
		end++;
	if (end == s->len || s->text[end] != quote)
		return lex_fail(s, s->text + *pos, FLOW_EINVAL, lx->err,
		    "the quote that begins here is not closed on this line");
	t->kind = TOKEN_TEXT;
	t->p = s->text + *pos + 1;
	t->len = (uint32_t)(end - *pos - 1);
	t->quoted_source = true;
	*pos = end + 1;
	return FLOW_OK;
}

static bool
lex_sign(const struct source *s, size_t *pos, struct token *t)
{
	for (size_t i = 0; i < ARRAY_LEN(sign); i++) {
		size_t len = strlen(sign[i].text);

		if (s->len - *pos >= len && memcmp(s->text + *pos, sign[i].text, len) == 0) {
			t->kind = (uint16_t)sign[i].kind;
			t->len = (uint32_t)len;
			*pos += len;
			return true;
		}
	}
	return false;
}

static enum flow_status
lex_word(struct lexer *lx, const struct source *s, size_t *pos, struct token *t)
{
	size_t end = *pos;

	while (end < s->len && !ends_word(s->text[end]))
		end++;
	if (end == *pos)
		return lex_fail(s, s->text + *pos, FLOW_EINVAL, lx->err,
		    "a byte 0x%02x means nothing here", (unsigned)(unsigned char)s->text[*pos]);
	t->kind = TOKEN_WORD;
	t->len = (uint32_t)(end - *pos);
	*pos = end;
	for (size_t i = 0; i < ARRAY_LEN(keyword); i++)
		if (lex_is(t, keyword[i].word)) {
			t->kind = (uint16_t)keyword[i].kind;
			break;
		}
	return FLOW_OK;
}

/* The next token of a source; TOKEN_END at its end. */
static enum flow_status
lex_next(struct lexer *lx, struct place *at, struct token *t)
{
	const struct source *s = &lx->out.source[at->source];

	for (;;) {
		while (at->pos < s->len && is_blank(s->text[at->pos]))
			at->pos++;
		if (at->pos == s->len || s->text[at->pos] != '#')
			break;
		while (at->pos < s->len && s->text[at->pos] != '\n')
			at->pos++;
	}
	*t = (struct token){ .p = s->text + at->pos, .source = at->source };
	if (at->pos == s->len)
		return FLOW_OK;
	if (s->text[at->pos] == '\'' || s->text[at->pos] == '"')
		return lex_quoted(lx, s, &at->pos, t);
	if (lex_sign(s, &at->pos, t))
		return FLOW_OK;
	return lex_word(lx, s, &at->pos, t);
}

/* The rest of the line's first run of non-blanks, or a quoted text. */
static enum flow_status
lex_file_name(struct lexer *lx, struct place *at, struct token *t)
{
	const struct source *s = &lx->out.source[at->source];

	while (at->pos < s->len && (s->text[at->pos] == ' ' || s->text[at->pos] == '\t'))
		at->pos++;
	*t = (struct token){ .p = s->text + at->pos, .source = at->source, .kind = TOKEN_TEXT };
	if (at->pos == s->len || is_blank(s->text[at->pos]))
		return lex_fail(s, t->p, FLOW_EINVAL, lx->err,
		    "expected the name of a file to include");
	if (s->text[at->pos] == '\'' || s->text[at->pos] == '"')
		return lex_quoted(lx, s, &at->pos, t);
	while (at->pos < s->len && !is_blank(s->text[at->pos]) && s->text[at->pos] != '\0')
		at->pos++;
	t->len = (uint32_t)(s->text + at->pos - t->p);
	return FLOW_OK;
}

/* Whether a word `include` may stand for @include: where a predicate may begin. */
static bool
at_operand(const struct lexed *out)
{
	uint16_t last = out->count == 0 ? TOKEN_OPEN : out->token[out->count - 1].kind;

	return last == TOKEN_OPEN || last == TOKEN_AND || last == TOKEN_OR || last == TOKEN_NOT;
}

static enum flow_status
lex_all(struct lexer *lx)
{
	struct place stack[LEX_MAX_DEPTH + 1] = { { 0, 0 } };
	enum flow_status st;
	size_t depth = 0;
	struct token t;

	for (;;) {
		if ((st = lex_next(lx, &stack[depth], &t)) != FLOW_OK)
			return st;
		if (t.kind == TOKEN_END && depth > 0) {
			depth--;
			continue;
		}
		if (lex_is(&t, "@include") || (lex_is(&t, "include") && at_operand(&lx->out))) {
			if ((st = lex_file_name(lx, &stack[depth], &t)) != FLOW_OK)
				return st;
			if ((st = include(lx, &t, stack + 1, &depth)) != FLOW_OK)
				return st;
			continue;
		}
		if ((st = push_token(lx, t)) != FLOW_OK || t.kind == TOKEN_END)
			return st;
	}
}

enum flow_status
lex_text(struct arena *arena, const char *path, const char *text, size_t len, bool no_files,
    struct lexed *out, struct flow_error *err)
{
	struct lexer lx = { .arena = arena, .no_files = no_files, .bytes = len, .err = err };
	struct source main = { .path = path, .text = text, .len = len };
	enum flow_status st = FLOW_OK;

	if (len > LEX_MAX_BYTES)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
		    "the filter is longer than %zu bytes", LEX_MAX_BYTES);
	if ((st = push_source(&lx, &main)) == FLOW_OK)
		st = lex_all(&lx);
	if (st == FLOW_OK) {
		/* Copied into the arena, which frees them. */
		out->token = arena_array(arena, lx.out.count, sizeof(struct token));
		out->source = arena_array(arena, lx.out.sources, sizeof(struct source));
		if (out->token == NULL || out->source == NULL) {
			st = flow_fail_memory(err);
		} else {
			memcpy(out->token, lx.out.token, lx.out.count * sizeof(struct token));
			memcpy(out->source, lx.out.source, lx.out.sources * sizeof(struct source));
			out->count = lx.out.count;
			out->sources = lx.out.sources;
		}
	}
	free(lx.out.token);
	free(lx.out.source);
	return st;
}
