/* SPDX-License-Identifier: BSD-2-Clause */
/* first, last and event_time by the order of trust that wire/decode.h states. */
#include "wire/decoder.h"

#define NTP_TO_UNIX_S INT64_C(2208988800)	/* from 1900 to 1970 */
#define NTP_ERA_S (INT64_C(1) << 32)
#define UPTIME_WRAP_MS (INT64_C(1) << 32)

static int64_t
plausible(uint64_t ms)
{
	return ms <= (uint64_t)TIME_MAX_MS ? (int64_t)ms : 0;
}

/* NTP's 64 bits, cut to milliseconds; values before 1968 are of the era that begins in 2036. */
static int64_t
from_ntp(const uint8_t *p, size_t len)
{
	int64_t s, ms;

	if (len != 8)
		return 0;
	s = load_be32(p);
	ms = (int64_t)(((uint64_t)load_be32(p + 4) * 1000) >> 32);
	if (s == 0 && ms == 0)
		return 0;
	if (s < NTP_ERA_S / 2)
		s += NTP_ERA_S;
	return (s - NTP_TO_UNIX_S) * 1000 + ms;
}

/* Milliseconds since boot, given the boot time; the wrap nearest to the export time. */
static int64_t
from_init(const struct context *ctx, uint64_t uptime)
{
	int64_t t = ctx->src->init_ms + (int64_t)(uint32_t)uptime;
	int64_t behind = ctx->when.export_ms - t;

	if (behind > UPTIME_WRAP_MS / 2)
		t += (behind + UPTIME_WRAP_MS / 2) / UPTIME_WRAP_MS * UPTIME_WRAP_MS;
	return t;
}

static int64_t
from_uptime(const struct context *ctx, const uint8_t *p, size_t len)
{
	uint64_t v = load_wide(p, len);

	if (v > UINT32_MAX)	/* some send a clock's time here */
		return plausible(v);
	if (ctx->when.has_uptime)
		return ctx->when.export_ms - uptime_age(ctx->when.uptime_ms, (uint32_t)v);
	return ctx->src->has_init ? from_init(ctx, v) : 0;
}

static int64_t
read_time(const struct context *ctx, unsigned role, const uint8_t *p, size_t len)
{
	uint64_t v;

	switch (role) {
	case ROLE_FIRST_MS: case ROLE_LAST_MS: case ROLE_EVENT_MS:
		return plausible(load_wide(p, len));
	case ROLE_FIRST_S: case ROLE_LAST_S: case ROLE_EVENT_S:
		v = load_wide(p, len);
		return v <= UINT32_MAX ? (int64_t)v * 1000 : 0;
	case ROLE_FIRST_DELTA: case ROLE_LAST_DELTA:
		v = load_wide(p, len) / 1000;
		return v < (uint64_t)ctx->when.export_ms ? ctx->when.export_ms - (int64_t)v : 0;
	case ROLE_FIRST_UPTIME: case ROLE_LAST_UPTIME:
		return from_uptime(ctx, p, len);
	default:
		return from_ntp(p, len);
	}
}

/* The common widths as loops of their own; everything else through read_time. */
static void
read_times(const struct rows *r, unsigned role, int64_t *dst)
{
	const struct span *s = &r->span[r->plan->role[role]];
	const struct context *ctx = r->ctx;
	const uint8_t *p = s->p;
	int64_t export_ms = ctx->when.export_ms;
	size_t i;

	if (s->len == 4 && ctx->when.has_uptime &&
	    (role == ROLE_FIRST_UPTIME || role == ROLE_LAST_UPTIME)) {
		for (i = 0; i < r->n; i++, p += r->stride)
			dst[i] = export_ms - uptime_age(ctx->when.uptime_ms, load_be32(p));
	} else if (s->len == 8 && (role == ROLE_FIRST_MS || role == ROLE_LAST_MS)) {
		for (i = 0; i < r->n; i++, p += r->stride)
			dst[i] = plausible(load_be64(p));
	} else if (s->len > 0) {
		for (i = 0; i < r->n; i++, p += r->stride)
			dst[i] = read_time(ctx, role, p, s->len);
	}
}

