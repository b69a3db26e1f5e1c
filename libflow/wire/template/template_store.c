/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates of sources, within the limits of the decoder. */
#include <stdlib.h>

#include "wire/decoder.h"

static void
forget(struct flow_decoder *d, struct source *src, struct template *t)
{
	if (t == NULL)
		return;
	d->templates--;
	d->template_bytes -= t->bytes;
	src->template_bytes -= t->bytes;
	template_free(t);
}

static void
account(struct flow_decoder *d, struct source *src, size_t bytes)
{
	d->template_bytes += bytes;
	src->template_bytes += bytes;
}

/* Makes room within the total limits by evicting sources, but never this one. */
static bool
make_room(struct flow_decoder *d, const struct source *src, size_t bytes)
{
	while (d->templates >= d->options.max_templates ||
	    d->template_bytes + bytes > d->options.max_template_bytes)
		if (!source_evict(d, src, false))
			return false;
	return true;
}

static bool
within_limits(struct flow_decoder *d, const struct source *src, const struct template *t)
{
	return (src->templates.used < d->options.max_source_templates ||
	    template_find(&src->templates, t->id) != NULL) &&
	    src->template_bytes + t->bytes <= d->options.max_template_bytes / 8 &&
	    make_room(d, src, t->bytes);
}

/* A template was announced again, unchanged. */
static enum flow_status
confirm(struct context *ctx, struct template *t)
{
	if (!t->doubted)
		return FLOW_OK;
	t->doubted = false;
	return held_rescue(ctx, t);
}

enum flow_status
store_define(struct context *ctx, struct template *t)
{
	struct flow_decoder *d = ctx->d;
	struct template *known = template_find(&ctx->src->templates, t->id), *old;
	enum flow_status st;

	decoder_count(d, FLOW_COUNT_TEMPLATES, 1);
	t->seen_ms = d->age.now_ms;
	ctx->src->announced = true;
	ctx->src->announced_ms = d->age.now_ms;
	if (known != NULL && template_same(known, t)) {
		known->seen_ms = t->seen_ms;
		template_free(t);
		return confirm(ctx, known);
	}
	if (!within_limits(d, ctx->src, t)) {
		decoder_count(d, FLOW_COUNT_TEMPLATE_LIMIT, 1);
		template_free(t);
		return FLOW_OK;
	}
	st = template_put(&ctx->src->templates, t, &old);
	if (st != FLOW_OK) {
		template_free(t);
		return st;
	}
	t->serial = ++d->template_serial;
	t->owner = ctx->src;
	d->templates++;
	account(d, ctx->src, t->bytes);
	if (old != NULL)
		decoder_count(d, FLOW_COUNT_TEMPLATES_CHANGED, 1);
	forget(d, ctx->src, old);
	return held_rescue(ctx, t);
}

enum flow_status
store_restore(struct flow_decoder *d, struct source *src, struct template *t)
{
	struct template *old;
	enum flow_status st;

	if (d->templates >= d->options.max_templates ||
	    d->template_bytes + t->bytes > d->options.max_template_bytes ||
	    src->templates.used >= d->options.max_source_templates ||
	    template_find(&src->templates, t->id) != NULL) {
		template_free(t);
		return FLOW_OK;
	}
	st = template_put(&src->templates, t, &old);
	if (st != FLOW_OK) {
		template_free(t);
		return st;
	}
	t->serial = ++d->template_serial;
	t->owner = src;
	d->templates++;
	account(d, src, t->bytes);
	return FLOW_OK;
}

void
store_withdraw(struct flow_decoder *d, struct source *src, uint16_t id)
{
	decoder_count(d, FLOW_COUNT_WITHDRAWALS, 1);
	forget(d, src, template_take(&src->templates, id));
}

void
store_withdraw_all(struct flow_decoder *d, struct source *src, bool options)
{
	uint32_t id;

	decoder_count(d, FLOW_COUNT_WITHDRAWALS, 1);
	if (src->templates.used == 0)
		return;
	for (id = TEMPLATE_ID_MIN; id <= UINT16_MAX; id++) {
		struct template *t = template_find(&src->templates, (uint16_t)id);

		if (t != NULL && t->options == options)
			forget(d, src, template_take(&src->templates, (uint16_t)id));
	}
}

static bool
is_stale(const struct flow_decoder *d, const struct template *t)
{
	return d->age.now_ms - t->seen_ms > d->options.template_ms;
}

static void
expire(struct flow_decoder *d, struct source *src, struct template *t)
{
	forget(d, src, template_take(&src->templates, t->id));
	decoder_count(d, FLOW_COUNT_TEMPLATE_EXPIRED, 1);
}

/* Checks the age itself, so that results do not depend on when store_expire was called: a restart calls it, too. */
struct template *
store_find(struct flow_decoder *d, struct source *src, uint16_t id)
{
	struct template *t = template_find(&src->templates, id);

	if (t == NULL || !is_stale(d, t))
		return t;
	expire(d, src, t);
	return NULL;
}

void
store_expire(struct flow_decoder *d, struct source *src)
{
	size_t i = 0;

	/* Removing one may move others into its slot, or behind it: the next call removes those. */
	while (i < src->templates.slots) {
		struct template *t = src->templates.slot[i];

		if (t == NULL || !is_stale(d, t))
			i++;
		else
			expire(d, src, t);
	}
}

void
store_clear(struct flow_decoder *d, struct source *src)
{
	size_t i;

	for (i = 0; i < src->templates.slots; i++) {
		forget(d, src, src->templates.slot[i]);
		src->templates.slot[i] = NULL;
	}
	src->templates.used = 0;
}

void
store_doubt(struct source *src, bool doubted)
{
	size_t i;

	for (i = 0; i < src->templates.slots; i++)
		if (src->templates.slot[i] != NULL)
			src->templates.slot[i]->doubted = doubted;
}

void
store_account(struct flow_decoder *d, struct source *src, struct template *t, size_t bytes)
{
	t->bytes += bytes;
	account(d, src, bytes);
}

/* Replaces a plan, which may be NULL. */
static void
exchange(struct flow_decoder *d, struct source *src, struct template *t, struct plan **slot,
    struct plan *p)
{
	if (*slot != NULL)
		store_account(d, src, t, 0 - (*slot)->bytes);
	plan_free(*slot);
	*slot = p;
	p->types_seen = src->types;
	store_account(d, src, t, p->bytes);
}

enum flow_status
store_compile(struct flow_decoder *d, struct template *t)
{
	struct source *src = t->owner;
	struct element_told told = { &src->known, d->options.elements };
	struct plan *p;

	if (t->plan != NULL && t->plan->types_seen == src->types)
		return FLOW_OK;
	p = plan_compile(t, &told);
	if (p == NULL)
		return FLOW_ENOMEM;
	exchange(d, src, t, &t->plan, p);
	return FLOW_OK;
}

enum flow_status
store_compile_text(struct flow_decoder *d, struct source *src, struct template *t)
{
	struct element_told told = { &src->known, d->options.elements };
	struct plan *p;

	if (t->text_plan != NULL && t->text_plan->types_seen == src->types)
		return FLOW_OK;
	p = plan_compile_text(t, &told);
	if (p == NULL)
		return FLOW_ENOMEM;
	exchange(d, src, t, &t->text_plan, p);
	return FLOW_OK;
}
