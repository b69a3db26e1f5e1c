/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "base/number.h"
#include "filter/parse.h"
#include "net/mac.h"
#include "net/proto.h"

/* A word with values, in the filter's text or in a file. */
struct item {
	struct token token;
	const struct source *source;
};

static struct item
item_here(const struct parser *p)
{
	const struct token *t = parse_token(p);

	return (struct item){ *t, &p->lexed->source[t->source] };
}

/* How values are read: one function per type of set. */
struct reader {
	enum flow_status (*add)(struct parser *p, struct reader *r, const struct item *item);
	const struct value_rule *rule;
	const char *phrase;
	struct range_list numbers;
	struct addr_list addrs;
};

/* What to write instead of an ambiguous or meaningless number. */
static const char *
unit_hint(enum value_unit unit, const char *text, size_t len)
{
	char last = len > 0 ? text[len - 1] : '\0';

	if (unit == UNIT_MS && (last == 'm' || last == 'M'))
		return ": minutes are 'min', a million milliseconds 1000s";
	if (unit == UNIT_BITS && last == 'B')
		return ": these are bits a second, as in 10M or 10Mbit/s";
	return "";
}

static enum flow_status
parse_number(struct parser *p, const struct value_rule *rule, const struct item *item, size_t from,
    size_t len, uint64_t *out)
{
	char word[LEX_QUOTE_ROOM], hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	enum flow_status st;

	st = unit_parse(rule->unit, item->token.p + from, len, rule->max, out);
	if (st == FLOW_ELIMIT)
		return lex_fail(item->source, item->token.p + from, FLOW_EINVAL, p->err,
		    "%s goes up to %llu only", rule->phrase, (unsigned long long)rule->max);
	if (st == FLOW_EINVAL && rule->names != NAMES_NONE) {
		vocab_suggest_name(rule->names, &item->token, &meant);
		(void)nearest_hint(&meant, hint);
		return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
		    "'%s' is neither a number nor a name for %s%s", lex_quote(&item->token, word),
		    rule->phrase, hint);
	}
	if (st == FLOW_EINVAL)
		return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
		    "expected a number for %s, not '%s'%s", rule->phrase,
		    lex_quote(&item->token, word), unit_hint(rule->unit, item->token.p + from, len));
	return st;
}

/* A port by its service's name, which may have a '-' in it. */
static enum flow_status
read_service(struct parser *p, const struct value_rule *rule, const struct item *item, uint64_t *lo,
    uint64_t *hi)
{
	char word[LEX_QUOTE_ROOM];

	if (unit_service(item->token.p, item->token.len, lo) != FLOW_OK)
		return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
		    "expected a number for %s, not '%s', which is no service in /etc/services", rule->phrase,
		    lex_quote(&item->token, word));
	*hi = *lo;
	return FLOW_OK;
}

/* NAME-NAME; the dash is at `first`. */
static bool
name_range(enum name_group names, const struct token *t, size_t first, uint64_t *lo, uint64_t *hi)
{
	struct token from = *t, to = *t;
	uint64_t ignored;

	if (first == t->len)
		return false;
	from.len = (uint32_t)first;
	to.p += first + 1;
	to.len = (uint32_t)(t->len - first - 1);
	return vocab_name(names, &from, lo, &ignored) && vocab_name(names, &to, &ignored, hi);
}

/* N or N-M. */
static enum flow_status
read_number(struct parser *p, const struct value_rule *rule, const struct item *item, uint64_t *lo,
    uint64_t *hi)
{
	const char *dash = memchr(item->token.p, '-', item->token.len);
	size_t first = dash != NULL ? (size_t)(dash - item->token.p) : item->token.len;
	enum flow_status st;

	if (vocab_name(rule->names, &item->token, lo, hi))
		return FLOW_OK;
	if (name_range(rule->names, &item->token, first, lo, hi))
		return *lo <= *hi ? FLOW_OK : lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
		    "the range ends before it begins");
	if (unit_is_service(rule->unit, item->token.p, item->token.len))
		return read_service(p, rule, item, lo, hi);
	if ((st = parse_number(p, rule, item, 0, first, lo)) != FLOW_OK)
		return st;
	*hi = *lo;
	if (dash == NULL)
		return FLOW_OK;
	st = parse_number(p, rule, item, first + 1, item->token.len - first - 1, hi);
	if (st == FLOW_OK && *hi < *lo)
		return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
		    "the range ends before it begins");
	return st;
}

