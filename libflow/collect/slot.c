/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/slot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/slot_path.h"

struct slot *
slot_new(const struct collect_options *options, int64_t start_ms)
{
	struct slot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->options = options;
	s->start_ms = start_ms;
	s->users = 1;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->moved, NULL);
	return s;
}

void
slot_hold(struct slot *slot)
{
	(void)pthread_mutex_lock(&slot->lock);
	slot->users++;
	(void)pthread_mutex_unlock(&slot->lock);
}

void
slot_free(struct slot *slot)
{
	bool last;

	if (slot == NULL)
		return;
	(void)pthread_mutex_lock(&slot->lock);
	last = --slot->users == 0;
	(void)pthread_mutex_unlock(&slot->lock);
	if (!last)
		return;
	flow_writer_abort(slot->writer);
	(void)pthread_cond_destroy(&slot->moved);
	(void)pthread_mutex_destroy(&slot->lock);
	free(slot->path);
	free(slot);
}

static bool
fail(struct slot *s, const struct flow_error *err)
{
	log_to(s->options->log, LOG_LEVEL_ERROR, "%s", err->message);
	flow_writer_abort(s->writer);
	s->writer = NULL;
	s->failed = true;
	return false;
}

/* Removes files that killed collectors left of other slots; their journals make these again. */
static void
clean_beside(const char *path)
{
	char *directory = file_directory(path);

	if (directory != NULL)
		file_sinks_clean(directory, "flowcap.", ".parquet");
	free(directory);
}

static enum flow_status
find_path(struct slot *s, struct flow_error *err)
{
	const struct collect_options *o = s->options;
	const struct flow_slot_layout layout = { o->directory, o->layout, o->slot_s, o->zone };

	return s->path != NULL ? FLOW_OK : flow_slot_path(&layout, s->start_ms, &s->path, err);
}

static bool
begin_file(struct slot *s)
{
	struct flow_error err;

	if (find_path(s, &err) != FLOW_OK)
		return fail(s, &err);
	clean_beside(s->path);
	if (flow_writer_open(s->path, &s->options->writer, &s->writer, &err) != FLOW_OK)
		return fail(s, &err);
	return true;
}

static bool
append(struct slot *s, struct flow_group *group)
{
	struct flow_error err;

	if (s->failed || group == NULL || (s->writer == NULL && !begin_file(s))) {
		flow_group_free(group);
		s->failed = true;
		return false;
	}
	return flow_writer_append(s->writer, group, &err) == FLOW_OK || fail(s, &err);
}

bool
slot_write(struct slot *slot, size_t number, struct flow_group *group)
{
	bool done;

	(void)pthread_mutex_lock(&slot->lock);
	while (slot->next != number)
		(void)pthread_cond_wait(&slot->moved, &slot->lock);
	done = append(slot, group);
	slot->next++;
	(void)pthread_cond_broadcast(&slot->moved);
	(void)pthread_mutex_unlock(&slot->lock);
	return done;
}

static bool
close_file(struct slot *s, const struct slot_end *end, uint64_t *rows)
{
	struct flow_totals totals = *flow_writer_totals(s->writer);
	uint64_t bytes = flow_writer_bytes(s->writer);
	struct flow_writer *writer = s->writer;
	struct flow_error err;
	char *path = NULL;

	flow_writer_loss(writer, end->sequence_gaps, end->kernel_drops);
	if (end->exporters.len > 0 && flow_writer_metadata(writer, "flow.exporters",
	    (const char *)end->exporters.data, end->exporters.len, &err) != FLOW_OK)
		return fail(s, &err);
	if (end->journal_id[0] != '\0' && flow_writer_metadata(writer, SLOT_JOURNAL_KEY,
	    end->journal_id, strlen(end->journal_id), &err) != FLOW_OK)
		return fail(s, &err);
	s->writer = NULL;
	if (flow_writer_close_path(writer, &path, &err) != FLOW_OK)
		return fail(s, &err);
	free(s->path);
	s->path = path;
	*rows = totals.rows;
	log_to(s->options->log, LOG_LEVEL_INFO, "%s: datagrams %" PRIu64 ", flows %" PRIu64 ", packets %" PRIu64
	    ", bytes %" PRIu64 ", sequence gaps %" PRIu64 ", kernel drops %" PRIu64
	    ", %.1f bytes a flow", s->path, end->datagrams, totals.rows, totals.packets, totals.bytes,
	    end->sequence_gaps, end->kernel_drops, totals.rows > 0 ? (double)bytes /
	    (double)totals.rows : 0.0);
	return true;
}

