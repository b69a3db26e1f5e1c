/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/source/sequence.h"

#define GAP_MAX (1 << 20)	/* a greater step is a restart */
#define LATE_MAX 65536
#define LATE_RUN 3
#define MIXED_RUN 4		/* this many consecutive numbers among others are another count */
#define SAME_RUN 4
#define OTHER_RUN 4
#define UPTIME_SLACK_MS 60000	/* reordering explains this much */
#define RESUME_GAP 1024		/* an interrupted count may have lost this much meanwhile */
#define GAP_STEPS 256		/* within this many steps a count resumes where a false gap began */
#define RESUME_STEPS 65536	/* after this many steps of others a count is forgotten */

static void
begin(struct sequence_counter *c, const struct sequence_step *s)
{
	c->next = s->number + (c->use_other ? s->other : s->advance);
	c->known = !s->unsure;
}

/* A place for another count: a free one, else the least recently used. */
static uint8_t
spare(const struct sequence *q)
{
	uint8_t i, oldest = q->active == 0 ? 1 : 0;

	if (q->counters < SEQUENCE_COUNTERS)
		return q->counters;
	for (i = 0; i < SEQUENCE_COUNTERS; i++)
		if (i != q->active && q->steps - q->counter[i].used >
		    q->steps - q->counter[oldest].used)
			oldest = i;
	return oldest;
}

/* The step begins another count, beside the previous one or, if `replaced`, in its place. */
static void
begin_other(struct sequence *q, const struct sequence_step *s, bool replaced)
{
	uint8_t i = spare(q), j;

	for (j = 0; j < q->counters; j++)
		if (q->counter[j].before == i)
			q->counter[j].replaced = false;
	q->counter[i] = (struct sequence_counter){ .before = q->active, .replaced = replaced,
		.shared = !replaced };
	if (!replaced)
		q->counter[q->active].shared = true;
	if (i == q->counters)
		q->counters++;
	q->active = i;
	begin(&q->counter[i], s);
}

static void
restart(struct sequence *q, const struct sequence_step *s)
{
	q->restarts++;
	begin_other(q, s, true);
}

/* Whether the exporter never raises its number, so that it means nothing. */
static bool
is_stuck(struct sequence_counter *c, const struct sequence_step *s)
{
	if (s->number == c->last && c->last_advance > 0) {
		if (c->same_run < SAME_RUN)
			c->same_run++;
	} else {
		c->same_run = 0;
	}
	return c->same_run >= SAME_RUN;
}

/* Takes units back from `lost`; returns how many there were. */
static uint64_t
take_back(struct sequence *q, uint64_t units)
{
	uint64_t taken = units < q->lost ? units : q->lost;

	q->lost -= taken;
	return taken;
}

/* Checks whether the step fits the other unit; enough such steps in a row make that the unit. */
static void
watch_unit(struct sequence *q, struct sequence_counter *c, const struct sequence_step *s)
{
	uint32_t step = s->number - c->last;

	if (c->use_other || c->last_advance == c->last_other || step != c->last_other) {
		if (c->last_advance != c->last_other)
			c->other_run = 0;
		c->run_lost = c->other_run == 0 ? 0 : c->run_lost;
		return;
	}
	if (++c->other_run < OTHER_RUN)
		return;
	c->use_other = true;
	c->other_run = 0;
	(void)take_back(q, c->run_lost);
	c->run_lost = 0;
	c->gap_left = 0;
	c->next = s->number;
}

static bool
went_back(const struct sequence_counter *c, const struct sequence_step *s)
{
	return !c->many_clocks && c->has_uptime && s->has_uptime &&
	    (int32_t)(s->uptime_ms - c->uptime_ms) < -UPTIME_SLACK_MS;
}

/* Counts consecutive late steps, with steps of other counters between them or not. */
static void
watch_late(struct sequence_counter *c, const struct sequence_step *s, uint32_t advance)
{
	bool follows = c->late_run > 0 && s->number == c->late_next;

	c->late_run = follows ? (uint8_t)(c->late_run + 1) : 1;
	c->late_mixed &= follows;
	c->late_next = s->number + advance;
	if (s->number != c->gap_next)
		return;
	c->gap_next += advance;
	c->gap_left -= advance < c->gap_left ? advance : c->gap_left;
}

static void
take_late(struct sequence *q, struct sequence_counter *c, const struct sequence_step *s)
{
	uint32_t advance = c->use_other ? s->other : s->advance, gap_left;
	uint64_t taken;
	bool mixed;

	q->late++;
	taken = take_back(q, advance);
	watch_late(c, s, advance);
	c->late_taken = taken + (c->late_run > 1 ? c->late_taken : 0);
	mixed = c->late_mixed;
	if (c->late_run < (mixed ? MIXED_RUN : LATE_RUN))
		return;
	/* If this count continues in the gap, there was no gap; else the steps were not late, and gaps remain. */
	gap_left = c->gap_next == s->number + advance ? c->gap_left : 0;
	if (c->gap_next != s->number + advance)
		q->lost += c->late_taken;
	q->late -= c->late_run < q->late ? c->late_run : q->late;
	c->gap_left = 0;
	c->late_run = 0;
	(void)take_back(q, gap_left);
	if (!mixed) {
		restart(q, s);
		return;
	}
	begin_other(q, s, false);
}