static enum flow_status
read_time(struct parser *p, const struct item *item, uint64_t *out)
{
	struct flow_error why;
	int64_t ms;

	if (stamp_parse(item->token.p, item->token.len, p->options.zone, p->options.now_ms, &ms,
	    &why) != FLOW_OK)
		return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err, "%s",
		    why.message);
	*out = ms < 0 ? 0 : (uint64_t)ms;
	return FLOW_OK;
}

static void
suggest_proto(const struct token *t, struct nearest *out)
{
	static const char *const known[] = { "tcp", "udp", "icmp", "icmp6", "sctp", "gre", "esp",
		"ospf", "igmp", "ipip" };

	nearest_begin(out, t->p, t->len);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		nearest_try_text(out, known[i]);
}

static enum flow_status
read_proto(struct parser *p, const struct value_rule *rule, const struct item *item, uint64_t *lo,
    uint64_t *hi)
{
	char word[LEX_QUOTE_ROOM], hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	uint8_t proto;

	if (item->token.len > 0 && item->token.p[0] >= '0' && item->token.p[0] <= '9')
		return read_number(p, rule, item, lo, hi);
	if (proto_parse(item->token.p, item->token.len, &proto)) {
		*lo = *hi = proto;
		return FLOW_OK;
	}
	suggest_proto(&item->token, &meant);
	return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err, "unknown protocol '%s'%s",
	    lex_quote(&item->token, word), nearest_hint(&meant, hint));
}

/* Names of flags that are no letters of flags. */
static bool
flag_name(const struct token *t, uint16_t *out)
{
	static const struct {
		char name[8];
		uint16_t flags;
	} known[] = {
		{ "syn", TCP_SYN }, { "ack", TCP_ACK }, { "synack", TCP_SYN | TCP_ACK }, { "fin", TCP_FIN },
		{ "rst", TCP_RST }, { "psh", TCP_PSH }, { "urg", TCP_URG },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (lex_is(t, known[i].name)) {
			*out = known[i].flags;
			return true;
		}
	return false;
}

/* One value as lo .. hi. */
static enum flow_status
read_value(struct parser *p, const struct value_rule *rule, const struct item *item, uint64_t *lo,
    uint64_t *hi)
{
	char word[LEX_QUOTE_ROOM];
	enum flow_status st = FLOW_OK;
	uint16_t flags;

	switch (rule->kind) {
	case VALUE_PROTO:
		return read_proto(p, rule, item, lo, hi);
	case VALUE_TIME:
		st = read_time(p, item, lo);
		*hi = *lo;
		return st;
	case VALUE_MAC:
		if (!mac_parse(item->token.p, item->token.len, lo))
			return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
			    "'%s' is no MAC address (aa:bb:cc:dd:ee:ff)",
			    lex_quote(&item->token, word));
		*hi = *lo;
		return FLOW_OK;
	case VALUE_FLAGS:
		if (item->token.len > 0 && item->token.p[0] >= '0' && item->token.p[0] <= '9')
			return read_number(p, rule, item, lo, hi);
		if (!flag_name(&item->token, &flags) &&
		    !tcp_flags_parse(item->token.p, item->token.len, &flags))
			return lex_fail(item->source, item->token.p, FLOW_EINVAL, p->err,
			    "'%s' are no TCP flags (letters of FSRPAUEC, X, or a number)",
			    lex_quote(&item->token, word));
		*lo = *hi = flags;
		return FLOW_OK;
	case VALUE_NUMBER:
		break;
	}
	return read_number(p, rule, item, lo, hi);
}

static enum flow_status
add_number(struct parser *p, struct reader *r, const struct item *item)
{
	enum flow_status st;
	uint64_t lo = 0, hi = 0;

	if ((st = read_value(p, r->rule, item, &lo, &hi)) != FLOW_OK)
		return st;
	return range_list_add(&r->numbers, lo, hi) ? FLOW_OK : parse_fail_memory(p);
}

static bool
is_value(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_TEXT;
}

