/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <string.h>

#include "filter/parse.h"

/* nfdump's letters after a regular expression. */
struct manner {
	unsigned flags;		/* of the matcher */
	bool all;		/* . also matches the end of a line */
};

static struct manner
accept_manner(struct parser *p)
{
	const struct token *t = parse_token(p);
	struct manner m = { 0 };

	if (t->kind != TOKEN_WORD)
		return m;
	for (size_t i = 0; i < t->len; i++) {
		if (memchr("ims", t->p[i], 3) == NULL)
			return (struct manner){ 0 };
		m.flags |= t->p[i] == 'i' ? MATCH_NOCASE : t->p[i] == 'm' ? MATCH_LINES : 0u;
		m.all |= t->p[i] == 's';
	}
	p->pos++;
	return m;
}

/* The POSIX equivalent of an escaped letter; NULL where the C library may have that escape itself. */
static const char *
escape(char c, bool in_brackets)
{
	switch (c) {
	case 'd':
		return in_brackets ? "0-9" : "[0-9]";
	case 'w':
		return in_brackets ? "0-9A-Za-z_" : NULL;
	case 's':
		return in_brackets ? " \t\r\n" : NULL;
	case 'n':
		return "\n";
	case 'r':
		return "\r";
	case 't':
		return "\t";
	default:
		return NULL;
	}
}

/* A pattern being translated to POSIX. */
struct translation {
	char out[MATCH_REGEX_BYTES_MAX];
	size_t len;
	bool all;
	bool in_brackets;
	bool repeats;		/* what was added last is a repetition */
	const char *why;	/* why it has no equivalent */
};

static void
add(struct translation *x, const char *piece, size_t len)
{
	if (len > MATCH_REGEX_BYTES_MAX - x->len) {
		x->why = "it is too long";
		return;
	}
	memcpy(x->out + x->len, piece, len);
	x->len += len;
}

/* Drops lazy quantifiers and captures, which do not change whether something matches. */
static void
add_plain(struct translation *x, const char *c)
{
	bool repeats = !x->in_brackets && memchr("*+?}", *c, 4) != NULL;

	if (*c == '.' && !x->in_brackets)
		/* A . of the C library is no NUL. */
		add(x, x->all ? "(\n|[^\n])" : "[^\n]", x->all ? 8 : 4);
	else if (*c != '?' || !x->repeats)
		add(x, c, 1);
	else
		repeats = false;
	x->repeats = repeats;
	x->in_brackets = x->in_brackets ? *c != ']' : *c == '[';
}

/* In brackets POSIX has no escapes: characters are literal, except three, depending on their place. */
static void
add_escaped(struct translation *x, const char *c)
{
	const char *other = escape(c[1], x->in_brackets);

	if (other != NULL)
		add(x, other, strlen(other));
	else if (!x->in_brackets)
		add(x, c, 2);
	else if (memchr("]^-", c[1], 3) != NULL)
		x->why = "within [ ] put ] first, - last, and ^ not first, instead of escaping them";
	else
		add(x, c + 1, 1);
	x->repeats = false;
}

/* Translates nfdump's regular expressions to POSIX extended ones. */
static void
translate(struct translation *x, const struct token *t)
{
	for (size_t i = 0; i < t->len && x->why == NULL; i++) {
		if (t->p[i] == '\\' && i + 1 < t->len)
			add_escaped(x, &t->p[i++]);
		else
			add_plain(x, &t->p[i]);
	}
}

static enum flow_status
parse_regex(struct parser *p, const struct token *t, struct matcher **out)
{
	struct manner manner = accept_manner(p);
	struct translation x = { .all = manner.all };

	translate(&x, t);
	if (x.why != NULL)
		return parse_fail(p, t, "%s", x.why);
	return value_matcher(p, MATCH_REGEX, manner.flags, t, x.out, x.len, out);
}

/* Fingerprints and versions are whole texts, the others are parts. */
static enum match_op
op_of(enum payload_word word)
{
	return word == PAYLOAD_JA3 || word == PAYLOAD_JA4 || word == PAYLOAD_TLS_VERSION ?
	    MATCH_EQUAL : MATCH_CONTAINS;
}

/* Whether the word can find such a text at all. */
static bool
may_be(enum payload_word word, const char *text, size_t len)
{
	switch (word) {
	case PAYLOAD_TLS_VERSION:
		return len == 3 && text[0] >= '1' && text[0] <= '3' && text[1] == '.' && text[2] >= '0' &&
		    text[2] <= '3';
	case PAYLOAD_JA3:
		return len == 32 && strspn(text, "0123456789abcdef") >= len;
	case PAYLOAD_JA4:
		return len == 36 && text[10] == '_' && text[23] == '_';
	default:
		return len > 0;
	}
}

static const char *
form_of(enum payload_word word)
{
	switch (word) {
	case PAYLOAD_TLS_VERSION:
		return "a version: 1.0, 1.1, 1.2, 1.3 of TLS, 3.0 of SSL";
	case PAYLOAD_JA3:
		return "32 hexadecimal digits";
	case PAYLOAD_JA4:
		return "a fingerprint like t13d1516h2_8daaf6152771_e5627efa2ab1";
	default:
		return "a text";
	}
}

/* An MD5, in upper or lower case. */
static enum flow_status
parse_text(struct parser *p, const struct subject *s, const struct token *t, struct matcher **out)
{
	char lower[64];
	const char *text = t->p;

	if (s->payload == PAYLOAD_JA3 && t->len < sizeof(lower)) {
		for (size_t i = 0; i < t->len; i++)
			lower[i] = (char)tolower((unsigned char)t->p[i]);
		lower[t->len] = '\0';
		text = lower;
	}
	if (!may_be(s->payload, text, t->len))
		return parse_fail(p, t, "expected %s for %s", form_of(s->payload), s->phrase);
	return value_matcher(p, op_of(s->payload), 0, t, text, t->len, out);
}

enum flow_status
value_payload(struct parser *p, const struct subject *s, struct matcher **out)
{
	const struct token *t = parse_token(p);

	if (s->kind == SUBJECT_PAYLOAD_DEFINED)
		return value_matcher(p, MATCH_BEGINS, 0, t, "", 0, out);
	if (t->kind != TOKEN_WORD && t->kind != TOKEN_TEXT)
		return parse_fail(p, t, "expected %s for %s", form_of(s->payload), s->phrase);
	p->pos++;
	return s->kind == SUBJECT_PAYLOAD_REGEX ? parse_regex(p, t, out) : parse_text(p, s, t, out);
}
