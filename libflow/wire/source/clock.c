/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares exporters' clocks with the receive time: counts and reports clocks more than a minute
 * off, and impossible times.
 */
#include "wire/decoder.h"

#define WRONG_MS 60000
#define RIGHT_MS 30000		/* a clock is corrected until it is within this of the receive time */
#define JITTER_MS 2000		/* headers have seconds, networks delay */
#define YEAR_MS (INT64_C(366) * 86400000)
#define LONGEST_MS ((INT64_C(1) << 31) - 1)

static bool
differs(int64_t a, int64_t b, int64_t by)
{
	return a - b > by || b - a > by;
}

/* For the log, once for each exporter. */
static void
tell_clock(struct flow_decoder *d, struct source *src, int64_t header_ms, int64_t ahead_ms)
{
	if (src->exporter->told_clock)
		return;
	src->exporter->told_clock = true;
	d->news.exporter = src->exporter->addr;
	d->news.clock = true;
	d->news.header_ms = header_ms;
	d->news.ahead_ms = ahead_ms;
}

void
source_clock(struct flow_decoder *d, struct source *src, int64_t header_ms, struct moment *when)
{
	int64_t ahead_ms = header_ms - when->received_ms;

	when->ahead_ms = 0;
	when->export_ms = clock_or_received(header_ms, when->received_ms);
	if (LIKELY(!differs(ahead_ms, 0, RIGHT_MS)) || when->received_ms < CLOCK_BEGIN_MS) {
		src->ahead_ms = 0;
		return;
	}
	if (differs(ahead_ms, 0, WRONG_MS)) {
		decoder_count(d, FLOW_COUNT_CLOCK_WRONG, 1);
		src->clock_wrong++;
		src->wrong_ms = ahead_ms;
		tell_clock(d, src, header_ms, ahead_ms);
	} else if (src->ahead_ms == 0) {
		return;
	}
	if (differs(ahead_ms, src->ahead_ms, JITTER_MS))
		src->ahead_ms = ahead_ms;
	if (!d->options.fix_clock)
		return;
	when->ahead_ms = src->ahead_ms;
	when->export_ms = header_ms - src->ahead_ms;
}

/* For the log, once for each exporter. */
static void
tell_times(struct context *ctx, int64_t first_ms, int64_t last_ms)
{
	struct exporter *e = ctx->src->exporter;

	if (e->told_times)
		return;
	e->told_times = true;
	ctx->d->news.exporter = e->addr;
	ctx->d->news.times = true;
	ctx->d->news.first_ms = first_ms;
	ctx->d->news.last_ms = last_ms;
}

/* The sign bit is set if one of the differences is negative. */
static inline int64_t
judge_times(int64_t first, int64_t last, int64_t latest)
{
	return (first - CLOCK_BEGIN_MS) | (latest - last) | (LONGEST_MS - (last - first));
}

void
times_check(struct context *ctx, const int64_t *first, const int64_t *last, size_t n)
{
	int64_t latest = ctx->when.received_ms < CLOCK_BEGIN_MS ? INT64_MAX / 2 :
	    ctx->when.received_ms + YEAR_MS;
	int64_t any = 0;
	size_t i;

	for (i = 0; i < n; i++)
		any |= judge_times(first[i], last[i], latest);
	for (i = 0; i < n && any < 0; i++) {
		if (judge_times(first[i], last[i], latest) >= 0)
			continue;
		decoder_count(ctx->d, FLOW_COUNT_TIMES_WRONG, 1);
		ctx->src->times_wrong++;
		tell_times(ctx, first[i], last[i]);
	}
}

bool
flow_decoder_news(struct flow_decoder *d, struct flow_exporter_news *out)
{
	const struct exporter *e;

	if (LIKELY(!d->news.begins && !d->news.clock && !d->news.times))
		return false;
	*out = d->news;
	e = exporter_find(d, &out->exporter);
	out->waits = out->begins && e != NULL && e->newest->held_bytes > 0;
	d->news = (struct flow_exporter_news){ .clock = false };
	return true;
}
