/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/exporters.h"
#include "store/merged.h"
#include "store/scan_inner.h"

/* The most files that stay open, with their parsed footers, between planning and reading. */
#define KEPT_FILES_MAX 256

/* Files of other collectors have no statistics of their parts: all parts are read. */
static enum flow_status
plan_parts(struct scan_file *f, const struct old_file *old, struct flow_error *err)
{
	size_t parts = old_file_parts(old);

	f->group = calloc(parts + 1, sizeof(*f->group));
	if (f->group == NULL || parts > UINT32_MAX)
		return flow_fail_memory(err);
	for (size_t g = 0; g < parts; g++) {
		uint64_t rows = old_file_part_rows(old, g);

		f->group[g].number = (uint32_t)g;
		f->group[g].rows = rows;
		f->group[g].part = (struct plan_part){ .verdict = PLAN_READ, .rows = rows };
		f->counts.rows += rows;
	}
	f->group_count = parts;
	f->counts.groups = parts;
	f->counts.rows_left = f->counts.rows;
	return FLOW_OK;
}

static enum flow_status
plan_groups(struct flow_scan *scan, struct scan_file *f, const struct source *source,
    struct flow_error *err)
{
	size_t groups = source->old != NULL ? 0 : pq_file_groups(source->file), g;
	uint64_t first = 0;

	if (source->old != NULL)
		return plan_parts(f, source->old, err);

	f->group = calloc(groups + 1, sizeof(*f->group));
	if (f->group == NULL)
		return flow_fail_memory(err);
	for (g = 0; g < groups; g++) {
		struct plan_part *part = &f->group[f->group_count].part;
		uint64_t rows = pq_file_group_rows(source->file, g);
		enum flow_status st;

		first += rows;
		if (first <= f->seen_rows)
			continue;
		st = plan_group(source->file, &source->map, g, scan->options.bounds, part, err);
		if (st != FLOW_OK)
			return st;
		f->counts.groups++;
		f->counts.rows += rows;
		f->counts.groups_pruned_by_statistics += part->verdict == PLAN_NO_BY_STATISTICS;
		f->counts.groups_pruned_by_bloom += part->verdict == PLAN_NO_BY_BLOOM;
		if (part->verdict == PLAN_READ)
			f->counts.rows_pruned_by_pages += rows - part->rows;
		if (part->verdict != PLAN_READ || part->rows == 0) {
			plan_part_clear(part);
			continue;
		}
		f->counts.rows_left += part->rows;
		f->group[f->group_count].first = first - rows;
		f->group[f->group_count].rows = rows;
		f->group[f->group_count++].number = (uint32_t)g;
	}
	return FLOW_OK;
}

static enum flow_status
take_names(struct flow_scan *scan, const struct source *source, struct flow_error *err)
{
	enum flow_status st;
	size_t len;
	const char *exporters = pq_file_key_value(source->file, PROFILE_KEY_EXPORTERS, &len);

	if (scan->options.names == NULL || exporters == NULL)
		return FLOW_OK;
	(void)pthread_mutex_lock(&scan->names_lock);
	st = store_exporters_names(exporters, len, scan->options.names);
	(void)pthread_mutex_unlock(&scan->names_lock);
	return st == FLOW_OK ? st : flow_fail_memory(err);
}

/* Keeps a descriptor, so that the planned file is read even if it is merged or removed meanwhile. */
static void
keep_descriptor(struct scan_file *f, const struct source *source)
{
	if (f->fd < 0 && source->fd >= 0)
		f->fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
}

/* Keeps the file open if something of it will be read; the first one also becomes the model for later files. */
static void
keep_or_close(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct source *source)
{
	const struct source *kept = NULL;
	size_t number = f->group_count > 0 ? atomic_fetch_add(&scan->kept_files, 1) : SIZE_MAX;

	/* An old file stays open, so that workers share its definitions. */
	if ((number < KEPT_FILES_MAX || source->old != NULL) && number < scan->descriptors)
		f->source = malloc(sizeof(*f->source));
	if (f->source != NULL) {
		*f->source = *source;
		kept = f->source;
	} else {
		if (number < scan->descriptors)
			keep_descriptor(f, source);
		if (model->source == NULL && source->old == NULL) {
			model->own = *source;
			kept = &model->own;
		} else {
			source_close(source);
		}
	}
	if (model->source == NULL && kept != NULL && kept->old == NULL)
		model->source = kept;
}

/* Keeps the message about the first file whose columns are not those of flow-file(5), or told by a directory. */
static enum flow_status
take_notice(struct flow_scan *scan, const struct scan_file *f, const struct source *source,
    struct flow_error *err)
{
	struct buf text = BUF_INIT;
	enum flow_field field;
	size_t len, named;
	const char *directory = hive_partition_unread(f->path, &source->map, source->partition, &field, &len);
	bool kept;

