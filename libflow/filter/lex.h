/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Filter text -> tokens, included files expanded.  Tokens point into texts that
 * the lexer's arena owns.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/status.h"

/* Most bytes of text (included files count each time), and deepest inclusion. */
#define LEX_MAX_BYTES ((size_t)64 << 20)
#define LEX_MAX_DEPTH 10

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,		/* any text without blanks and the signs below */
	TOKEN_TEXT,		/* 'quoted' or "quoted", without the quotes */
	TOKEN_OPEN,		/* ( */
	TOKEN_CLOSE,		/* ) */
	TOKEN_LIST_OPEN,	/* [ */
	TOKEN_LIST_CLOSE,	/* ] */
	TOKEN_COMMA,
	TOKEN_AND,		/* and && */
	TOKEN_OR,		/* or || */
	TOKEN_NOT,		/* not ! */
	TOKEN_EQ,		/* = == eq */
	TOKEN_NE,		/* != ne */
	TOKEN_LT,		/* < lt */
	TOKEN_LE,		/* <= le */
	TOKEN_GT,		/* > gt */
	TOKEN_GE,		/* >= ge */
	TOKEN_MATCH,		/* ~ */
};

struct token {
	const char *p;
	uint32_t len;
	uint16_t kind;
	bool quoted_source;	/* a quote is before p: the caret goes there */
	uint32_t source;
};

/* A text that tokens come from. */
struct source {
	const char *path;	/* NULL: the text that was given */
	const char *text;
	size_t len;
	size_t named_at;	/* where source 0 names the file (or the file that names it, ...) */
	unsigned depth;
};

struct lexed {
	struct token *token;	/* the last is TOKEN_END */
	size_t count;
	struct source *source;
	size_t sources;
};

/*
 * Cuts a text (named `path` in messages, or NULL) into tokens.  *out lives as
 * long as the arena.  Errors: FLOW_EINVAL, FLOW_ELIMIT, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status lex_text(struct arena *arena, const char *path, const char *text, size_t len,
    bool no_files, struct lexed *out, struct flow_error *err) NODISCARD;

/* Reads a whole file of at most LEX_MAX_BYTES. */
enum flow_status lex_read_file(struct arena *arena, const char *path, const char **text,
    size_t *len, struct flow_error *err) NODISCARD;

/* Fills *err with "LINE:COLUMN: message" for a place in a source; returns status. */
enum flow_status lex_fail(const struct source *source, const char *at, enum flow_status status,
    struct flow_error *err, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* A token for a message: printable, at most 40 bytes. */
#define LEX_QUOTE_ROOM 48
const char *lex_quote(const struct token *t, char out[LEX_QUOTE_ROOM]);

/* Whether the token is that word, in any case (`word` in lower case). */
bool lex_is(const struct token *t, const char *word);
