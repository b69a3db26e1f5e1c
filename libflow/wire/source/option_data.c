/* SPDX-License-Identifier: BSD-2-Clause */
/* Option records: sampling rates, names, the boot time, types of elements (RFC 5610). */
#include "wire/decoder.h"

/* Elements of option data beyond the roles of element.h. */
enum option_part {
	OPTION_INTERFACE,
	OPTION_INTERFACE_NAME,
	OPTION_INTERFACE_TEXT,
	OPTION_TEMPLATE,
	OPTION_LINE_CARD,
	OPTION_POINT,
	OPTION_DOMAIN,
	OPTION_SAMPLER_NAME,
	OPTION_VRF,
	OPTION_VRF_NAME,
	OPTION_APP_NAME,
	OPTION_PEN,
	OPTION_ELEMENT,
	OPTION_ELEMENT_TYPE,
	OPTION_ELEMENT_NAME,
	OPTION_PART_COUNT
};

static const struct {
	uint16_t id;
	uint8_t part;
} part_table[] = {
	{ 10, OPTION_INTERFACE }, { 14, OPTION_INTERFACE },
	{ 252, OPTION_INTERFACE }, { 253, OPTION_INTERFACE },
	{ 145, OPTION_TEMPLATE }, { 141, OPTION_LINE_CARD }, { 138, OPTION_POINT }, { 149, OPTION_DOMAIN },
	{ 82, OPTION_INTERFACE_NAME }, { 83, OPTION_INTERFACE_TEXT },
	{ 84, OPTION_SAMPLER_NAME }, { 335, OPTION_SAMPLER_NAME },
	{ 234, OPTION_VRF }, { 235, OPTION_VRF }, { 236, OPTION_VRF_NAME },
	{ 96, OPTION_APP_NAME },
	{ 346, OPTION_PEN }, { 303, OPTION_ELEMENT },
	{ 339, OPTION_ELEMENT_TYPE }, { 341, OPTION_ELEMENT_NAME },
};

struct option {
	struct context *ctx;
	const struct span *span;
	uint16_t part[OPTION_PART_COUNT];
	uint16_t role[ROLE_COUNT];
};

static void
set_once(uint16_t *slot, size_t i)
{
	if (*slot == PLAN_NO_INDEX)
		*slot = (uint16_t)i;
}

static void
map_field(struct option *o, const struct template_field *f, size_t i)
{
	const struct element *e = element_find(f->pen, f->id);
	size_t x;

	if (f->pen == TEMPLATE_SCOPE_PEN && f->id == V9_SCOPE_INTERFACE)
		set_once(&o->part[OPTION_INTERFACE], i);
	if (f->pen == TEMPLATE_SCOPE_PEN && f->id == V9_SCOPE_TEMPLATE)
		set_once(&o->part[OPTION_TEMPLATE], i);
	if (f->pen == TEMPLATE_SCOPE_PEN && f->id == V9_SCOPE_LINE_CARD)
		set_once(&o->part[OPTION_LINE_CARD], i);
	if (f->pen != 0)
		return;
	if (e != NULL && e->use == ELEMENT_USE_ROLE)
		set_once(&o->role[e->arg], i);
	for (x = 0; x < ARRAY_LEN(part_table); x++)
		if (part_table[x].id == f->id)
			set_once(&o->part[part_table[x].part], i);
}

static void
map_fields(struct option *o, const struct template *t)
{
	size_t i;

	for (i = 0; i < OPTION_PART_COUNT; i++)
		o->part[i] = PLAN_NO_INDEX;
	for (i = 0; i < ROLE_COUNT; i++)
		o->role[i] = PLAN_NO_INDEX;
	for (i = 0; i < t->count; i++)
		if (o->span[i].len > 0)
			map_field(o, &t->field[i], i);
}

static bool
has_part(const struct option *o, enum option_part part)
{
	return o->part[part] != PLAN_NO_INDEX;
}

static uint64_t
part_number(const struct option *o, enum option_part part)
{
	const struct span *s = &o->span[o->part[part]];

	return load_wide(s->p, s->len);
}

static bool
has_role(const struct option *o, enum element_role role)
{
	return o->role[role] != PLAN_NO_INDEX;
}

static uint64_t
role_number(const struct option *o, enum element_role role)
{
	const struct span *s = &o->span[o->role[role]];

	return load_wide(s->p, s->len);
}