static void
take_gap(struct sequence *q, struct sequence_counter *c, const struct sequence_step *s, uint32_t gap)
{
	q->lost += gap;
	c->run_lost += gap;
	if (gap > 0) {
		c->gap_next = c->next;
		c->gap_left = gap;
		c->gap_step = q->steps;
		c->late_run = 0;
	}
	c->late_mixed = c->late_run > 0;
	begin(c, s);
}

/* Whether the step continues where a gap began: then another count began there, and there was no gap. */
static bool
goes_on_behind(struct sequence *q, const struct sequence_step *s)
{
	uint8_t i;

	for (i = 0; i < q->counters; i++) {
		struct sequence_counter *c = &q->counter[i];
		uint32_t missing = s->number - c->gap_next;

		if (missing >= c->gap_left || missing > RESUME_GAP || q->steps - c->gap_step > GAP_STEPS)
			continue;
		(void)take_back(q, c->gap_left);
		q->lost += missing;
		c->run_lost = 0;
		c->gap_left = 0;
		c->shared = true;
		begin_other(q, s, false);
		return true;
	}
	return false;
}

static void
judge(struct sequence *q, struct sequence_counter *c, const struct sequence_step *s)
{
	int32_t gap = (int32_t)(s->number - c->next);

	/* A reboot resets the number: if it continues, the uptimes are of several clocks. */
	c->many_clocks = c->many_clocks || (gap == 0 && went_back(c, s));
	if (went_back(c, s) || gap > GAP_MAX || gap < -LATE_MAX) {
		if (!goes_on_behind(q, s))
			restart(q, s);
	} else if (gap < 0) {
		take_late(q, c, s);
	} else {
		take_gap(q, c, s, (uint32_t)gap);
	}
}

/* The distance of the step from a count's next number; UINT32_MAX: it does not continue that count. */
static uint32_t
distance(const struct sequence *q, uint8_t i, const struct sequence_step *s)
{
	const struct sequence_counter *c = &q->counter[i];
	uint32_t gap = s->number - c->next, limit = i == q->active ? GAP_MAX : RESUME_GAP;

	if (!c->known || gap > limit || q->steps - c->used > RESUME_STEPS ||
	    (went_back(c, s) && (gap > 0 || i != q->active)))
		return UINT32_MAX;
	return gap;
}

/* A count continues that seemed replaced by another: there are two. */
static void
resume(struct sequence *q, uint8_t to)
{
	uint8_t i;

	q->counter[q->active].shared = q->counter[to].shared = true;
	for (i = 0; i < q->counters; i++) {
		struct sequence_counter *c = &q->counter[i];

		if (c->replaced && c->before == to) {
			c->replaced = false;
			q->restarts -= q->restarts > 0;
		}
	}
	q->active = to;
}

/* Activates the count that the step continues best, mostly the active one. */
static void
choose(struct sequence *q, const struct sequence_step *s)
{
	uint32_t nearest = distance(q, q->active, s);
	uint8_t i, best = q->active;

	if (nearest == 0 || !q->counter[best].known)
		return;
	for (i = 0; i < q->counters; i++) {
		uint32_t d = i == q->active ? UINT32_MAX : distance(q, i, s);

		if (d < nearest) {
			nearest = d;
			best = i;
		}
	}
	if (best != q->active)
		resume(q, best);
}

static void
remember(struct sequence *q, const struct sequence_step *s)
{
	struct sequence_counter *c = &q->counter[q->active];

	c->used = q->steps;
	c->last = s->number;
	c->last_advance = s->advance;
	c->last_other = s->other;
	if (s->has_uptime) {
		c->has_uptime = true;
		c->uptime_ms = s->uptime_ms;
	}
}

void
sequence_take(struct sequence *q, const struct sequence_step *s)
{
	struct sequence_counter *c;

	q->steps++;
	if (q->counters == 0)
		q->counters = 1;
	choose(q, s);
	c = &q->counter[q->active];
	if (c->known) {
		if (is_stuck(c, s))
			return;
		watch_unit(q, c, s);
		judge(q, c, s);
	} else {
		begin(c, s);
	}
	remember(q, s);
}

void
sequence_forget(struct sequence *q)
{
	*q = (struct sequence){ .lost = q->lost, .late = q->late, .restarts = q->restarts };
}

void
sequence_count_anew(struct sequence *q)
{
	uint8_t i;

	q->lost = q->late = q->restarts = 0;
	for (i = 0; i < q->counters; i++) {
		q->counter[i].run_lost = 0;
		q->counter[i].late_taken = 0;
		q->counter[i].gap_left = 0;
		q->counter[i].replaced = false;
	}
}

unsigned
sequence_senders(const struct sequence *q)
{
	unsigned i, n = 0;

	for (i = 0; i < q->counters; i++)
		n += q->counter[i].shared && q->steps - q->counter[i].used <= RESUME_STEPS;
	return n > 1 ? n : 1;
}
