/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats in nfdump's % tokens. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "output/cell.h"
#include "output/people.h"
#include "output/format_program.h"

struct token {
	const char *token;
	const char *title;
	column_fn *cells;
	column_text_fn *text;
	enum flow_field field;
	enum flow_field second;
	uint16_t width;
	const char *names;
};

static const struct token tokens[] = {
#define TOKEN(token, title, cells, text, field, second, width, names) \
	{ token, title, cells, text, FLOW_FIELD_##field, FLOW_FIELD_##second, width, names },
#define REFUSED(token, why)
#include "output/token.def"
#undef TOKEN
#undef REFUSED
};

static const struct {
	char token[8];
	const char *why;
} refused[] = {
#define TOKEN(token, title, cells, text, field, second, width, names)
#define REFUSED(token, why) { token, why },
#include "output/token.def"
#undef TOKEN
#undef REFUSED
};

/* All ten labels. */
static const char mpls_all[] =
    "%mpls1 %mpls2 %mpls3 %mpls4 %mpls5 %mpls6 %mpls7 %mpls8 %mpls9 %mpls10 ";

/* How much wider columns are where full IPv6 addresses or names are shown. */
#define FULL_EXTRA 23

static const struct token *
token_find(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		if (strlen(tokens[i].token) == len && memcmp(tokens[i].token, text, len) == 0)
			return &tokens[i];
	return NULL;
}

/* Why there is no such token; the text may be in `room`. */
static const char *
refusal(const char *text, size_t len, char room[FMT_WHY_ROOM])
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (strlen(refused[i].token) == len && memcmp(refused[i].token, text, len) == 0)
			return refused[i].why;
	nearest_begin(&meant, text, len);
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		nearest_try_text(&meant, tokens[i].token);
	(void)snprintf(room, FMT_WHY_ROOM, "no such token%s", nearest_hint(&meant, hint));
	return room;
}

const char *
fmt_token_names(const char *token, size_t len, char room[FMT_WHY_ROOM], const char **why)
{
	const struct token *t = token_find(token + 1, len - 1);

	if (t == NULL && len == sizeof("%mpls") - 1 && memcmp(token, "%mpls", len) == 0)
		return "mpls_1,mpls_2,mpls_3,mpls_4,mpls_5,mpls_6,mpls_7,mpls_8,mpls_9,mpls_10";
	*why = t != NULL ? "for fmt: only" : refusal(token + 1, len - 1, room);
	return t != NULL ? t->names : NULL;
}

static bool
is_address(const struct token *t)
{
	return t->text == people_addr || t->text == people_addr_mark ||
	    t->text == people_addr_geo || t->text == people_addr_geo_mark;
}

static bool
has_mark(const struct token *t)
{
	return t->text == people_addr_mark || t->text == people_addr_geo_mark;
}

static bool
has_port(const struct token *t)
{
	return has_mark(t) || t->cells == people_src_port || t->cells == people_dst_port;
}

/* Columns that a token reads besides its own. */
static void
need(struct flow_printer *p, const struct token *t)
{
	if (t->field != FLOW_FIELD_NONE)
		flow_fieldset_add(&p->fields, t->field);
	if (t->second != FLOW_FIELD_NONE)
		flow_fieldset_add(&p->fields, t->second);
	if (p->options.resolver != NULL && has_port(t))
		flow_fieldset_add(&p->fields, FLOW_FIELD_PROTO);
	if (t->cells == people_dst_port || t->cells == people_addr_dst_port) {
		flow_fieldset_add(&p->fields, FLOW_FIELD_PROTO);
		flow_fieldset_add(&p->fields, FLOW_FIELD_ICMP_TYPE);
		flow_fieldset_add(&p->fields, FLOW_FIELD_ICMP_CODE);
	}
	if (t->cells == people_pps || t->cells == people_bps || t->cells == people_bpp) {
		flow_fieldset_add(&p->fields, FLOW_FIELD_FIRST);
		flow_fieldset_add(&p->fields, FLOW_FIELD_LAST);
		flow_fieldset_add(&p->fields, FLOW_FIELD_PACKETS);
		flow_fieldset_add(&p->fields, FLOW_FIELD_BYTES);
	}
	if (t->cells == people_engine) {
		flow_fieldset_add(&p->fields, FLOW_FIELD_DOMAIN);
		flow_fieldset_add(&p->fields, FLOW_FIELD_EXPORT_VERSION);
	}
	if (t->cells == people_version) {
		flow_fieldset_add(&p->fields, FLOW_FIELD_FW_EVENT);
		flow_fieldset_add(&p->fields, FLOW_FIELD_NAT_EVENT);
	}
	if (t->cells == people_count)
		p->ordered = true;
	if (t->cells == people_interface || t->cells == people_vrf)
		p->wants_names = p->options.names != NULL;
}