static enum flow_status
learn_name(const struct option *o, enum known_kind kind, uint64_t key, enum option_part part)
{
	const struct span *s;
	size_t len;

	if (!has_part(o, part))
		return FLOW_OK;
	s = &o->span[o->part[part]];
	for (len = s->len; len > 0 && s->p[len - 1] == 0; len--)
		;
	if (len == 0)
		return FLOW_OK;
	return source_learn(o->ctx->d, o->ctx->src, kind, key, 0, (const char *)s->p, len);
}

static enum flow_status
learn_rate(const struct option *o, enum known_kind kind, uint64_t key)
{
	struct rate rate = sampling_announced(o->span, o->role);

	if (!rate_known(rate)) {
		decoder_count(o->ctx->d, FLOW_COUNT_OPTION_BAD, 1);
		return FLOW_OK;
	}
	o->ctx->src->sampling = rate_rounded(rate);
	return source_learn(o->ctx->d, o->ctx->src, kind, key, rate_pack(rate), NULL, 0);
}

/* Whether the option names another domain (149) than its message has; 0 names none (IANA). */
static bool
is_of_other_domain(const struct option *o)
{
	uint64_t domain = has_part(o, OPTION_DOMAIN) ? part_number(o, OPTION_DOMAIN) : 0;

	return domain != 0 && domain != o->ctx->src->domain;
}

/* Stores facts about another domain: only a sampler's rate, or the rate of that whole domain. */
static enum flow_status
take_sampling_of_other(const struct option *o, bool by_sampler, enum element_role sampler)
{
	struct rate rate = sampling_announced(o->span, o->role);
	uint64_t domain = part_number(o, OPTION_DOMAIN);

	if (!rate_known(rate) || domain > UINT32_MAX) {
		decoder_count(o->ctx->d, FLOW_COUNT_OPTION_BAD, 1);
		return FLOW_OK;
	}
	if (by_sampler)
		return source_learn_of_domain(o->ctx->d, o->ctx->src, (uint32_t)domain, KNOWN_SAMPLER_RATE,
		    role_number(o, sampler), rate_pack(rate));
	if (has_part(o, OPTION_INTERFACE) || has_part(o, OPTION_POINT) || has_part(o, OPTION_LINE_CARD) ||
	    has_part(o, OPTION_TEMPLATE))
		return FLOW_OK;
	return source_learn_of_domain(o->ctx->d, o->ctx->src, (uint32_t)domain, KNOWN_OTHER_DOMAIN_RATE, 0,
	    rate_pack(rate));
}

/* A rate is for a sampler, else for the narrowest part of the domain that the record names, else for the domain. */
static enum flow_status
take_sampling(const struct option *o)
{
	enum element_role role = has_role(o, ROLE_SAMPLER) ? ROLE_SAMPLER : ROLE_SELECTOR;
	bool announced = sampling_is_announced(o->role);
	enum flow_status st = FLOW_OK;

	if (has_role(o, role)) {
		st = learn_name(o, KNOWN_SAMPLER_NAME, role_number(o, role), OPTION_SAMPLER_NAME);
		if (st != FLOW_OK || !announced)
			return st;
		return is_of_other_domain(o) ? take_sampling_of_other(o, true, role) :
		    learn_rate(o, KNOWN_SAMPLER_RATE, role_number(o, role));
	}
	if (!announced)
		return FLOW_OK;
	if (is_of_other_domain(o))
		return take_sampling_of_other(o, false, role);
	if (has_part(o, OPTION_INTERFACE))
		return learn_rate(o, KNOWN_INTERFACE_RATE, part_number(o, OPTION_INTERFACE));
	if (has_part(o, OPTION_POINT))
		return learn_rate(o, KNOWN_POINT_RATE, part_number(o, OPTION_POINT));
	if (has_part(o, OPTION_LINE_CARD))
		return learn_rate(o, KNOWN_LINE_CARD_RATE, part_number(o, OPTION_LINE_CARD));
	if (has_part(o, OPTION_TEMPLATE))
		return learn_rate(o, KNOWN_TEMPLATE_RATE, part_number(o, OPTION_TEMPLATE));
	return learn_rate(o, KNOWN_DOMAIN_RATE, 0);
}