/* Boot time said by the record itself holds for it and for what follows. */
static void
learn_init(const struct rows *r)
{
	struct span s = rows_role(r, ROLE_SYSTEM_INIT);

	if (s.len == 0)
		return;
	r->ctx->src->init_ms = plausible(load_wide(s.p, s.len));
	r->ctx->src->has_init = r->ctx->src->init_ms > 0;
}

/* A missing end from a duration. */
static void
apply_duration(const struct rows *r, int64_t *first, int64_t *last)
{
	struct span ms = rows_role(r, ROLE_DURATION_MS), us = rows_role(r, ROLE_DURATION_US);
	const struct span *s = ms.len > 0 ? &ms : &us;
	size_t i;

	if (s->len == 0)
		return;
	for (i = 0; i < r->n; i++) {
		uint64_t d = span_number(s, r->stride, i) / (s == &us ? 1000 : 1);

		if (d > (uint64_t)UPTIME_WRAP_MS)
			continue;
		if (last[i] == 0 && first[i] != 0)
			last[i] = first[i] + (int64_t)d;
		else if (first[i] == 0 && last[i] > (int64_t)d)
			first[i] = last[i] - (int64_t)d;
	}
}

/* Uptimes without a boot time: as long as they say, ending at the export. */
static void
apply_relative(const struct rows *r, int64_t *first, int64_t *last)
{
	struct span from = rows_role(r, ROLE_FIRST_UPTIME), to = rows_role(r, ROLE_LAST_UPTIME);
	size_t i;

	if (from.len != 4 || to.len != 4 || r->ctx->when.has_uptime || r->ctx->src->has_init)
		return;
	for (i = 0; i < r->n; i++) {
		int32_t d = (int32_t)((uint32_t)span_number(&to, r->stride, i) -
		    (uint32_t)span_number(&from, r->stride, i));

		if (first[i] != 0 || last[i] != 0)
			continue;
		last[i] = r->ctx->when.export_ms;
		first[i] = last[i] - (d > 0 ? d : 0);
		decoder_count(r->ctx->d, FLOW_COUNT_TIME_ESTIMATED, 1);
	}
}

void
times_repair(struct context *ctx, int64_t *first, int64_t *last, const int64_t *event, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (LIKELY(first[i] > 0 && last[i] >= first[i]))
			continue;
		if (first[i] <= 0 && last[i] <= 0) {
			bool timed = event != NULL && event[i] > 0;

			first[i] = timed ? event[i] : ctx->when.export_ms;
			last[i] = first[i];
			if (!timed)
				decoder_count(ctx->d, FLOW_COUNT_TIME_ESTIMATED, 1);
		} else if (first[i] <= 0) {
			first[i] = last[i];
		} else if (last[i] <= 0) {
			last[i] = event != NULL && event[i] > first[i] ? event[i] : first[i];
		} else if (first[i] - last[i] > UPTIME_WRAP_MS / 2 &&
		    first[i] - last[i] <= UPTIME_WRAP_MS) {
			/* One of them is a wrap off: the one further from the export time. */
			if (first[i] > ctx->when.export_ms)
				first[i] -= UPTIME_WRAP_MS;
			else
				last[i] += UPTIME_WRAP_MS;
		} else {
			last[i] = first[i];
		}
	}
}

enum flow_status
rows_times(const struct rows *r)
{
	const struct plan *p = r->plan;
	struct flow_builder *out = r->ctx->out;
	int64_t *first = flow_builder_flat(out, FLOW_FIELD_FIRST, r->n);
	int64_t *last = flow_builder_flat(out, FLOW_FIELD_LAST, r->n);
	int64_t *event = NULL;

	if (first == NULL || last == NULL)
		return FLOW_ENOMEM;
	if (p->event_role != ROLE_COUNT && r->span[p->role[p->event_role]].len > 0) {
		event = flow_builder_flat(out, FLOW_FIELD_EVENT_TIME, r->n);
		if (event == NULL)
			return FLOW_ENOMEM;
		read_times(r, p->event_role, event);
	}
	learn_init(r);
	if (p->first_role != ROLE_COUNT)
		read_times(r, p->first_role, first);
	if (p->last_role != ROLE_COUNT)
		read_times(r, p->last_role, last);
	apply_relative(r, first, last);
	apply_duration(r, first, last);
	times_repair(r->ctx, first, last, event, r->n);
	return FLOW_OK;
}
