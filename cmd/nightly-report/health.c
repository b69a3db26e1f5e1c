/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/json.h"

#define DAY_MS INT64_C(86400000)

/* Names of files have local or UTC time, and flows are filed at their end: files farther off are not read. */
#define NAME_MARGIN_MS (2 * DAY_MS)

/* Most exporters, more than any real network has: files are not trusted without bound. */
#define EXPORTERS_MAX 65536

/* Whether a file's name is of another time. */
static bool
is_far(const char *path, const struct report_span *span)
{
	size_t len;
	const char *digits = flow_file_slot(path, &len);
	struct stamp_civil civil = { 0 };
	int64_t at;

	if (digits == NULL || len < 12)
		return false;
	for (size_t i = 0; i < 4; i++)
		civil.year = civil.year * 10 + (digits[i] - '0');
	civil.month = (uint8_t)((digits[4] - '0') * 10 + digits[5] - '0');
	civil.day = (uint8_t)((digits[6] - '0') * 10 + digits[7] - '0');
	at = stamp_from_civil(&civil, STAMP_UTC);
	return at < span->from_ms - NAME_MARGIN_MS || at > span->to_ms + NAME_MARGIN_MS;
}

static bool
touches(const struct flow_summary *s, const struct report_span *span)
{
	return s->rows == 0 || (s->totals.received_min_ms < span->to_ms && s->totals.received_max_ms >= span->from_ms);
}

static uint64_t
number(struct json_slice source, const char *key)
{
	uint64_t v = 0;

	(void)json_find_uint(source.p, source.len, key, &v);
	return v;
}

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Finds the exporter of that name, or adds it; NULL when out of memory, or for too many. */
static struct exporter_health *
exporter_of(struct health *h, const char *name)
{
	struct exporter_health *more;

	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->exporter[i].exporter, name) == 0)
			return &h->exporter[i];
	if (h->count == EXPORTERS_MAX)
		return NULL;
	if ((h->count & (h->count - 1)) == 0) {
		more = realloc(h->exporter, (h->count > 0 ? 2 * h->count : 1) * sizeof(*more));
		if (more == NULL)
			return NULL;
		h->exporter = more;
	}
	more = &h->exporter[h->count++];
	*more = (struct exporter_health){ .datagrams = 0 };
	(void)snprintf(more->exporter, sizeof(more->exporter), "%s", name);
	return more;
}

static void
add_source(struct health *h, struct json_slice source)
{
	char name[EXPORTER_TEXT_MAX];
	struct exporter_health *e;
	struct json_slice value;
	size_t len;

	if (!json_find(source.p, source.len, "exporter", &value) || value.len >= sizeof(name))
		return;
	len = json_unescape(value, name);
	name[len] = '\0';
	e = exporter_of(h, name);
	if (e == NULL)
		return;
	e->datagrams = add(e->datagrams, number(source, "datagrams"));
	e->flows = add(e->flows, number(source, "flows"));
	/* NetFlow v9 numbers datagrams, the others flows. */
	e->units = add(e->units, number(source, number(source, "version") == 9 ? "datagrams" : "flows"));
	e->lost = add(e->lost, number(source, "lost"));
	e->restarts = add(e->restarts, number(source, "restarts"));
	e->clock_wrong = add(e->clock_wrong, number(source, "clock_wrong"));
	e->times_wrong = add(e->times_wrong, number(source, "times_wrong"));
	if (number(source, "clock_wrong") > 0) {
		e->clock_behind = number(source, "clock_behind_ms") > 0;
		e->clock_off_ms = number(source, e->clock_behind ? "clock_behind_ms" : "clock_ahead_ms");
	}
	if (number(source, "sampling") > 0)
		e->sampling = number(source, "sampling");
}

static void
add_sources(struct health *h, const char *json)
{
	struct json_slice key, source;
	struct json_walk walk;

	if (json == NULL || !json_walk_begin(&walk, (struct json_slice){ json, strlen(json) }))
		return;
	while (json_walk_next(&walk, &key, &source))
		add_source(h, source);
}

/* How long the free space lasts if each day takes as much as this span. */
static void
measure_disk(struct health *h, const struct nightly_options *o, const struct report_span *span)
{
	double days = (double)(span->to_ms - span->from_ms) / (double)DAY_MS;
	struct statvfs fs;

	h->disk_days = -1;
	if (h->bytes > 0 && statvfs(o->archive, &fs) == 0)
		h->disk_days = (double)fs.f_bavail * (double)fs.f_frsize / ((double)h->bytes / days);
}

/* Adds a file, unless an earlier one holds its rows. */
static enum flow_status
add_file(const char *path, const struct report_span *span, struct flow_merged *merged, struct flow_summary *sum)
{
	struct flow_summary one;
	struct flow_error err;
	enum flow_status status = FLOW_OK;
	struct stat st;

	if (is_far(path, span) || strcmp(path, "-") == 0)
		return FLOW_OK;
	if (merged->used > 0 && flow_merged_has(merged, path, stat(path, &st) == 0 ? &st : NULL))
		return FLOW_OK;
	if (flow_summary_read(path, &one, &err) != FLOW_OK)
		return FLOW_OK;
	if (one.merged != NULL)
		status = flow_merged_add(merged, path, one.merged, strlen(one.merged));
	if (touches(&one, span))
		flow_summary_add(sum, &one);
	flow_summary_clear(&one);
	return status;
}

enum flow_status
health_make(struct nightly_options *o, const struct report_span *span, struct health *h)
{
	struct flow_files *files = &o->request.files;
	struct flow_summary sum = { 0 };
	struct flow_merged merged = FLOW_MERGED_INIT;
	enum flow_status status = FLOW_OK;

	*h = (struct health){ .exporter = NULL };
	flow_files_sort(files);
	for (size_t i = 0; i < files->count && status == FLOW_OK; i++)
		status = add_file(files->path[i], span, &merged, &sum);
	add_sources(h, sum.exporters);
	h->files = sum.files;
	h->bytes = sum.bytes;
	h->kernel_drops = sum.kernel_drops;
	measure_disk(h, o, span);
	flow_merged_clear(&merged);
	flow_summary_clear(&sum);
	return status;
}

void
health_clear(struct health *h)
{
	free(h->exporter);
	*h = (struct health){ .exporter = NULL };
}
