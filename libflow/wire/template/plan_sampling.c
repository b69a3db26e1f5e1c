/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sampling rate holds for a row: the order is in wire/decode.h. */
#include "wire/decoder.h"

static uint64_t
role_number(const struct span *span, const uint16_t *role, enum element_role which, uint64_t absent)
{
	uint16_t index = role[which];

	if (index == PLAN_NO_INDEX || span[index].len == 0)
		return absent;
	return load_wide(span[index].p, span[index].len);
}

struct rate
sampling_announced(const struct span *span, const uint16_t *role)
{
	uint64_t direct = role_number(span, role, ROLE_INTERVAL, 0);
	uint64_t interval = role_number(span, role, ROLE_PACKET_INTERVAL, 0);
	uint64_t size = role_number(span, role, ROLE_SIZE, 0);
	uint64_t space = role_number(span, role, ROLE_PACKET_SPACE, UINT64_MAX);
	const struct span *p;

	if (direct == 0)
		direct = role_number(span, role, ROLE_RANDOM_INTERVAL, 0);
	if (direct != 0)
		return rate_quotient(direct, 1);
	/* RFC 5477 8.2.2: `interval` packets taken, then `space` left out. */
	if (interval != 0 && interval <= UINT32_MAX && space != UINT64_MAX)
		return space <= UINT32_MAX ? rate_quotient(interval + space, interval) : RATE_NONE;
	if (size != 0)
		return rate_quotient(role_number(span, role, ROLE_POPULATION, 0), size);
	if (role[ROLE_PROBABILITY] == PLAN_NO_INDEX)
		return RATE_NONE;
	p = &span[role[ROLE_PROBABILITY]];
	return rate_from_probability(p->p, p->len);
}

bool
sampling_is_announced(const uint16_t *role)
{
	return role[ROLE_INTERVAL] != PLAN_NO_INDEX ||
	    role[ROLE_RANDOM_INTERVAL] != PLAN_NO_INDEX ||
	    role[ROLE_PACKET_SPACE] != PLAN_NO_INDEX || role[ROLE_POPULATION] != PLAN_NO_INDEX ||
	    role[ROLE_PROBABILITY] != PLAN_NO_INDEX;
}

static struct rate
known_rate(const struct known *k, enum known_kind kind, uint64_t key)
{
	const struct known_entry *e = known_find(k, kind, key);

	return e != NULL ? rate_unpack(e->number) : RATE_NONE;
}

/* The rate that the domain announced, else the one that all domains of the exporter agree on. */
static struct rate
source_rate(const struct source *src, enum known_kind kind, uint64_t key)
{
	struct rate rate = known_rate(&src->known, kind, key);

	return rate_known(rate) ? rate : known_rate(&src->exporter->known, kind, key);
}

/* The rate that the domain announced for itself, else the one that another domain of the exporter announced for it. */
static struct rate
domain_rate(const struct source *src)
{
	struct rate rate = known_rate(&src->known, KNOWN_DOMAIN_RATE, 0);

	return rate_known(rate) ? rate : known_rate(&src->exporter->known, KNOWN_OTHER_DOMAIN_RATE, src->domain);
}

/* The rate of rows that carry none, as `told` announced it. */
static struct rate
rate_otherwise(const struct context *ctx, const struct source *told)
{
	struct rate rate = domain_rate(told);

	if (!rate_known(rate))
		rate = known_rate(&ctx->src->exporter->known, KNOWN_DOMAIN_RATE, 0);
	if (!rate_known(rate))
		rate = rate_whole(ctx->header_rate);
	return rate_known(rate) ? rate : rate_whole(ctx->src->operator.rate);
}

struct rate
sampling_of_source(const struct context *ctx)
{
	return rate_otherwise(ctx, ctx->src);
}

static bool
has_part_rates(const struct source *src)
{
	return src->part[RATE_OF_POINT].count > 0 || src->part[RATE_OF_LINE_CARD].count > 0;
}