static void
blanks(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_append_u8(b, ' ');
}

static enum flow_status
add_token(struct flow_printer *p, const struct token *t, struct flow_error *err)
{
	struct column *c = program_column(p, err);

	if (c == NULL)
		return err->status;
	c->cells = t->cells;
	c->full_ipv6 = p->options.full_ipv6 || p->options.resolver != NULL;
	c->text = t->text;
	c->field = t->field;
	c->second = t->second;
	c->width = t->width;
	if (t->text == people_place || t->text == people_hello)
		(void)cell_made(c, t->names, strlen(t->names));
	if (c->made == MADE_HELLO)
		c->made = MADE_HELLO_PEOPLE;
	c->stride = CELL_INLINE_MAX;
	c->fixed = p->options.ident != NULL ? p->options.ident : NO_IDENT;
	if (is_address(t) && (p->options.full_ipv6 || p->options.resolver != NULL)) {
		c->width = (uint16_t)(c->width + FULL_EXTRA);
		blanks(&p->header, FULL_EXTRA);
	}
	buf_append_text(&p->header, t->title);
	if (has_mark(t) && p->options.resolver != NULL)
		blanks(&p->header, PEOPLE_SERVICE - PEOPLE_PORT);
	need(p, t);
	return FLOW_OK;
}

static size_t
word_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && ((text[n] >= 'a' && text[n] <= 'z') ||
	    (text[n] >= 'A' && text[n] <= 'Z') || (text[n] >= '0' && text[n] <= '9')))
		n++;
	return n;
}

static enum flow_status
unknown(const char *text, size_t len, size_t at, struct flow_error *err)
{
	char room[FMT_WHY_ROOM];

	return flow_fail(err, FLOW_EINVAL, (int64_t)at,
	    "output format: \"%%%.*s\" (at position %zu): %s",
	    (int)(len < 32 ? len : 32), text, at + 1, refusal(text, len, room));
}

/* Compiles tokens and literals; the last literal may remain waiting. */
static enum flow_status
add_text(struct flow_printer *p, const char *text, size_t len, size_t base, struct flow_error *err)
{
	size_t i = 0;

	while (i < len) {
		const char *word = text + i + 1;
		size_t n;
		const struct token *t;
		enum flow_status st;

		if (text[i] != '%') {
			buf_append_u8(&p->literal, (uint8_t)text[i++]);
			blanks(&p->header, 1);
			continue;
		}
		n = word_length(word, len - i - 1);
		if (n == 1 && *word == 'n') {
			buf_append_u8(&p->literal, '\n');
		} else if (n == 4 && memcmp(word, "mpls", 4) == 0) {
			st = add_text(p, mpls_all, sizeof(mpls_all) - 1, base + i, err);
			if (st != FLOW_OK)
				return st;
		} else {
			t = token_find(word, n);
			if (t == NULL)
				return unknown(word, n, base + i, err);
			st = add_token(p, t, err);
			if (st != FLOW_OK)
				return st;
		}
		i += 1 + n;
	}
	return FLOW_OK;
}

enum flow_status
fmt_compile(struct flow_printer *p, const char *text, size_t len, size_t base,
    struct flow_error *err)
{
	enum flow_status st = add_text(p, text, len, base, err);

	if (st != FLOW_OK)
		return st;
	buf_append(&p->close, p->literal.data, p->literal.len);
	buf_append_text(&p->close, "\n");
	if (p->options.quiet)
		buf_clear(&p->header);
	else
		buf_append_text(&p->header, "\n");
	return buf_status(&p->close);
}