bool
slot_finish(struct slot *slot, size_t groups, const struct slot_end *end, uint64_t *rows)
{
	bool done = true;

	(void)pthread_mutex_lock(&slot->lock);
	while (slot->next < groups)
		(void)pthread_cond_wait(&slot->moved, &slot->lock);
	*rows = 0;
	slot->ended = true;
	if (slot->failed)
		done = false;
	else if (slot->writer != NULL)
		done = close_file(slot, end, rows);
	(void)pthread_mutex_unlock(&slot->lock);
	return done;
}

/* A path relative to the archive's directory; NULL when out of memory. */
static char *
below(const struct slot *s, const char *path)
{
	size_t len = strlen(s->options->directory);

	path += strncmp(path, s->options->directory, len) == 0 ? len : 0;
	return strdup(path + strspn(path, "/"));
}

/* The part of a slot without a file yet: a whole file in memory. */
static enum flow_status
look_at_rows(const struct slot *s, struct flow_group *rows, const struct flow_preview *about, struct look_part *part,
    struct flow_error *err)
{
	struct flow_writer *w;
	enum flow_status st = flow_writer_open_buf(&part->tail, &s->options->writer, &w, err);
	struct buf tail = BUF_INIT;
	uint64_t at;

	if (st != FLOW_OK) {
		flow_group_free(rows);
		return st;
	}
	st = flow_writer_preview(w, rows, about, &at, &tail, err);
	flow_writer_abort(w);
	buf_append(&part->tail, tail.data, tail.len);
	buf_release(&tail);
	return st;
}

static enum flow_status
look_at_file(struct slot *s, struct flow_group *rows, const struct flow_preview *about, struct look_part *part,
    struct flow_error *err)
{
	part->fd = flow_writer_open_again(s->writer);
	if (part->fd < 0) {
		flow_group_free(rows);
		return flow_fail_errno(err, "%s", s->path);
	}
	return flow_writer_preview(s->writer, rows, about, &part->at, &part->tail, err);
}

/* Under the lock. */
static bool
look(struct slot *s, struct flow_group *rows, const struct flow_preview *about, struct look_part *part)
{
	struct flow_error err;
	enum flow_status st;

	if (s->ended || s->failed || find_path(s, &err) != FLOW_OK) {
		flow_group_free(rows);
		return s->failed && !s->ended;
	}
	part->directory = strdup(s->options->directory);
	part->path = below(s, s->path);
	st = s->writer == NULL ? look_at_rows(s, rows, about, part, &err) : look_at_file(s, rows, about, part, &err);
	return st == FLOW_OK && !part->tail.failed && part->directory != NULL && part->path != NULL;
}

bool
slot_look(struct slot *slot, size_t groups, struct flow_group *rows, const struct buf *exporters,
    const char *journal, struct look_part *part)
{
	const struct flow_preview about = { exporters, SLOT_JOURNAL_KEY, journal };
	bool done;

	*part = (struct look_part)LOOK_PART_INIT;
	(void)pthread_mutex_lock(&slot->lock);
	while (slot->next < groups)
		(void)pthread_cond_wait(&slot->moved, &slot->lock);
	if (slot->next > groups) {
		flow_group_free(rows);
		rows = NULL;
	}
	done = look(slot, rows, &about, part);
	(void)pthread_mutex_unlock(&slot->lock);
	if (!done)
		look_part_clear(part);
	return done;
}