static bool
says_part(const struct rows *r, enum rate_part part)
{
	return part == RATE_OF_POINT ? r->plan->column[FLOW_FIELD_OBSERVATION_POINT] :
	    r->plan->role[ROLE_LINE_CARD] != PLAN_NO_INDEX;
}

/*
 * The rate for records that do not name their observation point or line card, although such parts have
 * rates (*unsaid): the one that all parts share.
 */
static struct rate
unsaid_part_rate(const struct rows *r, const struct source *told, bool *unsaid)
{
	struct rate rate = RATE_NONE;
	unsigned part;

	*unsaid = false;
	for (part = 0; part < RATE_PARTS; part++) {
		const struct part_rates *p = &told->part[part];

		if (p->count == 0 || says_part(r, (enum rate_part)part))
			continue;
		*unsaid = true;
		if (!rate_known(rate))
			rate = part_rates_agreed(p);
	}
	return rate;
}

/* The rate for records of the rows' template that carry none. */
static struct rate
template_rate(const struct rows *r, const struct source *told)
{
	struct rate rate = known_rate(&told->known, KNOWN_TEMPLATE_RATE, r->plan->template_id);
	bool unsaid;

	if (!rate_known(rate) && has_part_rates(told)) {
		rate = domain_rate(told);
		if (rate_known(rate))
			return rate;
		rate = unsaid_part_rate(r, told, &unsaid);
		/* If parts disagree, other domains' rates are no better guess. */
		if (unsaid && !rate_known(rate))
			return rate_whole(r->ctx->src->operator.rate);
	}
	return rate_known(rate) ? rate : rate_otherwise(r->ctx, told);
}

/*
 * The selectors of a sequence sample one after the other (RFC 5476 6.5.1), so their
 * factors multiply.  A selector without a factor is a filter, which does not sample.
 */
static struct rate
sequence_rate(const struct source *src, uint64_t id)
{
	const struct known_entry *e = known_find(&src->known, KNOWN_SEQUENCE, id);
	struct rate product = RATE_NONE;
	size_t at;

	for (at = 0; e != NULL && at + 8 <= e->len; at += 8) {
		uint64_t selector = load_be64((const uint8_t *)e->text + at);
		struct rate rate = source_rate(src, KNOWN_SAMPLER_RATE, selector);

		if (!rate_known(rate))
			continue;
		product = rate_known(product) ? rate_product(product, rate) : rate;
		if (!rate_known(product))
			break;
	}
	return product;
}

/* The rate for one of the record's ids. */
static struct rate
rate_by_id(const struct source *src, const struct span *shifted, const uint16_t *role,
    enum element_role which)
{
	uint64_t id = role_number(shifted, role, which, UINT64_MAX);

	if (id == UINT64_MAX)
		return RATE_NONE;
	return which == ROLE_SEQUENCE ? sequence_rate(src, id) :
	    source_rate(src, KNOWN_SAMPLER_RATE, id);
}

/* The rate of one row, whose fields are shifted to it in `shifted`. */
static struct rate
row_rate(const struct rows *r, const struct source *told, const struct span *shifted)
{
	static const enum element_role ids[] = { ROLE_SAMPLER, ROLE_SELECTOR, ROLE_SEQUENCE };
	struct rate rate = sampling_announced(shifted, r->plan->role);
	size_t i;

	for (i = 0; i < ARRAY_LEN(ids) && !rate_known(rate); i++)
		rate = rate_by_id(told, shifted, r->plan->role, ids[i]);
	return rate;
}

static void
find_rates(const struct rows *r, const struct source *told, struct rate *rate)
{
	const struct plan *p = r->plan;
	struct span shifted[TEMPLATE_FIELDS_MAX];
	unsigned role;
	size_t i;

	for (i = 0; i < r->n; i++) {
		for (role = ROLE_INTERVAL; role <= ROLE_PROBABILITY; role++) {
			uint16_t x = p->role[role];

			if (x == PLAN_NO_INDEX)
				continue;
			shifted[x] = r->span[x];
			shifted[x].p += i * r->stride;
		}
		rate[i] = row_rate(r, told, shifted);
	}
}