/* Reads a file with a value on each line; ignores blanks around it, empty lines and # comments. */
static enum flow_status
read_set_file(struct parser *p, struct reader *r, const struct token *name, const char *path)
{
	struct item item = { .token = { .kind = TOKEN_WORD } };
	struct source source = { .path = path, .depth = 1 };
	const struct source *from = &p->lexed->source[name->source];
	const char *line, *end, *stop;
	struct flow_error why;
	enum flow_status st;

	if (p->options.no_files)
		return parse_fail(p, name, "files are not read here");
	if ((st = lex_read_file(p->arena, path, &source.text, &source.len, &why)) != FLOW_OK)
		return lex_fail(from, name->p, st, p->err, "%s", why.message);
	source.named_at = from->depth == 0 ? (size_t)(name->p - from->text) : from->named_at;
	stop = source.text + source.len;
	item.source = &source;
	for (line = source.text; line < stop; line = end + 1) {
		const char *hash;

		if ((end = memchr(line, '\n', (size_t)(stop - line))) == NULL)
			end = stop;
		if ((hash = memchr(line, '#', (size_t)(end - line))) == NULL)
			hash = end;
		while (line < hash && (*line == ' ' || *line == '\t'))
			line++;
		while (hash > line && (hash[-1] == ' ' || hash[-1] == '\t' || hash[-1] == '\r'))
			hash--;
		if (line == hash)
			continue;
		item.token.p = line;
		item.token.len = (uint32_t)(hash - line);
		if ((st = r->add(p, r, &item)) != FLOW_OK)
			return st;
	}
	return FLOW_OK;
}

/* @FILE, @"FILE". */
static enum flow_status
read_file_operand(struct parser *p, struct reader *r)
{
	const struct token *t = parse_token(p), *name = t;
	const char *path;

	p->pos++;
	if (t->len == 1) {
		name = parse_token(p);
		if (name->kind != TOKEN_TEXT)
			return parse_fail(p, name, "expected the name of a file behind '@'");
		p->pos++;
		path = arena_text(p->arena, name->p, name->len);
	} else {
		path = arena_text(p->arena, name->p + 1, name->len - 1);
	}
	return path != NULL ? read_set_file(p, r, t, path) : parse_fail_memory(p);
}

/* [ VALUE VALUE, VALUE ... ], also with files in it; or the same in parentheses. */
static enum flow_status
read_list(struct parser *p, struct reader *r)
{
	struct parse_list in;
	enum flow_status st;
	bool more;

	(void)parse_list_begin(p, &in);
	while ((st = parse_list_next(p, &in, &more)) == FLOW_OK && more) {
		struct item item = item_here(p);

		if (!is_value(&item.token))
			return parse_fail(p, parse_token(p), "expected a value or '%c' in the list",
			    in.close == TOKEN_CLOSE ? ')' : ']');
		if (item.token.kind == TOKEN_WORD && item.token.p[0] == '@') {
			st = read_file_operand(p, r);
		} else {
			p->pos++;
			st = r->add(p, r, &item);
		}
		if (st != FLOW_OK)
			return st;
		(void)parse_accept(p, TOKEN_COMMA);
	}
	return st;
}

static enum flow_status
read_one(struct parser *p, struct reader *r)
{
	struct item item = item_here(p);
	char word[LEX_QUOTE_ROOM];

	if (item.token.kind == TOKEN_END)
		return parse_fail(p, parse_token(p), "expected a value for %s before the end",
		    r->phrase);
	if (item.token.kind == TOKEN_LIST_OPEN)
		return parse_fail(p, parse_token(p), "a list needs 'in' before it: %s in [ ... ]",
		    r->phrase);
	if (!is_value(&item.token))
		return parse_fail(p, parse_token(p), "expected a value for %s, not '%s'", r->phrase,
		    lex_quote(&item.token, word));
	p->pos++;
	return r->add(p, r, &item);
}

/* VALUE, VALUE ... without brackets. */
static enum flow_status
read_some(struct parser *p, struct reader *r)
{
	enum flow_status st = read_one(p, r);

	while (st == FLOW_OK && parse_accept(p, TOKEN_COMMA))
		st = read_one(p, r);
	return st;
}

/* Behind `in`: a list, a file, or values or ranges. */
static enum flow_status
read_members(struct parser *p, struct reader *r)
{
	const struct token *t = parse_token(p);

	if (t->kind == TOKEN_LIST_OPEN || t->kind == TOKEN_OPEN)
		return read_list(p, r);
	if (t->kind == TOKEN_WORD && t->p[0] == '@')
		return read_file_operand(p, r);
	return read_some(p, r);
}

/* `in` or `not in`; false if there is neither. */
static bool
accept_in(struct parser *p, bool *negated)
{
	const struct token *t = parse_token(p);

	*negated = t->kind == TOKEN_NOT && lex_is(t + 1, "in");
	if (*negated)
		p->pos++;
	return parse_accept_word(p, "in");
}

