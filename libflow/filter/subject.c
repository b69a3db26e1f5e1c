/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes predicates of a word of the vocabulary and the values after it. */
#include <string.h>

#include "filter/parse.h"
#include "net/proto.h"

/* Whether databases are asked. */
static struct predicate
predicate_of(const struct subject *s, enum predicate_kind kind)
{
	struct predicate p = { .kind = kind, .phrase = s->phrase };

	p.fields = s->fields;
	for (size_t i = 0; i < s->fields; i++)
		p.field[i] = s->field[i];
	if (kind == PREDICATE_NUMBER || kind == PREDICATE_MPLS_EOS) {
		p.number.mask = s->mask;
		p.number.shift = s->shift;
	} else if (kind == PREDICATE_GEO) {
		p.geo.word = (enum flow_geo_word)(s->kind - SUBJECT_COUNTRY);
	}
	return p;
}

/* A condition on a number that other words imply; the ranges are static, sorted and disjoint. */
static struct node *
implied(struct parser *p, enum flow_field field, const struct range *range, size_t count)
{
	struct predicate number = { .kind = PREDICATE_NUMBER, .fields = 1, .field = { field },
		.phrase = flow_field_info(field)->name, .number.mask = UINT64_MAX,
		.ranges = { range, count } };

	return node_predicate(p->arena, &number);
}

/*
 * Whether there is something inside: any protocol, and not "is not null", as bounds leave out
 * what is all null.
 */
static struct node *
implied_inner(struct parser *p)
{
	static const struct range any[] = { { 0, UINT8_MAX } };

	return implied(p, FLOW_FIELD_INNER_PROTO, any, ARRAY_LEN(any));
}

/* Applies the predicate to each of the subject's columns; one of them, or every one, has to hold. */
static struct node *
for_each_field(struct parser *p, const struct subject *s, struct predicate *predicate, bool every)
{
	struct node *all = NULL, *n;

	for (size_t i = 0; i < s->fields; i++) {
		predicate->fields = 1;
		predicate->field[0] = s->field[i];
		n = node_predicate(p->arena, predicate);
		all = i == 0 ? n : node_join(p->arena, every ? NODE_AND : NODE_OR, all, n);
	}
	return s->tunnel ? node_join(p->arena, NODE_AND, implied_inner(p), all) : all;
}

enum flow_status
parse_done(struct parser *p, struct node *n, struct node **out)
{
	*out = n;
	return n != NULL ? FLOW_OK : parse_fail_memory(p);
}

/* The rule by which values of a subject are read. */
static struct value_rule
rule_of(const struct subject *s)
{
	struct value_rule rule = { VALUE_NUMBER, s->names, unit_of(s), UINT64_MAX, s->phrase };

	if (s->fields > 0)
		rule.max = field_max(s->field[0]);
	if (s->mask < rule.max)
		rule.max = s->mask;
	switch (s->kind) {
	case SUBJECT_PROTO:
		rule.kind = VALUE_PROTO;
		break;
	case SUBJECT_TIME:
		rule.kind = VALUE_TIME;
		break;
	case SUBJECT_MAC:
		rule.kind = VALUE_MAC;
		break;
	case SUBJECT_FLAGS:
		rule.kind = VALUE_FLAGS;
		rule.max = UINT8_MAX;
		break;
	case SUBJECT_FLAGS_EXACT:
		rule.kind = VALUE_FLAGS;
		break;
	case SUBJECT_ACL:
		rule.max = UINT32_MAX;
		break;
	case SUBJECT_HOUR:
		rule.max = 23;
		break;
	case SUBJECT_WEEKDAY:
		rule.max = 7;
		break;
	case SUBJECT_DURATION:
	case SUBJECT_PPS:
	case SUBJECT_BPS:
	case SUBJECT_BPP:
	case SUBJECT_COUNT:
		rule.max = UINT64_MAX;
		break;
	default:
		break;
	}
	return rule;
}

static enum flow_status
parse_numbers(struct parser *p, const struct subject *s, enum predicate_kind kind,
    struct node **out)
{
	struct predicate predicate = predicate_of(s, kind);
	struct value_rule rule = rule_of(s);
	enum flow_status st;
	bool every;

