/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/source/sequence.h"

#define GAP_MAX (1 << 20)	/* a greater step is a restart */
#define LATE_MAX 65536
#define LATE_RUN 3
#define SAME_RUN 4
#define OTHER_RUN 4
#define UPTIME_SLACK_MS 60000	/* reordering explains that much */

static void
begin(struct sequence *q, const struct sequence_step *s)
{
	uint32_t advance = q->use_other ? s->other : s->advance;

	q->next = s->number + advance;
	q->known = !s->unsure;
	q->late_run = 0;
}

static void
restart(struct sequence *q, const struct sequence_step *s)
{
	q->restarts++;
	q->use_other = false;
	q->other_run = 0;
	begin(q, s);
}

/* An exporter that never raises its number has nothing to say. */
static bool
is_stuck(struct sequence *q, const struct sequence_step *s)
{
	if (s->number == q->last && q->last_advance > 0) {
		if (q->same_run < SAME_RUN)
			q->same_run++;
	} else {
		q->same_run = 0;
	}
	return q->same_run >= SAME_RUN;
}

/* Whether this step was the other unit's, again; enough of them make it the unit. */
static void
watch_unit(struct sequence *q, const struct sequence_step *s)
{
	uint32_t step = s->number - q->last;

	if (q->use_other || q->last_advance == q->last_other || step != q->last_other) {
		if (q->last_advance != q->last_other)
			q->other_run = 0;
		q->run_lost = q->other_run == 0 ? 0 : q->run_lost;
		return;
	}
	if (++q->other_run < OTHER_RUN)
		return;
	q->use_other = true;
	q->other_run = 0;
	q->lost -= q->run_lost < q->lost ? q->run_lost : q->lost;
	q->run_lost = 0;
	q->next = s->number;
}

static bool
went_back(const struct sequence *q, const struct sequence_step *s)
{
	return q->has_uptime && s->has_uptime &&
	    (int32_t)(s->uptime_ms - q->uptime_ms) < -UPTIME_SLACK_MS;
}

static void
take_late(struct sequence *q, const struct sequence_step *s)
{
	uint32_t advance = q->use_other ? s->other : s->advance;

	q->late++;
	q->lost -= advance < q->lost ? advance : q->lost;
	q->late_run = q->late_run > 0 && s->number == q->late_next ?
	    (uint8_t)(q->late_run + 1) : 1;
	q->late_next = s->number + advance;
	if (q->late_run >= LATE_RUN)
		restart(q, s);
}

static void
judge(struct sequence *q, const struct sequence_step *s)
{
	int32_t gap = (int32_t)(s->number - q->next);

	if (went_back(q, s) || gap > GAP_MAX || gap < -LATE_MAX) {
		restart(q, s);
	} else if (gap < 0) {
		take_late(q, s);
	} else {
		q->lost += (uint32_t)gap;
		q->run_lost += (uint32_t)gap;
		begin(q, s);
	}
}

void
sequence_take(struct sequence *q, const struct sequence_step *s)
{
	bool first = !q->known;

	if (!first && is_stuck(q, s))
		return;
	if (!first)
		watch_unit(q, s);
	if (first)
		begin(q, s);
	else
		judge(q, s);
	q->last = s->number;
	q->last_advance = s->advance;
	q->last_other = s->other;
	if (s->has_uptime) {
		q->has_uptime = true;
		q->uptime_ms = s->uptime_ms;
	}
}