	buf_printf(&text, "%s: ", f->path);
	named = text.len;
	if (directory != NULL)
		buf_printf(&text, "%s is missing: the directory's name '%.*s' tells no value of it that is read; "
		    "write it into the files, too (WRITE_PARTITION_COLUMNS true in DuckDB, elsewhere partition by a "
		    "copy of the column)", flow_field_info(field)->name, (int)(len < 80 ? len : 80), directory);
	else
		profile_notice(source->file, &source->map, &text);
	if (text.len == named && !text.failed) {
		buf_release(&text);
		return FLOW_OK;
	}
	buf_append_u8(&text, '\0');
	(void)pthread_mutex_lock(&scan->names_lock);
	if (!text.failed && (scan->notice == NULL || f < scan->notice_file)) {
		free(scan->notice);
		scan->notice = strdup((char *)text.data);
		scan->notice_file = f;
	}
	kept = scan->notice != NULL;
	(void)pthread_mutex_unlock(&scan->names_lock);
	buf_release(&text);
	return kept ? FLOW_OK : flow_fail_memory(err);
}

/* Whether the file was merged from files that were seen. */
static bool
holds_seen(const struct flow_seen *seen, const struct scan_file *f)
{
	struct flow_merged m = FLOW_MERGED_INIT;
	bool holds = false;

	if (f->merged == NULL || flow_merged_add(&m, f->path, f->merged, strlen(f->merged)) != FLOW_OK)
		return false;
	for (size_t i = 0; i < m.slots && !holds; i++) {
		const struct flow_merged_entry *e = flow_merged_at(&m, i);

		holds = e != NULL && flow_seen_has(seen, e->path);
	}
	flow_merged_clear(&m);
	return holds;
}

/* Sets how many of the file's rows were seen before. */
static enum flow_status
recall(const struct flow_scan *scan, struct scan_file *f, const struct source *source, struct flow_error *err)
{
	const struct flow_seen *seen = scan->options.seen;
	const char *journal;
	size_t len;

	if (seen == NULL || source->old != NULL)
		return FLOW_OK;
	if (holds_seen(seen, f))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "it was made of files some of which "
		    "were read before: nothing of it is read again, and what came last may be missing");
	f->rows = pq_file_rows(source->file);
	f->real = f->live == NULL && strcmp(f->path, "-") != 0 ? realpath(f->path, NULL) : strdup(f->path);
	journal = pq_file_key_value(source->file, PROFILE_KEY_JOURNAL, &len);
	if (journal != NULL)
		f->journal = strndup(journal, len);
	if (f->real == NULL || (journal != NULL && f->journal == NULL))
		return flow_fail_memory(err);
	f->seen_rows = flow_seen_rows(seen, f->real, f->journal);
	return FLOW_OK;
}

/* Reads what is needed of a file once, even if it is planned twice. */
static enum flow_status
learn(struct flow_scan *scan, struct scan_file *f, const struct source *source, struct flow_error *err)
{
	enum flow_status st;
	size_t len;
	const char *ident, *merged;

	if (source->fd >= 0 && fstat(source->fd, &f->stat) != 0)
		return flow_fail_errno(err, "%s", f->path);
	span_add_file(&f->span, source);
	if (source->old != NULL) {
		f->old = old_file_kind(source->old);
		ident = old_file_about(source->old)->ident;
		f->ident = ident[0] != '\0' ? strdup(ident) : NULL;
		return ident[0] != '\0' && f->ident == NULL ? flow_fail_memory(err) : FLOW_OK;
	}
	ident = pq_file_key_value(source->file, PROFILE_KEY_IDENT, &len);
	if (ident != NULL && (f->ident = strndup(ident, len)) == NULL)
		return flow_fail_memory(err);
	merged = pq_file_key_value(source->file, PROFILE_KEY_MERGED, &len);
	if (merged != NULL && (f->merged = strndup(merged, len)) == NULL)
		return flow_fail_memory(err);
	if (take_notice(scan, f, source, err) != FLOW_OK)
		return FLOW_ENOMEM;
	st = recall(scan, f, source, err);
	return st == FLOW_OK ? take_names(scan, source, err) : st;
}

enum flow_status
scan_plan_file(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct flow_error *err)
{
	struct source source;
	enum flow_status st;

	if (f->source != NULL) {
		st = plan_groups(scan, f, f->source, err);
		if (st != FLOW_OK)
			flow_error_prefix(err, f->path);
		return st;
	}
	st = f->live != NULL ? source_open_live(&source, f->live, model->source, err) :
	    f->fd >= 0 ? source_open_fd(&source, f->fd, f->path, model->source, err) :
	    source_open(&source, f->path, &scan->input, model->source, err);
	if (st != FLOW_OK)
		return st;
	if (!scan->narrowed)
		st = learn(scan, f, &source, err);
	if (st == FLOW_OK)
		st = plan_groups(scan, f, &source, err);
	if (st != FLOW_OK)
		flow_error_prefix(err, f->path);
	if (st == FLOW_OK)
		keep_or_close(scan, f, model, &source);
	else
		source_close(&source);
	return st;
}