	st = value_numbers(p, &rule, &predicate.ranges, &every);
	return st == FLOW_OK ? parse_done(p, for_each_field(p, s, &predicate, every), out) : st;
}

/* As parse_numbers, where all columns together make the number. */
static enum flow_status
parse_computed(struct parser *p, const struct subject *s, enum predicate_kind kind, uint8_t factor,
    struct node **out)
{
	struct predicate predicate = predicate_of(s, kind);
	struct value_rule rule = rule_of(s);
	enum flow_status st;
	bool every;

	if (kind == PREDICATE_RATE)
		predicate.factor = factor;
	st = value_numbers(p, &rule, &predicate.ranges, &every);
	return st == FLOW_OK ? parse_done(p, node_predicate(p->arena, &predicate), out) : st;
}

/* The hour of the day or the day of the week, in the filter's zone. */
static enum flow_status
parse_clock(struct parser *p, const struct subject *s, enum predicate_kind kind, struct node **out)
{
	struct predicate predicate = predicate_of(s, kind);
	struct value_rule rule = rule_of(s);
	const struct token *t = parse_token(p);
	enum flow_status st;
	bool every;

	predicate.zone = p->options.zone;
	st = value_numbers(p, &rule, &predicate.ranges, &every);
	if (st != FLOW_OK)
		return st;
	/* 0 is Sunday for some, and Monday for others. */
	if (kind == PREDICATE_WEEKDAY && !every && ranges_have(&predicate.ranges, 0) &&
	    !ranges_have(&predicate.ranges, 1))
		return parse_fail(p, t, "days of the week are mon to sun, or 1 (Monday) to 7");
	return parse_done(p, node_predicate(p->arena, &predicate), out);
}

/* sample N: one flow in N. */
static enum flow_status
parse_sample(struct parser *p, struct node **out)
{
	struct predicate predicate = { .kind = PREDICATE_SAMPLE, .phrase = "sample", .fields = 6,
		.field = { FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT,
		    FLOW_FIELD_PROTO, FLOW_FIELD_FIRST } };
	const struct value_rule rule = { .kind = VALUE_NUMBER, .max = UINT32_MAX, .phrase = "sample" };
	const struct token *t = parse_token(p);
	struct ranges n;
	enum flow_status st;
	bool every;

	st = value_numbers(p, &rule, &n, &every);
	if (st != FLOW_OK)
		return st;
	if (n.count != 1 || n.range[0].lo != n.range[0].hi || n.range[0].lo == 0)
		return parse_fail(p, t, "'sample' takes one number: sample 100 is one flow in 100");
	predicate.one_in = n.range[0].lo;
	return parse_done(p, node_predicate(p->arena, &predicate), out);
}

/* Whether a name of an interface follows, not its number. */
static bool
is_if_name(const struct parser *p, const struct subject *s)
{
	const struct token *t = parse_token(p);

	if (s->kind != SUBJECT_NUMBER || s->fields == 0 ||
	    (s->field[0] != FLOW_FIELD_IN_IF && s->field[0] != FLOW_FIELD_OUT_IF))
		return false;
	if (value_is_text(p))
		return true;
	t += t->kind == TOKEN_NOT;
	if (lex_is(t, "in"))
		t += t[1].kind == TOKEN_LIST_OPEN || t[1].kind == TOKEN_OPEN ? 2 : 1;
	else if (t->kind == TOKEN_EQ || t->kind == TOKEN_NE)
		t++;
	if (t->kind == TOKEN_TEXT)
		return true;
	return t->kind == TOKEN_WORD && t->len > 0 && t->p[0] != '@' && !(t->p[0] >= '0' && t->p[0] <= '9');
}

