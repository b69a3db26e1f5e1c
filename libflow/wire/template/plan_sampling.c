/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sampling rate holds for a row: the order is in wire/decode.h. */
#include <math.h>

#include "wire/decoder.h"

static bool
believable(uint64_t rate)
{
	return rate >= 1 && rate <= RATE_MAX;
}

/* a sampled out of b in all, rounded. */
static uint32_t
quotient(uint64_t b, uint64_t a)
{
	uint64_t rate;

	if (a == 0 || b < a || b > UINT64_MAX - a)
		return 0;
	rate = (b + a / 2) / a;
	return believable(rate) ? (uint32_t)rate : 0;
}

static double
load_float(const struct span *s)
{
	uint64_t bits = load_wide(s->p, s->len);
	uint32_t bits32 = (uint32_t)bits;
	double d = 0;
	float f;

	if (s->len == sizeof(d)) {
		memcpy(&d, &bits, sizeof(d));
	} else if (s->len == sizeof(f)) {
		memcpy(&f, &bits32, sizeof(f));
		d = (double)f;
	}
	return d;
}

static uint32_t
from_probability(const struct span *s)
{
	double p = load_float(s);

	if (!isfinite(p) || p <= 0 || p > 1 || 1 / p > (double)RATE_MAX)
		return 0;
	return (uint32_t)(1 / p + 0.5);
}

static uint64_t
role_number(const struct span *span, const uint16_t *role, enum element_role which, uint64_t absent)
{
	uint16_t index = role[which];

	if (index == PLAN_NO_INDEX || span[index].len == 0)
		return absent;
	return load_wide(span[index].p, span[index].len);
}

uint32_t
sampling_announced(const struct span *span, const uint16_t *role)
{
	uint64_t direct = role_number(span, role, ROLE_INTERVAL, 0);
	uint64_t interval = role_number(span, role, ROLE_PACKET_INTERVAL, 0);
	uint64_t size = role_number(span, role, ROLE_SIZE, 0);
	uint64_t space;

	if (direct == 0)
		direct = role_number(span, role, ROLE_RANDOM_INTERVAL, 0);
	if (direct != 0)
		return believable(direct) ? (uint32_t)direct : 0;
	if (interval != 0 && interval <= UINT32_MAX) {
		/* RFC 5477 8.2.2: `interval` packets taken, then `space` left out. */
		space = role_number(span, role, ROLE_PACKET_SPACE, UINT64_MAX);
		if (space != UINT64_MAX)
			return space <= UINT32_MAX ? quotient(interval + space, interval) : 0;
	}
	if (size != 0)
		return quotient(role_number(span, role, ROLE_POPULATION, 0), size);
	if (role[ROLE_PROBABILITY] != PLAN_NO_INDEX)
		return from_probability(&span[role[ROLE_PROBABILITY]]);
	return 0;
}

bool
sampling_is_announced(const uint16_t *role)
{
	return role[ROLE_INTERVAL] != PLAN_NO_INDEX ||
	    role[ROLE_RANDOM_INTERVAL] != PLAN_NO_INDEX ||
	    role[ROLE_PACKET_SPACE] != PLAN_NO_INDEX || role[ROLE_POPULATION] != PLAN_NO_INDEX ||
	    role[ROLE_PROBABILITY] != PLAN_NO_INDEX;
}

static uint32_t
known_rate(const struct known *k, enum known_kind kind, uint64_t key)
{
	const struct known_entry *e = known_find(k, kind, key);

	return e != NULL ? e->number : 0;
}

/* The domain's word, else what all domains of the exporter agree on. */
static uint32_t
source_rate(const struct source *src, enum known_kind kind, uint64_t key)
{
	uint32_t rate = known_rate(&src->known, kind, key);

	return rate != 0 ? rate : known_rate(&src->exporter->known, kind, key);
}

