/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "store/exporters_merge.h"
#include "store/opened_file.h"
#include "store/totals.h"

/* Minimum and maximum of a time column, from the row groups' statistics. */
static void
time_bounds(const struct source *s, enum flow_field field, int64_t *least, int64_t *most)
{
	int column = s->map.column[field];
	struct pq_bounds bounds;
	size_t g;

	for (g = 0; column >= 0 && g < pq_file_groups(s->file); g++) {
		pq_file_bounds(s->file, g, (size_t)column, &bounds);
		if (!bounds.has_bounds)
			continue;
		if (least != NULL && bounds.min < *least)
			*least = bounds.min;
		if (most != NULL && bounds.max > *most)
			*most = bounds.max;
	}
}

static char *
copy_key(const struct source *s, const char *key)
{
	size_t len;
	const char *text = pq_file_key_value(s->file, key, &len);

	return text != NULL ? strndup(text, len) : NULL;
}

static void
read_totals(const struct source *s, struct flow_summary *summary)
{
	struct store_loss loss = { .unknown = true };
	size_t len;
	const char *text = profile_key_of_rows(s->file, PROFILE_KEY_STATS, &len);

	store_totals_init(&summary->totals);
	if (text == NULL || !store_totals_from_json(text, len, &summary->totals, &loss)) {
		summary->without_totals = 1;
		summary->totals.rows = pq_file_rows(s->file);
		time_bounds(s, FLOW_FIELD_FIRST, &summary->totals.first_ms, NULL);
		time_bounds(s, FLOW_FIELD_LAST, NULL, &summary->totals.last_ms);
		time_bounds(s, FLOW_FIELD_RECEIVED, &summary->totals.received_min_ms,
		    &summary->totals.received_max_ms);
	}
	summary->with_losses = !loss.unknown;
	summary->sequence_gaps = loss.sequence_gaps;
	summary->kernel_drops = loss.kernel_drops;
}

/* Summarizes an old file by its own words; if it has no sums, rows are those that its parts may have. */
static void
summarize_old(const struct old_file *old, struct flow_summary *s)
{
	const struct old_about *about = old_file_about(old);
	struct flow_totals *t = &s->totals;
	const struct old_sums *from[] = { &about->tcp, &about->udp, &about->icmp, &about->other };
	struct flow_protocol_totals *to[] = { &t->tcp, &t->udp, &t->icmp, &t->other };

	store_totals_init(t);
	s->groups = old_file_parts(old);
	s->bytes = old_file_bytes(old);
	s->ident = about->ident[0] != '\0' ? strdup(about->ident) : NULL;
	s->created_by = strdup(about->creator);
	for (size_t i = 0; i < s->groups; i++)
		s->rows += old_file_part_rows(old, i);
	if (about->has_sums)
		s->rows = about->all.flows;
	t->rows = s->rows;
	t->flows = about->all.flows;
	t->packets = about->all.packets;
	t->bytes = about->all.bytes;
	for (size_t i = 0; i < ARRAY_LEN(to) && about->has_parts; i++)
		*to[i] = (struct flow_protocol_totals){ .flows = from[i]->flows, .packets = from[i]->packets,
			.bytes = from[i]->bytes };
	if (about->has_times) {
		t->first_ms = t->received_min_ms = about->first_ms;
		t->last_ms = t->received_max_ms = about->last_ms;
	}
	s->without_totals = !about->has_sums;
	s->with_losses = about->has_lost;
	s->sequence_gaps = about->lost;
	/* Empty: files made of its rows list exporters by the rows. */
	s->exporters = strdup("[]");
}

static struct flow_summary
summarize(const struct source *source)
{
	struct flow_summary s = { .files = 1 };
	const char *by;
	size_t len;

	if (source->old != NULL) {
		summarize_old(source->old, &s);
		return s;
	}
	s.rows = pq_file_rows(source->file);
	s.groups = pq_file_groups(source->file);
	s.bytes = pq_file_bytes(source->file);
	s.ident = copy_key(source, PROFILE_KEY_IDENT);
	s.exporters = profile_is_ours(source->file) ? copy_key(source, PROFILE_KEY_EXPORTERS) : NULL;
	s.merged = copy_key(source, PROFILE_KEY_MERGED);
	by = pq_file_created_by(source->file, &len);
	s.created_by = by != NULL ? strndup(by, len) : NULL;
	read_totals(source, &s);
	return s;
}

enum flow_status
flow_summary_read(const char *path, struct flow_summary *summary, struct flow_error *err)
{
	struct source_input input = { BUF_INIT };
	struct source source;
	enum flow_status st = FLOW_OK;

	if (strcmp(path, "-") == 0)
		st = source_read_input(&input, err);
	if (st == FLOW_OK)
		st = source_open(&source, path, &input, NULL, err);
	if (st == FLOW_OK) {
		*summary = summarize(&source);
		source_close(&source);
	}
	buf_release(&input.bytes);
	return st;
}

enum flow_status
flow_summary_read_fd(int fd, const char *path, struct flow_summary *summary, struct flow_error *err)
{
	struct source source;
	enum flow_status st = source_open_fd(&source, fd, path, NULL, err);

	if (st == FLOW_OK) {
		*summary = summarize(&source);
		source_close(&source);
	}
	return st;
}

/* Keeps a text if all files have the same. */
static void
keep_common(char **text, const char *more, bool first)
{
	if (first) {
		*text = more != NULL ? strdup(more) : NULL;
	} else if (*text != NULL && (more == NULL || strcmp(*text, more) != 0)) {
		free(*text);
		*text = NULL;
	}
}

void
flow_summary_add(struct flow_summary *summary, const struct flow_summary *more)
{
	bool first = summary->files == 0;

	if (first)
		store_totals_init(&summary->totals);
	keep_common(&summary->ident, more->ident, first);
	/* If memory runs out, exporters are left out; nothing else depends on them. */
	(void)!store_exporters_merge(&summary->exporters, more->exporters);
	keep_common(&summary->merged, more->merged, first);
	keep_common(&summary->created_by, more->created_by, first);
	summary->files += more->files;
	summary->rows += more->rows;
	summary->groups += more->groups;
	summary->bytes += more->bytes;
	summary->without_totals += more->without_totals;
	summary->with_losses += more->with_losses;
	summary->sequence_gaps += more->sequence_gaps;
	summary->kernel_drops += more->kernel_drops;
	store_totals_add(&summary->totals, &more->totals);
}

void
flow_summary_clear(struct flow_summary *summary)
{
	free(summary->ident);
	free(summary->exporters);
	free(summary->merged);
	free(summary->created_by);
	*summary = (struct flow_summary){ 0 };
}