static enum flow_status
parse_texts(struct parser *p, const struct subject *s, enum predicate_kind kind, struct node **out)
{
	struct predicate predicate = predicate_of(s, kind);
	struct node *all = NULL, *n;
	struct matcher **matcher;
	enum flow_status st;
	size_t count;

	if (kind == PREDICATE_GEO)
		predicate.geo.db = p->options.geo;
	st = value_texts(p, s->phrase, s->kind == SUBJECT_COUNTRY, &matcher, &count, &predicate.negated);
	if (st != FLOW_OK)
		return st;
	if (count == 0)
		return parse_done(p, node_constant(p->arena, false), out);
	for (size_t i = 0; i < count; i++) {
		predicate.matcher = matcher[i];
		if (kind == PREDICATE_IDENT)
			n = node_predicate(p->arena, &predicate);
		else
			n = for_each_field(p, s, &predicate, predicate.negated);
		all = i == 0 ? n :
		    node_join(p->arena, predicate.negated ? NODE_AND : NODE_OR, all, n);
	}
	return parse_done(p, all, out);
}

/* `is null`: the database knows none of the addresses. */
static enum flow_status
parse_geo_null(struct parser *p, const struct subject *s, bool negated, struct node **out)
{
	struct predicate known = predicate_of(s, PREDICATE_GEO);
	struct node *n;

	known.geo.db = p->options.geo;
	if (matcher_new(p->arena, MATCH_BEGINS, "", 0, &known.matcher, p->err) != FLOW_OK)
		return parse_fail_memory(p);
	n = for_each_field(p, s, &known, false);
	return parse_done(p, negated ? n : node_not(p->arena, n), out);
}

/* `is` not followed by `null` is the country code IS (Iceland). */
static enum flow_status
parse_geo(struct parser *p, const struct subject *s, struct node **out)
{
	const struct token *t = parse_token(p);
	bool negated;

	if (p->options.geo == NULL)
		return parse_fail(p, t - 1, "'%s' needs a database of addresses (--geo FILE)",
		    s->phrase);
	if (lex_is(t, "is")) {
		negated = t[1].kind == TOKEN_NOT;
		if (lex_is(t + 1 + negated, "null")) {
			p->pos += 2 + (size_t)negated;
			return parse_geo_null(p, s, negated, out);
		}
	}
	return parse_texts(p, s, PREDICATE_GEO, out);
}

static enum flow_status
parse_addrs(struct parser *p, const struct subject *s, struct node **out)
{
	struct predicate predicate = predicate_of(s, PREDICATE_ADDR);
	enum flow_status st;
	bool every;

	if (value_is_text(p))
		return parse_texts(p, s, PREDICATE_TEXT, out);
	st = value_addrs(p, s->phrase, &predicate.set, &every);
	return st == FLOW_OK ? parse_done(p, for_each_field(p, s, &predicate, every), out) : st;
}

/* True if one of the subject's addresses is of the family of *any; NULL: out of memory. */
static struct node *
some_address_in(struct parser *p, const struct subject *s, const struct addr *any)
{
	struct predicate predicate = predicate_of(s, PREDICATE_ADDR);
	struct addr_range all = addr_range_prefix(any, 0);

	predicate.set = addr_set_new(p->arena, &all, 1);
	return predicate.set == NULL ? NULL : for_each_field(p, s, &predicate, false);
}

/* A flow is IPv6 if one of its addresses is; its other address, if it looks like IPv4, is then an IPv4-mapped one. */
static enum flow_status
parse_family(struct parser *p, const struct subject *s, bool v4, struct node **out)
{
	static const struct addr any6;
	struct node *six = some_address_in(p, s, &any6), *four;

	if (six == NULL || !v4)
		return parse_done(p, six, out);
	four = some_address_in(p, s, &addr_any4);
	six = node_not(p->arena, six);
	return parse_done(p, four == NULL || six == NULL ? NULL :
	    node_join(p->arena, NODE_AND, four, six), out);
}

static bool
is_letters(const struct token *t)
{
	return (t->kind == TOKEN_WORD || t->kind == TOKEN_TEXT) && t->len > 0 &&
	    !(t->p[0] >= '0' && t->p[0] <= '9') && !lex_is(t, "in");
}

/*
 * Letters alone: all of these are set.  With = (or any comparator) the flags
 * are exactly that, as a number of eight bits.
 */