uint32_t
sampling_of_source(const struct context *ctx)
{
	uint32_t rate = source_rate(ctx->src, KNOWN_DOMAIN_RATE, 0);

	if (rate == 0)
		rate = ctx->header_rate;
	return rate != 0 ? rate : ctx->d->options.sampling;
}

/*
 * A sequence's selectors thin out one after the other (RFC 5476 6.5.1): their
 * factors multiply.  A selector without one is a filter, which takes all it wants.
 */
static uint32_t
sequence_rate(const struct source *src, uint64_t id)
{
	const struct known_entry *e = known_find(&src->known, KNOWN_SEQUENCE, id);
	uint64_t product = 1;
	bool any = false;
	size_t at;

	for (at = 0; e != NULL && at + 8 <= e->len; at += 8) {
		uint64_t selector = load_be64((const uint8_t *)e->text + at);
		uint32_t rate = source_rate(src, KNOWN_SAMPLER_RATE, selector);

		if (rate == 0)
			continue;
		any = true;
		product *= rate;
		if (product > RATE_MAX)
			return 0;
	}
	return any ? (uint32_t)product : 0;
}

/* One row's rate, its fields shifted to it in `shifted`. */
static uint32_t
row_rate(const struct rows *r, const struct span *shifted)
{
	const uint16_t *role = r->plan->role;
	const struct source *src = r->ctx->src;
	uint32_t rate = sampling_announced(shifted, role);
	uint64_t id = role_number(shifted, role, ROLE_SAMPLER, UINT64_MAX);

	if (rate == 0 && id != UINT64_MAX)
		rate = source_rate(src, KNOWN_SAMPLER_RATE, id);
	id = role_number(shifted, role, ROLE_SELECTOR, UINT64_MAX);
	if (rate == 0 && id != UINT64_MAX)
		rate = source_rate(src, KNOWN_SAMPLER_RATE, id);
	id = role_number(shifted, role, ROLE_SEQUENCE, UINT64_MAX);
	if (rate == 0 && id != UINT64_MAX)
		rate = sequence_rate(src, id);
	return rate;
}

static void
find_rates(const struct rows *r, uint32_t *rate)
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
		rate[i] = row_rate(r, shifted);
	}
}

/* Rates of interfaces for rows that have none yet; `index` is a column of interfaces. */
static void
interface_rates(const struct context *ctx, const uint32_t *index, size_t n, uint32_t *rate)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (rate[i] == 0)
			rate[i] = known_rate(&ctx->src->known, KNOWN_INTERFACE_RATE, index[i]);
}

static void
use_interfaces(const struct rows *r, uint32_t *rate)
{
	static const enum flow_field side[] = { FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF };
	size_t i;

	for (i = 0; i < ARRAY_LEN(side); i++) {
		const uint32_t *index = flow_builder_peek(r->ctx->out, side[i]);

		if (index != NULL)
			interface_rates(r->ctx, index, r->n, rate);
	}
}

static enum flow_status
scale_each(const struct rows *r)
{
	struct context *ctx = r->ctx;
	uint32_t *rate = flow_builder_flat(ctx->out, FLOW_FIELD_SAMPLING, r->n);
	uint32_t otherwise = sampling_of_source(ctx);
	size_t i;

	if (rate == NULL)
		return FLOW_ENOMEM;
	if (r->plan->has_sampling)
		find_rates(r, rate);
	if (ctx->src->has_interface_rates)
		use_interfaces(r, rate);
	for (i = 0; i < r->n; i++)
		if (rate[i] == 0)
			rate[i] = otherwise;
	return rows_scale_each(ctx, r->n, rate);
}

enum flow_status
rows_sampling(const struct rows *r)
{
	struct context *ctx = r->ctx;

	if (ctx->d->options.sampling_override && ctx->d->options.sampling != 0)
		return rows_scale(ctx, r->n, ctx->d->options.sampling);
	if (r->plan->has_sampling || ctx->src->has_interface_rates)
		return scale_each(r);
	return rows_scale(ctx, r->n, sampling_of_source(ctx));
}
