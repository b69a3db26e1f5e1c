/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data sets that came before their template: kept for a while, within limits.  At the total limit
 * the oldest data of newcomers (see source_use.c) is evicted first, and a newcomer never
 * evicts data of an established source: spoofed senders only evict each other's.
 */
#include <stdlib.h>

#include "wire/decoder.h"

#define SOURCE_SHARE 16

static void
unlink_newcomer(struct flow_decoder *d, struct held *h)
{
	*(h->new_prev != NULL ? &h->new_prev->new_next : &d->new_first) = h->new_next;
	*(h->new_next != NULL ? &h->new_next->new_prev : &d->new_last) = h->new_prev;
	h->kept = true;
}

static void
link_newcomer(struct flow_decoder *d, struct held *h)
{
	h->new_next = NULL;
	h->new_prev = d->new_last;
	*(h->new_prev != NULL ? &h->new_prev->new_next : &d->new_first) = h;
	d->new_last = h;
}

static void
drop(struct flow_decoder *d, struct held *h)
{
	struct source *src = h->src;

	if (!h->kept)
		unlink_newcomer(d, h);
	*(h->prev != NULL ? &h->prev->next : &src->held_first) = h->next;
	*(h->next != NULL ? &h->next->prev : &src->held_last) = h->prev;
	*(h->all_prev != NULL ? &h->all_prev->all_next : &d->held_first) = h->all_next;
	*(h->all_next != NULL ? &h->all_next->all_prev : &d->held_last) = h->all_prev;
	src->held_bytes -= sizeof(*h) + h->len;
	d->held_bytes -= sizeof(*h) + h->len;
	free(h);
}

static void
give_up(struct flow_decoder *d, struct held *h)
{
	decoder_count(d, FLOW_COUNT_NO_TEMPLATE, 1);
	drop(d, h);
}

void
held_append(struct flow_decoder *d, struct held *h)
{
	struct source *src = h->src;

	h->next = NULL;
	h->prev = src->held_last;
	*(h->prev != NULL ? &h->prev->next : &src->held_first) = h;
	src->held_last = h;
	h->all_next = NULL;
	h->all_prev = d->held_last;
	*(h->all_prev != NULL ? &h->all_prev->all_next : &d->held_first) = h;
	d->held_last = h;
	h->kept = src->established;
	if (!h->kept)
		link_newcomer(d, h);
	src->held_bytes += sizeof(*h) + h->len;
	d->held_bytes += sizeof(*h) + h->len;
}

void
held_keep(struct flow_decoder *d, struct source *src)
{
	struct held *h;

	for (h = src->held_first; h != NULL; h = h->next)
		if (!h->kept)
			unlink_newcomer(d, h);
}

/* Makes room for data of that source; false if the new data must be dropped instead. */
static bool
make_room(struct flow_decoder *d, struct source *src, size_t bytes)
{
	size_t limit = d->options.max_held_bytes;

	if (bytes > limit / SOURCE_SHARE)
		return false;
	while (src->held_bytes + bytes > limit / SOURCE_SHARE)
		give_up(d, src->held_first);
	while (d->held_bytes + bytes > limit) {
		if (d->new_first == NULL && !src->established)
			return false;
		give_up(d, d->new_first != NULL ? d->new_first : d->held_first);
	}
	return true;
}

enum flow_status
held_add(struct context *ctx, uint16_t id, const uint8_t *body, size_t len)
{
	struct flow_decoder *d = ctx->d;
	size_t bytes = sizeof(struct held) + len;
	struct held *h;

	if (!make_room(d, ctx->src, bytes)) {
		decoder_count(d, FLOW_COUNT_NO_TEMPLATE, 1);
		return FLOW_OK;
	}
	h = malloc(bytes);
	if (h == NULL)
		return FLOW_ENOMEM;
	h->src = ctx->src;
	h->when = ctx->when;
	h->since_ms = d->age.now_ms;
	h->id = id;
	h->len = len;
	if (len > 0)
		memcpy(h->bytes, body, len);
	held_append(d, h);
	decoder_count(d, FLOW_COUNT_SETS_HELD, 1);
	return FLOW_OK;
}

enum flow_status
held_rescue(struct context *ctx, struct template *t)
{
	struct context then = *ctx;
	struct held *h, *next;
	enum flow_status st = FLOW_OK;
	uint32_t records;

	held_expire(ctx->d);
	for (h = ctx->src->held_first; h != NULL && st == FLOW_OK; h = next) {
		next = h->next;
		if (h->id != t->id)
			continue;
		then.when = h->when;
		st = sets_records(&then, t, h->bytes, h->len, &records);
		decoder_count(ctx->d, FLOW_COUNT_SETS_RESCUED, 1);
		drop(ctx->d, h);
	}
	return st;
}

void
held_clear(struct flow_decoder *d, struct source *src)
{
	while (src->held_first != NULL)
		give_up(d, src->held_first);
}

void
held_expire(struct flow_decoder *d)
{
	while (d->held_first != NULL &&
	    d->age.now_ms - d->held_first->since_ms > d->options.held_ms)
		give_up(d, d->held_first);
}