static enum flow_status
parse_flags(struct parser *p, const struct subject *s, struct node **out)
{
	static const struct range tcp[] = { { PROTO_TCP, PROTO_TCP } };
	struct predicate bits = predicate_of(s, PREDICATE_BITS);
	struct subject low = *s;
	struct node *n = NULL;
	enum flow_status st;
	struct ranges one;
	bool every;

	if (is_letters(parse_token(p))) {
		struct value_rule rule = rule_of(s);

		st = value_numbers(p, &rule, &one, &every);
		if (st != FLOW_OK)
			return st;
		bits.number.mask = one.range[0].lo;
		n = node_predicate(p->arena, &bits);
	} else {
		low.mask = UINT8_MAX;
		if ((st = parse_numbers(p, &low, PREDICATE_NUMBER, &n)) != FLOW_OK)
			return st;
	}
	n = node_join(p->arena, NODE_AND, implied(p, FLOW_FIELD_PROTO, tcp, ARRAY_LEN(tcp)), n);
	return parse_done(p, n, out);
}

static enum flow_status
parse_icmp(struct parser *p, const struct subject *s, struct node **out)
{
	static const struct range icmp[] = { { PROTO_ICMP, PROTO_ICMP }, { PROTO_ICMP6, PROTO_ICMP6 } };
	struct node *n = NULL;
	enum flow_status st;

	if ((st = parse_numbers(p, s, PREDICATE_NUMBER, &n)) != FLOW_OK)
		return st;
	n = node_join(p->arena, NODE_AND, implied(p, FLOW_FIELD_PROTO, icmp, ARRAY_LEN(icmp)), n);
	return parse_done(p, n, out);
}

/*
 * Exporters of NetFlow v9 that do not send the engine's type and id as fields
 * have them in the two low bytes of the source id.
 */
static enum flow_status
parse_engine(struct parser *p, const struct subject *s, struct node **out)
{
	static const struct range nine[] = { { 9, 9 } };
	const struct subject type = { .fields = 1, .field = { FLOW_FIELD_ENGINE_TYPE } };
	const struct subject id = { .fields = 1, .field = { FLOW_FIELD_ENGINE_ID } };
	struct predicate no_type = predicate_of(&type, PREDICATE_NULL);
	struct predicate no_id = predicate_of(&id, PREDICATE_NULL);
	struct predicate engine = predicate_of(s, PREDICATE_NUMBER), source = engine;
	struct value_rule rule = rule_of(s);
	enum flow_status st;
	struct node *n;
	bool every;

	if ((st = value_numbers(p, &rule, &engine.ranges, &every)) != FLOW_OK)
		return st;
	source.ranges = engine.ranges;
	source.field[0] = FLOW_FIELD_DOMAIN;
	source.number.shift = s->field[0] == FLOW_FIELD_ENGINE_TYPE ? 8 : 0;
	source.number.mask = UINT8_MAX;
	n = node_predicate(p->arena, &source);
	n = node_join(p->arena, NODE_AND, n, implied(p, FLOW_FIELD_EXPORT_VERSION, nine, ARRAY_LEN(nine)));
	n = node_join(p->arena, NODE_AND, n, node_predicate(p->arena, &no_type));
	n = node_join(p->arena, NODE_AND, n, node_predicate(p->arena, &no_id));
	return parse_done(p, node_join(p->arena, NODE_OR, node_predicate(p->arena, &engine), n), out);
}

static enum flow_status
parse_mpls(struct parser *p, const struct subject *s, bool any, struct node **out)
{
	struct subject labels = *s;
	struct predicate predicate;
	struct value_rule rule;
	struct node *all = NULL, *n;
	enum flow_status st;
	bool every;

	labels.mask = 0xfffff;
	labels.shift = 4;
	rule = rule_of(&labels);
	predicate = predicate_of(&labels, any ? PREDICATE_NUMBER : PREDICATE_MPLS_EOS);
	if ((st = value_numbers(p, &rule, &predicate.ranges, &every)) != FLOW_OK)
		return st;
	predicate.fields = PREDICATE_FIELDS;
	for (size_t i = 0; i < PREDICATE_FIELDS; i++)
		predicate.field[i] = (enum flow_field)(FLOW_FIELD_MPLS_1 + i);
	if (!any)
		return parse_done(p, node_predicate(p->arena, &predicate), out);
	predicate.fields = 1;
	for (size_t i = 0; i < PREDICATE_FIELDS; i++) {
		predicate.field[0] = (enum flow_field)(FLOW_FIELD_MPLS_1 + i);
		n = node_predicate(p->arena, &predicate);
		all = i == 0 ? n : node_join(p->arena, every ? NODE_AND : NODE_OR, all, n);
	}
	return parse_done(p, all, out);
}