/* Sets rates of interfaces for rows that have none yet. */
static void
use_interfaces(const struct rows *r, const struct source *told, struct rate *rate)
{
	static const enum flow_field side[] = { FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF };
	size_t s, i;

	for (s = 0; s < ARRAY_LEN(side); s++) {
		const uint32_t *index = flow_builder_peek(r->ctx->out, side[s]);

		for (i = 0; index != NULL && i < r->n; i++)
			if (!rate_known(rate[i]))
				rate[i] = known_rate(&told->known, KNOWN_INTERFACE_RATE, index[i]);
	}
}

/* Sets rates of observation points and line cards for rows that name theirs and have no rate yet. */
static void
use_parts(const struct rows *r, const struct source *told, struct rate *rate)
{
	const struct known *known = &told->known;
	const uint64_t *point = flow_builder_peek(r->ctx->out, FLOW_FIELD_OBSERVATION_POINT);
	struct span card = rows_role(r, ROLE_LINE_CARD);
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (!rate_known(rate[i]) && point != NULL)
			rate[i] = known_rate(known, KNOWN_POINT_RATE, point[i]);
		if (!rate_known(rate[i]) && card.len > 0)
			rate[i] = known_rate(known, KNOWN_LINE_CARD_RATE,
			    load_wide(card.p + i * r->stride, card.len));
	}
}

/* Applies the operator's rates of interfaces, before or after announced ones. */
static void
settle_by_interface(struct context *ctx, size_t n, struct rate *rate)
{
	const uint32_t *in_if = flow_builder_peek(ctx->out, FLOW_FIELD_IN_IF);

	for (size_t i = 0; i < n; i++)
		rate[i] = operator_rate_settle(&ctx->d->options, &ctx->src->exporter->addr,
		    in_if != NULL ? &in_if[i] : NULL, rate[i]);
}

enum flow_status
rows_scale_ruled(struct context *ctx, size_t n, struct rate announced)
{
	struct buf *scratch = &ctx->d->rates;
	struct rate *rate;

	buf_clear(scratch);
	if (!buf_reserve(scratch, n * sizeof(*rate)))
		return FLOW_ENOMEM;
	rate = (struct rate *)(void *)scratch->data;
	for (size_t i = 0; i < n; i++)
		rate[i] = announced;
	settle_by_interface(ctx, n, rate);
	return rows_scale_each(ctx, n, rate);
}

static enum flow_status
scale_each(const struct rows *r, const struct source *told)
{
	struct context *ctx = r->ctx;
	struct buf *scratch = &ctx->d->rates;
	struct rate otherwise = template_rate(r, told), *rate;
	size_t i;

	buf_clear(scratch);
	if (!buf_reserve(scratch, r->n * sizeof(*rate)))
		return FLOW_ENOMEM;
	rate = (struct rate *)(void *)scratch->data;
	for (i = 0; i < r->n; i++)
		rate[i] = RATE_NONE;
	if (r->plan->has_sampling)
		find_rates(r, told, rate);
	if (told->has_interface_rates)
		use_interfaces(r, told, rate);
	if (has_part_rates(told))
		use_parts(r, told, rate);
	for (i = 0; i < r->n; i++)
		if (!rate_known(rate[i]))
			rate[i] = otherwise;
	if (ctx->src->operator.by_interface)
		settle_by_interface(ctx, r->n, rate);
	return rows_scale_each(ctx, r->n, rate);
}

enum flow_status
rows_sampling(const struct rows *r)
{
	struct context *ctx = r->ctx;
	const struct source *told;

	if (ctx->src->operator.override)
		return rows_scale(ctx, r->n, rate_whole(ctx->src->operator.rate));
	told = rates_of(ctx->src);
	if (ctx->src->operator.by_interface || r->plan->has_sampling || told->has_interface_rates ||
	    has_part_rates(told))
		return scale_each(r, told);
	return rows_scale(ctx, r->n, template_rate(r, told));
}
