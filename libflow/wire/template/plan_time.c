/* SPDX-License-Identifier: BSD-2-Clause */
/* first, last and event_time by the order of trust that wire/decode.h states. */
#include "wire/decoder.h"

#define NTP_TO_UNIX_S INT64_C(2208988800)	/* from 1900 to 1970 */
#define NTP_ERA_S (INT64_C(1) << 32)
#define TIME_KINDS ((ROLE_LAST_UPTIME - ROLE_FIRST_MS + 1) / 2)
#define UPTIME_WRAP_MS (INT64_C(1) << 32)

static int64_t
plausible(uint64_t ms)
{
	return ms <= (uint64_t)TIME_MAX_MS ? (int64_t)ms : 0;
}

/* A 64-bit NTP time in milliseconds, rounded down; values before 1968 belong to the era that begins in 2036. */
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

/* An uptime as a time, given the boot time; of its 2^32 ms wraps, the nearest to the export time. */
static int64_t
from_init(const struct context *ctx, int64_t init_ms, uint64_t uptime)
{
	int64_t t = init_ms + (int64_t)(uint32_t)uptime;
	int64_t behind = ctx->when.export_ms - t;

	if (behind > UPTIME_WRAP_MS / 2)
		t += (behind + UPTIME_WRAP_MS / 2) / UPTIME_WRAP_MS * UPTIME_WRAP_MS;
	return t;
}

/* A time by the exporter's clock, corrected if that is wrong; 0 is none. */
static int64_t
mended(const struct rows *r, int64_t ms)
{
	return ms != 0 ? ms - r->ctx->when.ahead_ms : 0;
}

/* The boot time in row i, else the last one of its source; 0: none. */
static int64_t
boot_time(const struct rows *r, size_t i)
{
	struct span s = rows_role(r, ROLE_SYSTEM_INIT);
	int64_t said = s.len > 0 ? plausible(span_number(&s, r->stride, i)) : 0;

	if (said <= 0 && r->ctx->src->has_init)
		said = r->ctx->src->init_ms;
	return mended(r, said);
}

static int64_t
from_uptime(const struct rows *r, size_t i, uint64_t v)
{
	const struct context *ctx = r->ctx;
	int64_t init_ms;

	if (v > UINT32_MAX)	/* some send a clock time here */
		return mended(r, plausible(v));
	if (ctx->when.has_uptime)
		return ctx->when.export_ms - uptime_age(ctx->when.uptime_ms, (uint32_t)v);
	init_ms = boot_time(r, i);
	return init_ms > 0 ? from_init(ctx, init_ms, v) : 0;
}

/* Row i's value of a role's field; 0: none, or impossible. */
static int64_t
read_time(const struct rows *r, unsigned role, size_t i)
{
	const struct context *ctx = r->ctx;
	const struct span *s = &r->span[r->plan->role[role]];
	const uint8_t *p = s->p + i * r->stride;
	size_t len = s->len;
	uint64_t v;

	switch (role) {
	case ROLE_FIRST_MS: case ROLE_LAST_MS: case ROLE_EVENT_MS:
		return mended(r, plausible(load_wide(p, len)));
	case ROLE_FIRST_S: case ROLE_LAST_S: case ROLE_EVENT_S:
		v = load_wide(p, len);
		return v <= UINT32_MAX ? mended(r, (int64_t)v * 1000) : 0;
	case ROLE_FIRST_DELTA: case ROLE_LAST_DELTA:
		v = load_wide(p, len) / 1000;
		return v < (uint64_t)ctx->when.export_ms ? ctx->when.export_ms - (int64_t)v : 0;
	case ROLE_FIRST_UPTIME: case ROLE_LAST_UPTIME:
		return from_uptime(r, i, load_wide(p, len));
	default:
		return mended(r, from_ntp(p, len));
	}
}

/* Whether uptimes can be converted to times. */
static bool
knows_boot(const struct rows *r)
{
	return r->ctx->when.has_uptime || r->ctx->src->has_init ||
	    rows_role(r, ROLE_SYSTEM_INIT).len > 0;
}

/* Separate loops for the common widths; others go through read_time. */
static void
read_times(const struct rows *r, unsigned role, int64_t *dst)
{
	const struct span *s = &r->span[r->plan->role[role]];
	const struct context *ctx = r->ctx;
	const uint8_t *p = s->p;
	int64_t export_ms = ctx->when.export_ms;
	bool uptime = role == ROLE_FIRST_UPTIME || role == ROLE_LAST_UPTIME;
	size_t i;

	if (s->len == 4 && uptime && !knows_boot(r))
		return;		/* the column is zero */
	if (s->len == 4 && ctx->when.has_uptime && uptime) {
		for (i = 0; i < r->n; i++, p += r->stride)
			dst[i] = export_ms - uptime_age(ctx->when.uptime_ms, load_be32(p));
	} else if (s->len == 8 && ctx->when.ahead_ms == 0 &&
	    (role == ROLE_FIRST_MS || role == ROLE_LAST_MS)) {
		for (i = 0; i < r->n; i++, p += r->stride)
			dst[i] = plausible(load_be64(p));
	} else if (s->len > 0) {
		for (i = 0; i < r->n; i++)
			dst[i] = read_time(r, role, i);
	}
}