static enum flow_status
take_names(const struct option *o)
{
	enum flow_status st = FLOW_OK;
	const struct span *app;

	if (has_part(o, OPTION_INTERFACE)) {
		uint64_t key = part_number(o, OPTION_INTERFACE);

		st = learn_name(o, KNOWN_INTERFACE_NAME, key, OPTION_INTERFACE_NAME);
		if (st == FLOW_OK)
			st = learn_name(o, KNOWN_INTERFACE_TEXT, key, OPTION_INTERFACE_TEXT);
	}
	if (st == FLOW_OK && has_part(o, OPTION_VRF))
		st = learn_name(o, KNOWN_VRF_NAME, part_number(o, OPTION_VRF), OPTION_VRF_NAME);
	if (st != FLOW_OK || !has_role(o, ROLE_APP_ID))
		return st;
	app = &o->span[o->role[ROLE_APP_ID]];
	if (app->len > 7)
		return FLOW_OK;
	return learn_name(o, KNOWN_APP_NAME, load_wide(app->p, app->len), OPTION_APP_NAME);
}

/* RFC 5476 6.5.1: the selectors of a selection sequence, in their order. */
static enum flow_status
take_sequence(const struct option *o, const struct template *t)
{
	uint8_t selectors[KNOWN_TEXT_MAX / 8 * 8];
	size_t len = 0, i;

	if (!has_role(o, ROLE_SEQUENCE))
		return FLOW_OK;
	for (i = 0; i < t->count && len < sizeof(selectors); i++) {
		const struct element *e = element_find(t->field[i].pen, t->field[i].id);

		if (e == NULL || e->use != ELEMENT_USE_ROLE || e->arg != ROLE_SELECTOR ||
		    o->span[i].len == 0)
			continue;
		store_be64(selectors + len, load_wide(o->span[i].p, o->span[i].len));
		len += 8;
	}
	if (len == 0)
		return FLOW_OK;
	return source_learn(o->ctx->d, o->ctx->src, KNOWN_SEQUENCE, role_number(o, ROLE_SEQUENCE), 0,
	    (const char *)selectors, len);
}

/* RFC 5610: the type and name of an enterprise's element. */
static enum flow_status
take_type(const struct option *o)
{
	const struct known_entry *e;
	const struct span *name;
	enum element_type type;
	uint64_t key, number;

	if (!has_part(o, OPTION_ELEMENT) || !has_part(o, OPTION_ELEMENT_TYPE) ||
	    !has_part(o, OPTION_ELEMENT_NAME))
		return FLOW_OK;
	number = part_number(o, OPTION_ELEMENT_TYPE);
	if (number > UINT8_MAX || !element_type_number((unsigned)number, &type)) {
		decoder_count(o->ctx->d, FLOW_COUNT_OPTION_BAD, 1);
		return FLOW_OK;
	}
	key = (has_part(o, OPTION_PEN) ? part_number(o, OPTION_PEN) & UINT32_MAX : 0) << 16 |
	    (part_number(o, OPTION_ELEMENT) & 0x7fff);
	name = &o->span[o->part[OPTION_ELEMENT_NAME]];
	e = known_find(&o->ctx->src->known, KNOWN_TYPE, key);
	if (e != NULL && e->number == type && e->len == name->len &&
	    memcmp(e->text, name->p, name->len) == 0)
		return FLOW_OK;	/* a repeat must not make plans compile anew */
	return source_learn(o->ctx->d, o->ctx->src, KNOWN_TYPE, key, type,
	    (const char *)name->p, name->len);
}

enum flow_status
options_record(struct context *ctx, const struct template *t, const struct span *span)
{
	struct option o = { .ctx = ctx, .span = span };
	enum flow_status st;

	map_fields(&o, t);
	if (has_role(&o, ROLE_SYSTEM_INIT)) {
		ctx->src->init_ms = (int64_t)(role_number(&o, ROLE_SYSTEM_INIT) & INT64_MAX);
		ctx->src->has_init = ctx->src->init_ms > 0 &&
		    ctx->src->init_ms <= TIME_MAX_MS;
	}
	st = take_sampling(&o);
	if (st == FLOW_OK)
		st = take_sequence(&o, t);
	if (st == FLOW_OK)
		st = take_names(&o);
	return st == FLOW_OK ? take_type(&o) : st;
}