/* Restricts DNS messages to port 53 and TLS hellos to TCP. */
static struct node *
payload_of(struct parser *p, enum payload_word word)
{
	static const struct range tcp[] = { { PROTO_TCP, PROTO_TCP } }, dns[] = { { 53, 53 } };

	if (word == PAYLOAD_CONTENT)
		return node_constant(p->arena, true);
	if (word == PAYLOAD_DNS || word == PAYLOAD_DNS_NAME || word == PAYLOAD_DNS_ADDRESS)
		return node_join(p->arena, NODE_OR,
		    implied(p, FLOW_FIELD_SRC_PORT, dns, ARRAY_LEN(dns)),
		    implied(p, FLOW_FIELD_DST_PORT, dns, ARRAY_LEN(dns)));
	return implied(p, FLOW_FIELD_PROTO, tcp, ARRAY_LEN(tcp));
}

/* Without `in` or `out`, bytes may be in either direction, messages in the initiator's, as in nfdump. */
static enum flow_status
parse_payload(struct parser *p, const struct subject *s, struct node **out)
{
	struct predicate predicate = predicate_of(s, PREDICATE_PAYLOAD);
	enum flow_status st = value_payload(p, s, &predicate.matcher);
	struct node *n;

	if (st != FLOW_OK)
		return st;
	predicate.payload.word = s->payload;
	predicate.payload.way = s->out ? PAYLOAD_OUT : PAYLOAD_IN;
	n = node_predicate(p->arena, &predicate);
	if (s->payload == PAYLOAD_CONTENT && !s->in && !s->out) {
		predicate.payload.way = PAYLOAD_OUT;
		n = node_join(p->arena, NODE_OR, n, node_predicate(p->arena, &predicate));
	}
	return parse_done(p, node_join(p->arena, NODE_AND, payload_of(p, s->payload), n), out);
}

/* `is null`, `is not null` behind a column. */
enum flow_status
parse_null(struct parser *p, const struct subject *s, struct node **out)
{
	/* A tunnel has an outer header. */
	static const struct subject inner = { .fields = 1, .field = { FLOW_FIELD_INNER_PROTO } };
	struct predicate predicate = predicate_of(s, PREDICATE_NULL);
	bool negated = parse_accept(p, TOKEN_NOT);
	struct node *n;

	if (!parse_accept_word(p, "null"))
		return parse_fail(p, parse_token(p), "expected 'null' or 'not null' behind 'is'");
	n = for_each_field(p, s->tunnel ? &inner : s, &predicate, true);
	return parse_done(p, negated ? node_not(p->arena, n) : n, out);
}

/* extra.NAME: also `is null`, which is true where the member is not there. */
enum flow_status
parse_extra(struct parser *p, struct node **out)
{
	static const struct subject extra = { .fields = 1, .field = { FLOW_FIELD_EXTRA } };
	struct predicate predicate = predicate_of(&extra, PREDICATE_EXTRA);
	struct extra_test *test = arena_alloc(p->arena, sizeof(*test));
	enum flow_status st;
	struct node *n;
	bool absent;

	if (test == NULL)
		return parse_fail_memory(p);
	*test = (struct extra_test){ .compare = EXTRA_EXISTS };
	if ((st = value_extra(p, &predicate.phrase, test, &absent)) != FLOW_OK)
		return st;
	predicate.extra = test;
	n = node_predicate(p->arena, &predicate);
	return parse_done(p, absent ? node_not(p->arena, n) : n, out);
}