/* A boot time in records applies to later ones, too. */
static void
learn_init(const struct rows *r)
{
	struct span s = rows_role(r, ROLE_SYSTEM_INIT);

	if (s.len == 0)
		return;
	r->ctx->src->init_ms = plausible(span_number(&s, r->stride, r->n - 1));
	r->ctx->src->has_init = r->ctx->src->init_ms > 0;
}

/* Both ends of a flow by one kind of element. */
struct ends {
	bool has[2];
	int64_t ms[2];
};

static bool
role_is_zero(const struct rows *r, unsigned role, size_t i)
{
	const struct span *s = &r->span[r->plan->role[role]];

	return load_wide(s->p + i * r->stride, s->len) == 0;
}

/* Row i's ends by the elements of `first_role` and the role after it. */
static void
read_ends(const struct rows *r, unsigned first_role, size_t i, struct ends *e)
{
	bool relative = first_role == ROLE_FIRST_DELTA || first_role == ROLE_FIRST_UPTIME;
	bool zero = true;
	unsigned end;

	for (end = 0; end < 2; end++) {
		unsigned role = first_role + end;

		e->ms[end] = 0;
		e->has[end] = rows_role(r, (enum element_role)role).len > 0;
		if (!e->has[end])
			continue;
		e->ms[end] = read_time(r, role, i);
		zero = zero && role_is_zero(r, role, i);
	}
	/* Zero is a valid time here, but if both ends are zero, they were not filled. */
	if (relative && zero)
		e->ms[0] = e->ms[1] = 0;
}

static bool
is_whole(const struct ends *e)
{
	return (e->has[0] || e->has[1]) && (!e->has[0] || e->ms[0] != 0) &&
	    (!e->has[1] || e->ms[1] != 0);
}

/* The first kind whose ends in the template are all set, else the first with one that is. */
static unsigned
choose_kind(const struct ends kind[TIME_KINDS])
{
	unsigned k;

	for (k = 0; k < TIME_KINDS; k++)
		if (is_whole(&kind[k]))
			return k;
	for (k = 0; k < TIME_KINDS; k++)
		if (kind[k].ms[0] != 0 || kind[k].ms[1] != 0)
			break;
	return k;
}

static void
choose_ends(const struct rows *r, size_t i, int64_t *const ends[2])
{
	const uint8_t winner[2] = { r->plan->first_role, r->plan->last_role };
	struct ends kind[TIME_KINDS];
	unsigned chosen, end, k;

	for (k = 0; k < TIME_KINDS; k++)
		read_ends(r, ROLE_FIRST_MS + 2 * k, i, &kind[k]);
	chosen = choose_kind(kind);
	if (chosen == TIME_KINDS)
		chosen = 0;
	for (end = 0; end < 2; end++) {
		k = chosen;
		/* The template lacks this end in the kind: take it from the next kind that has it. */
		if (!kind[chosen].has[end])
			for (k = 0; k < TIME_KINDS - 1 && kind[k].ms[end] == 0; k++)
				;
		ends[end][i] = kind[k].ms[end];
		if (ROLE_FIRST_MS + 2 * k + end != winner[end])
			r->choice[i].displaced |= (uint8_t)(PLAN_DISPLACED_FIRST << end);
	}
}

/* Replaces times that a record leaves unfilled by those of the next kind, both ends together. */
static void
fall_back(const struct rows *r, int64_t *first, int64_t *last)
{
	const struct plan *p = r->plan;
	int64_t *const ends[2] = { first, last };
	/* Relative to the export or the boot, zero is a time. */
	bool always = p->first_role >= ROLE_FIRST_DELTA || p->last_role >= ROLE_FIRST_DELTA;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (always || (p->first_role != ROLE_COUNT && first[i] == 0) ||
		    (p->last_role != ROLE_COUNT && last[i] == 0))
			choose_ends(r, i, ends);
}

/* The same for event times, which have one end. */
static void
fall_back_event(const struct rows *r, int64_t *event)
{
	unsigned role;
	size_t i;

	for (i = 0; i < r->n; i++)
		for (role = ROLE_EVENT_MS; role <= ROLE_EVENT_S && event[i] == 0; role++)
			if (rows_role(r, (enum element_role)role).len > 0)
				event[i] = read_time(r, role, i);
}

/* Computes a missing end from a duration. */
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

/* Uptimes without a boot time: the flow keeps its duration, and ends at the export. */
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
			/* One end is off by a wrap: the one further from the export time. */
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
		if (p->choose_event)
			fall_back_event(r, event);
	}
	learn_init(r);
	if (p->first_role != ROLE_COUNT)
		read_times(r, p->first_role, first);
	if (p->last_role != ROLE_COUNT)
		read_times(r, p->last_role, last);
	if (p->choose_times)
		fall_back(r, first, last);
	apply_relative(r, first, last);
	apply_duration(r, first, last);
	times_repair(r->ctx, first, last, event, r->n);
	times_check(r->ctx, first, last, r->n);
	return FLOW_OK;
}
