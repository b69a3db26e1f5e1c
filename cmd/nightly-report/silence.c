/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/silence.h"

#include <stdlib.h>
#include <string.h>

#include "nightly-report/tell.h"
#include "time/span_text.h"

/* Silence is an hour without flows, of an exporter with flows in three quarters of all bins. */
#define SILENT_MS INT64_C(3600000)
#define BUSY_PART 0.75

struct talker {
	char name[ADDR_TEXT_MAX + 1];
	bool *active;		/* by bin */
};

/* The longest run of bins without flows. */
static size_t
longest_gap(const bool *active, size_t bins, size_t *from)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < bins; i++) {
		run = active[i] ? 0 : run + 1;
		if (run > longest) {
			longest = run;
			*from = i + 1 - run;
		}
	}
	return longest;
}

static void
judge(struct report *r, const struct talker *talker, size_t bins)
{
	size_t from = 0, gap = longest_gap(talker->active, bins, &from), busy = 0;
	int64_t bin_ms = r->span.bin_ms, begin_ms = (r->span.from_ms / bin_ms + (int64_t)from) * bin_ms;
	struct buf text = BUF_INIT;
	char lasted[SPAN_TEXT_MAX + 1];

	for (size_t i = 0; i < bins; i++)
		busy += talker->active[i];
	if ((int64_t)gap * bin_ms < SILENT_MS || (double)busy < BUSY_PART * (double)(bins - gap))
		return;
	lasted[span_text_format((int64_t)gap * bin_ms, lasted)] = '\0';
	tell_time(&text, &r->span, begin_ms);
	if (!text.failed && from + gap == bins)
		tell(r, FINDING_ALERT, TABLE_LOAD, "%s fell silent at %s.", talker->name, (char *)text.data);
	else if (!text.failed)
		tell(r, FINDING_ALERT, TABLE_LOAD, "%s was silent from %s for %s.", talker->name, (char *)text.data,
		    lasted);
	buf_release(&text);
}

static struct talker *
talker_of(struct talker *list, size_t *count, const char *name, size_t bins)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	if (*count == EXPORTERS_SHOWN || (list[*count].active = calloc(bins, sizeof(bool))) == NULL)
		return NULL;
	memcpy(list[*count].name, name, sizeof(list->name));
	return &list[(*count)++];
}

static void
list_free(struct talker *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].active);
	free(list);
}

/* The exporters of a table, with the bins in which they have rows; *rest: it also has "other". */
static struct talker *
list_talkers(const struct flow_table *t, const struct report_span *span, size_t *count, bool *rest)
{
	struct talker *list = calloc(EXPORTERS_SHOWN, sizeof(*list));
	char exporter[ADDR_TEXT_MAX + 1];

	*count = 0;
	*rest = false;
	for (size_t row = 0; list != NULL && row < t->rows; row++) {
		size_t bin = figures_bin(t, row, span);
		struct talker *talker;

		figures_exporter(t, row, exporter);
		*rest |= strcmp(exporter, "other") == 0;
		if (bin == SIZE_MAX || exporter[0] == '\0' || strcmp(exporter, "other") == 0)
			continue;
		talker = talker_of(list, count, exporter, report_span_bins(span));
		if (talker != NULL)
			talker->active[bin] = true;
	}
	return list;
}

/* Number of bins that are over, and whose flows are filed. */
static size_t
bins_over(const struct report *r)
{
	size_t bins = report_span_bins(&r->span);
	int64_t over = (r->now_ms - SILENT_MS / 2) / r->span.bin_ms - r->span.from_ms / r->span.bin_ms;

	return over < 0 ? 0 : (uint64_t)over < bins ? (size_t)over : bins;
}

static bool
has(const struct talker *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return true;
	return false;
}

void
silence_tell(struct report *r)
{
	struct talker *now, *past = NULL;
	size_t count, before = 0, bins = bins_over(r);
	bool rest, rest_before;

	if (r->answer.flows == 0 || bins == 0)
		return;
	now = list_talkers(r->answer.table[TABLE_LOAD], &r->span, &count, &rest);
	for (size_t i = 0; i < count; i++)
		judge(r, &now[i], bins);
	if (r->past_load != NULL)
		past = list_talkers(r->past_load, &r->past[0].span, &before, &rest_before);
	/* If there are more exporters than named ones, it is unknown who is gone. */
	for (size_t i = 0; i < before && past != NULL && !rest; i++)
		if (!has(now, count, past[i].name))
			tell(r, FINDING_ALERT, TABLE_LOAD, "%s is silent: it had flows %u days before, and has none.",
			    past[i].name, r->span.shift_days);
	list_free(now, count);
	list_free(past, before);
}