/* What is no column: the row's number, and what follows from one or several columns. */
static enum flow_status
parse_derived(struct parser *p, const struct subject *s, struct node **out)
{
	switch (s->kind) {
	case SUBJECT_HOUR:
	case SUBJECT_WEEKDAY:
		return parse_clock(p, s, s->kind == SUBJECT_HOUR ? PREDICATE_HOUR : PREDICATE_WEEKDAY, out);
	case SUBJECT_SAMPLE:
		return parse_sample(p, out);
	case SUBJECT_DURATION:
		return parse_computed(p, s, PREDICATE_DURATION, 0, out);
	case SUBJECT_PPS:
		return parse_computed(p, s, PREDICATE_RATE, 1, out);
	case SUBJECT_BPS:
		return parse_computed(p, s, PREDICATE_RATE, 8, out);
	case SUBJECT_BPP:
		return parse_computed(p, s, PREDICATE_RATIO, 0, out);
	default:
		return parse_computed(p, s, PREDICATE_COUNT, 0, out);
	}
}

/* Columns that are compared with each other: no value follows. */
static enum flow_status
parse_columns(struct parser *p, const struct subject *s, struct node **out)
{
	bool equal = s->kind == SUBJECT_TTL_EQUAL;
	struct predicate predicate = predicate_of(s, equal ? PREDICATE_EQUAL : PREDICATE_PORT_BLOCK);

	return parse_done(p, equal ? node_predicate(p->arena, &predicate) : for_each_field(p, s, &predicate, false),
	    out);
}

enum flow_status
parse_subject(struct parser *p, const struct subject *s, struct node **out)
{
	switch (s->kind) {
	case SUBJECT_ANY:
		return parse_done(p, node_constant(p->arena, true), out);
	case SUBJECT_REFUSED:
		break;
	case SUBJECT_NUMBER:
		if (is_if_name(p, s))
			return parse_texts(p, s, PREDICATE_IF_NAME, out);
		return parse_numbers(p, s, PREDICATE_NUMBER, out);
	case SUBJECT_PROTO:
	case SUBJECT_FLAGS_EXACT:
	case SUBJECT_TIME:
		return parse_numbers(p, s, PREDICATE_NUMBER, out);
	case SUBJECT_MAC:
		return value_is_text(p) ? parse_texts(p, s, PREDICATE_TEXT, out) :
		    parse_numbers(p, s, PREDICATE_MAC, out);
	case SUBJECT_ACL:
		return parse_numbers(p, s, PREDICATE_ACL, out);
	case SUBJECT_FLAGS:
		return parse_flags(p, s, out);
	case SUBJECT_ICMP:
		return parse_icmp(p, s, out);
	case SUBJECT_ENGINE:
		return parse_engine(p, s, out);
	case SUBJECT_ADDR:
		return parse_addrs(p, s, out);
	case SUBJECT_TEXT:
	case SUBJECT_IDENT:
		return parse_texts(p, s, s->kind == SUBJECT_IDENT ? PREDICATE_IDENT : PREDICATE_TEXT, out);
	case SUBJECT_IPV4:
	case SUBJECT_IPV6:
		return parse_family(p, s, s->kind == SUBJECT_IPV4, out);
	case SUBJECT_COUNT:
	case SUBJECT_DURATION:
	case SUBJECT_PPS:
	case SUBJECT_BPS:
	case SUBJECT_BPP:
	case SUBJECT_HOUR:
	case SUBJECT_WEEKDAY:
	case SUBJECT_SAMPLE:
		return parse_derived(p, s, out);
	case SUBJECT_TTL_EQUAL:
	case SUBJECT_PORT_BLOCK:
		return parse_columns(p, s, out);
	case SUBJECT_COUNTRY:
	case SUBJECT_CITY:
	case SUBJECT_AS_ORG:
		return parse_geo(p, s, out);
	case SUBJECT_PAYLOAD:
	case SUBJECT_PAYLOAD_REGEX:
	case SUBJECT_PAYLOAD_DEFINED:
		return parse_payload(p, s, out);
	case SUBJECT_MPLS_ANY:
	case SUBJECT_MPLS_EOS:
		return parse_mpls(p, s, s->kind == SUBJECT_MPLS_ANY, out);
	}
	return parse_fail(p, parse_token(p), "'%s': %s", s->phrase, s->why);
}
