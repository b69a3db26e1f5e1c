/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/scan_span.h"

/* 1990-01-01: no flow was exported before. */
#define PLAUSIBLE_MS INT64_C(631152000000)
#define DAY_MS INT64_C(86400000)

static bool
column_bounds(const struct source *s, size_t group, enum flow_field field, struct pq_bounds *bounds)
{
	int column = s->map.column[field];

	if (column < 0)
		return false;
	pq_file_bounds(s->file, group, (size_t)column, bounds);
	return bounds->has_bounds && bounds->min <= bounds->max;
}

/* Adds the flows' times of a row group; those more than a day off its receive times are replaced by these. */
static void
add_flows(struct span_part *part, const struct source *s, size_t group)
{
	struct pq_bounds first, last;
	int64_t from = part->received_first_ms, to = part->received_last_ms;

	if (!column_bounds(s, group, FLOW_FIELD_FIRST, &first) ||
	    !column_bounds(s, group, FLOW_FIELD_LAST, &last)) {
		part->flows_unknown = true;
		return;
	}
	part->first_ms = first.min;
	part->last_ms = last.max;
	if (part->unknown)
		return;
	if (part->first_ms < from - DAY_MS || part->first_ms > to + DAY_MS)
		part->first_ms = from;
	if (part->last_ms < from - DAY_MS || part->last_ms > to + DAY_MS)
		part->last_ms = to;
}

/* Limits an instant so that adding or subtracting a day does not overflow. */
static int64_t
clamp(int64_t ms)
{
	const int64_t most = INT64_MAX / 2;

	return ms > most ? most : ms < -most ? -most : ms;
}

static void
add_group(struct span_part *part, const struct source *s, size_t group)
{
	struct span_part one = { .has_rows = true };
	struct pq_bounds received;

	if (!column_bounds(s, group, FLOW_FIELD_RECEIVED, &received)) {
		one.unknown = true;
	} else {
		one.plausible = received.max >= PLAUSIBLE_MS;
		one.received_last_ms = clamp(received.max);
		one.received_first_ms = one.plausible && received.min < PLAUSIBLE_MS ?
		    one.received_last_ms : clamp(received.min);
	}
	add_flows(&one, s, group);
	span_add(part, &one);
}

/* Old files at most tell the times of their flows: these stand for receive times, too. */
static void
add_old(struct span_part *part, const struct old_file *old)
{
	const struct old_about *about = old_file_about(old);
	struct span_part one = { .has_rows = true, .unknown = !about->has_times, .flows_unknown = !about->has_times };

	if (about->has_times) {
		one.plausible = about->last_ms >= PLAUSIBLE_MS;
		one.received_first_ms = one.first_ms = clamp(about->first_ms);
		one.received_last_ms = one.last_ms = clamp(about->last_ms);
	}
	span_add(part, &one);
}

void
span_add_file(struct span_part *part, const struct source *source)
{
	if (source->old != NULL) {
		add_old(part, source->old);
		return;
	}
	for (size_t g = 0; g < pq_file_groups(source->file); g++)
		if (pq_file_group_rows(source->file, g) > 0)
			add_group(part, source, g);
}

static void
widen(int64_t *first, int64_t *last, int64_t more_first, int64_t more_last)
{
	if (more_first < *first)
		*first = more_first;
	if (more_last > *last)
		*last = more_last;
}

void
span_add(struct span_part *part, const struct span_part *more)
{
	bool unknown = part->unknown || more->unknown;

	if (!more->has_rows)
		return;
	if (!part->has_rows) {
		*part = *more;
		return;
	}
	if (part->unknown || (more->plausible && !part->plausible)) {
		part->received_first_ms = more->received_first_ms;
		part->received_last_ms = more->received_last_ms;
	} else if (!more->unknown && more->plausible == part->plausible) {
		widen(&part->received_first_ms, &part->received_last_ms, more->received_first_ms,
		    more->received_last_ms);
	}
	part->unknown = unknown;
	part->plausible |= more->plausible;
	part->flows_unknown |= more->flows_unknown;
	widen(&part->first_ms, &part->last_ms, more->first_ms, more->last_ms);
}

struct flow_scan_span
span_make(const struct span_part *part)
{
	return (struct flow_scan_span){
		.received_known = part->has_rows && !part->unknown,
		.received_first_ms = part->received_first_ms,
		.received_last_ms = part->received_last_ms,
		.flows_known = part->has_rows && !part->flows_unknown,
		.first_ms = part->first_ms,
		.last_ms = part->last_ms,
	};
}