/* The comparator that stands here, or TOKEN_EQ. */
static enum token_kind
accept_comparator(struct parser *p)
{
	enum token_kind kind = (enum token_kind)parse_token(p)->kind;

	if (kind < TOKEN_EQ || kind > TOKEN_GE)
		return TOKEN_EQ;
	p->pos++;
	return kind;
}

/* Changes the single range in the list as the comparator says. */
static void
apply_comparator(enum token_kind comparator, uint64_t max, struct range_list *list)
{
	struct range *r = &list->range[0];
	uint64_t lo = r->lo, hi = r->hi;

	if ((comparator == TOKEN_LT && lo == 0) || (comparator == TOKEN_GT && hi >= max)) {
		list->count = 0;
		return;
	}
	if (comparator == TOKEN_LT)
		*r = (struct range){ 0, lo - 1 };
	else if (comparator == TOKEN_LE)
		*r = (struct range){ 0, hi };
	else if (comparator == TOKEN_GT)
		*r = (struct range){ hi + 1, max };
	else if (comparator == TOKEN_GE)
		*r = (struct range){ lo, max };
}

enum flow_status
value_numbers(struct parser *p, const struct value_rule *rule, struct ranges *out, bool *every)
{
	struct reader r = { .add = add_number, .rule = rule, .phrase = rule->phrase };
	enum token_kind comparator;
	enum flow_status st;
	bool ok;

	if (accept_in(p, every)) {
		st = read_members(p, &r);
	} else {
		comparator = accept_comparator(p);
		*every = comparator == TOKEN_NE;
		/* Several values are equal or not; letters of flags are one value, and an order has one. */
		if ((comparator != TOKEN_EQ && comparator != TOKEN_NE) || rule->kind == VALUE_FLAGS)
			st = read_one(p, &r);
		else
			st = read_some(p, &r);
		if (st == FLOW_OK)
			apply_comparator(comparator, rule->max, &r.numbers);
	}
	if (st == FLOW_OK) {
		ok = ranges_make(p->arena, &r.numbers, out);
		if (ok && *every)
			ok = ranges_complement(p->arena, out, rule->max, out);
		if (!ok)
			st = parse_fail_memory(p);
	}
	range_list_release(&r.numbers);
	return st;
}

static enum flow_status
add_addr(struct parser *p, struct reader *r, const struct item *item)
{
	return value_addr_item(p, item->source, &item->token, r->phrase, &r->addrs);
}

/* `10.0.0.0 255.0.0.0` and `10.0.0.0 /8`: the rest of a network that began as an address. */
static enum flow_status
accept_mask(struct parser *p, struct addr_list *list)
{
	const struct token *t = parse_token(p);
	struct addr_range *r = &list->range[0];
	unsigned bits;

	if (list->count != 1 || !addr_equal(&r->lo, &r->hi) || t->kind != TOKEN_WORD ||
	    !value_mask(t, addr_is_v4(&r->lo), &bits))
		return FLOW_OK;
	if (bits == VALUE_MASK_INVALID)
		return parse_fail(p, t, "this is no mask of a network");
	p->pos++;
	*r = addr_range_prefix(&r->lo, bits);
	return FLOW_OK;
}

/* In an expression over sets a list or a file needs no `in`. */
static bool
begins_set(const struct parser *p)
{
	const struct token *t = parse_token(p);

	return p->sets && (t->kind == TOKEN_LIST_OPEN || (t->kind == TOKEN_WORD && t->p[0] == '@'));
}

enum flow_status
value_addrs(struct parser *p, const char *phrase, const struct addr_set **out, bool *every)
{
	struct reader r = { .add = add_addr, .phrase = phrase };
	const struct token *at = parse_token(p);
	const struct addr_set *set;
	enum token_kind comparator;
	enum flow_status st;

	if (accept_in(p, every) || begins_set(p)) {
		st = read_members(p, &r);
	} else {
		comparator = accept_comparator(p);
		*every = comparator == TOKEN_NE;
		if (comparator != TOKEN_EQ && comparator != TOKEN_NE)
			return parse_fail(p, at,
			    "addresses are not compared by size; use net or in [ ... ]");
		if ((st = read_some(p, &r)) == FLOW_OK)
			st = accept_mask(p, &r.addrs);
	}
	if (st == FLOW_OK) {
		set = addr_set_new(p->arena, r.addrs.range, r.addrs.count);
		if (set != NULL && *every)
			set = addr_set_complement(p->arena, set);
		if (set == NULL)
			st = parse_fail_memory(p);
		*out = set;
	}
	addr_list_release(&r.addrs);
	return st;
}
