/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets whose template came from another port of their exporter and domain.
 *
 * Two routers behind one address must not use each other's templates.  A router behind NAT that
 * rebooted, or that sends its templates from a separate socket, must use those of its other port.
 * The difference is who goes on sending: a port that was heard before this one began and is heard
 * again is another sender, a rival.  A rival's template is used only after waiting for the own one.
 */
#include "wire/decoder.h"

#define LOOK_MAX 64		/* siblings looked at */
#define SETTLE_MS 30000		/* a rival is heard again within this */
#define SETTLE_SETS 4096	/* looked at in one call */

struct offer {
	struct template *t;
	bool rival;
};

static bool
is_rival(const struct source *src, const struct source *other)
{
	return other->first_use < src->first_use && other->use > src->first_use;
}

bool
is_other_port(const struct source *src, const struct source *other)
{
	return other != src && src->transport == FLOW_UDP && other->domain == src->domain &&
	    other->version == src->version && other->transport == src->transport &&
	    addr_equal(&other->sender, &src->sender);
}

/* The template that other ports announced; false if they disagree or announced none. */
static bool
find_offer(struct flow_decoder *d, const struct source *src, uint16_t id, struct offer *out)
{
	struct source *s = src->exporter->newest;
	unsigned looked;

	*out = (struct offer){ NULL, false };
	for (looked = 0; s != NULL && looked < LOOK_MAX; s = s->sibling_older, looked++) {
		struct template *t;

		if (!is_other_port(src, s))
			continue;
		t = store_find(d, s, id);
		if (t == NULL || t->doubted)
			continue;
		if (out->t != NULL && !template_same(out->t, t))
			return false;
		if (out->t == NULL)
			out->t = t;
		out->rival |= is_rival(src, s);
	}
	return out->t != NULL;
}

struct template *
shared_template(struct flow_decoder *d, const struct source *src, uint16_t id)
{
	struct offer o;

	if (!find_offer(d, src, id, &o))
		return NULL;
	return src->adopted || (!o.rival && d->age.now_ms - src->begun_ms >= SETTLE_MS) ? o.t : NULL;
}

/* The template that a held set of this age may use; NULL: none yet. */
static struct template *
settled(struct flow_decoder *d, const struct held *h, int64_t age_ms)
{
	struct offer o;

	if (store_find(d, h->src, h->id) != NULL || !find_offer(d, h->src, h->id, &o))
		return NULL;
	return age_ms >= (o.rival ? d->options.held_ms / 2 : SETTLE_MS) ? o.t : NULL;
}

size_t
flow_decoder_waiting(const struct flow_decoder *d)
{
	return d->held_bytes;
}

enum flow_status
flow_decoder_settle(struct flow_decoder *d, int64_t now_ms, struct flow_builder *out)
{
	struct held *h = d->held_first;
	unsigned looked;

	if (now_ms != INT64_MAX)
		age_clock_see(&d->age, now_ms);
	for (looked = 0; h != NULL && looked < SETTLE_SETS; h = h->all_next, looked++) {
		struct context ctx = { .d = d, .src = h->src, .out = out, .version = h->src->version,
			.when = h->when };
		int64_t age_ms = now_ms == INT64_MAX ? INT64_MAX : d->age.now_ms - h->since_ms;
		struct template *t;

		if (age_ms < SETTLE_MS)
			break;
		t = settled(d, h, age_ms);
		if (t == NULL)
			continue;
		h->src->adopted = true;
		return held_rescue(&ctx, t);
	}
	return FLOW_END;
}
