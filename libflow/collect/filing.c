/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/filing.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "collect/exporter_state.h"

struct snapshot {
	const struct collect_options *tree;
	struct buf state;
	struct snapshot *next;
};

struct filing_entry {
	struct filing *filing;
	struct filing_entry *next;
	size_t slots;			/* not decided yet */
	bool ended;			/* no more slots are added */
	bool failed;
	char **filed;			/* directories of trees whose slots are filed */
	size_t fileds, fileds_cap;
	struct journal_segment *segment;	/* of this run, or */
	char *path;			/* of an earlier one */
	bool damaged;
	struct snapshot *snapshots;
};

struct filing {
	const struct log *log;
	pthread_mutex_t lock;
	pthread_cond_t decided;
	struct filing_entry *first, **last;
	size_t undecided;
	bool advancing;			/* a thread is working on it */
	size_t incomplete;		/* slots filed without data that no journal could take */
};

struct filing *
filing_new(const struct log *log)
{
	struct filing *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->log = log;
	f->last = &f->first;
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->decided, NULL);
	return f;
}

static const char *
path_of(const struct filing_entry *e)
{
	return e->segment != NULL ? journal_segment_path(e->segment) : e->path;
}

static void
free_entry(struct filing_entry *e)
{
	struct snapshot *s, *next;

	for (s = e->snapshots; s != NULL; s = next) {
		next = s->next;
		buf_release(&s->state);
		free(s);
	}
	for (size_t i = 0; i < e->fileds; i++)
		free(e->filed[i]);
	free(e->filed);
	free(e->path);
	free(e);
}

size_t
filing_free(struct filing *f)
{
	struct filing_entry *e, *next;
	size_t kept;

	if (f == NULL)
		return 0;
	kept = f->incomplete;
	for (e = f->first; e != NULL; e = next) {
		const char *path = path_of(e);
		uint64_t missed = e->segment != NULL ? journal_segment_missed(e->segment) : 0;

		next = e->next;
		kept++;
		if (path == NULL)
			log_to(f->log, LOG_LEVEL_ERROR, "a slot of %" PRIu64 " datagrams is lost: it has no "
			    "journal", missed);
		else if (missed > 0)
			log_to(f->log, LOG_LEVEL_ERROR, "%s: kept for the next start, but not all of the slot is in "
			    "it: %" PRIu64 " datagrams are lost", path, missed);
		else
			log_to(f->log, LOG_LEVEL_ERROR, "%s: kept for the next start", path);
		if (e->segment != NULL)
			journal_segment_release(e->segment, false);
		free_entry(e);
	}
	(void)pthread_cond_destroy(&f->decided);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
	return kept;
}

struct filing_entry *
filing_begin(struct filing *f)
{
	struct filing_entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->filing = f;
	(void)pthread_mutex_lock(&f->lock);
	*f->last = e;
	f->last = &e->next;
	f->undecided++;
	(void)pthread_mutex_unlock(&f->lock);
	return e;
}

/* Keeps an unreadable journal, under a name that no start takes for one. */
static void
set_aside(const struct filing *f, const char *path)
{
	char *aside;

	if (asprintf(&aside, "%s.damaged", path) < 0)
		return;
	if (rename(path, aside) == 0)
		log_to(f->log, LOG_LEVEL_ERROR, "%s: what could be read of it is filed; it is kept as %s",
		    path, aside);
	else
		log_to(f->log, LOG_LEVEL_ERROR, "%s: %s", path, strerror(errno));
	free(aside);
}

static bool
save_snapshots(struct filing_entry *e)
{
	struct snapshot *s;
	bool saved = true;

	for (s = e->snapshots; s != NULL; s = s->next)
		saved = exporter_state_write(s->tree, &s->state) && saved;
	return saved;
}

static void
remove_entry(struct filing *f, struct filing_entry *e)
{
	const char *path = path_of(e);

	if (e->damaged && path != NULL)
		set_aside(f, path);
	else if (e->segment == NULL && path != NULL)
		(void)unlink(path);
	if (e->segment != NULL)
		journal_segment_release(e->segment, !e->damaged);
	free_entry(e);
}

static bool
is_decided(const struct filing_entry *e)
{
	return e->ended && e->slots == 0;
}

/* Releases the oldest entries that are filed.  The lock is held, except while waiting for the disk. */
static void
advance(struct filing *f)
{
	struct filing_entry *e;

	if (f->advancing)
		return;
	f->advancing = true;
	while ((e = f->first) != NULL && is_decided(e) && !e->failed) {
		bool saved;

		(void)pthread_mutex_unlock(&f->lock);
		saved = save_snapshots(e);
		(void)pthread_mutex_lock(&f->lock);
		if (!saved)
			break;
		f->first = e->next;
		if (f->first == NULL)
			f->last = &f->first;
		(void)pthread_mutex_unlock(&f->lock);
		remove_entry(f, e);
		(void)pthread_mutex_lock(&f->lock);
	}
	f->advancing = false;
	(void)pthread_cond_broadcast(&f->decided);
}

static void
decide(struct filing_entry *e)
{
	struct filing *f = e->filing;

	if (!is_decided(e))
		return;
	f->undecided--;
	advance(f);
	(void)pthread_cond_broadcast(&f->decided);
}

void
filing_slot_begin(struct filing_entry *e)
{
	(void)pthread_mutex_lock(&e->filing->lock);
	e->slots++;
	(void)pthread_mutex_unlock(&e->filing->lock);
}

/* Under the lock.  Out of memory it is not remembered: then only a file tells that its slot is filed. */
static void
note(struct filing_entry *e, const char *directory)
{
	char *copy = strdup(directory);

	if (copy == NULL || !VEC_RESERVE(e->filed, e->fileds_cap, e->fileds + 1)) {
		free(copy);
		return;
	}
	e->filed[e->fileds++] = copy;
}

void
filing_slot_note(struct filing_entry *e, const char *directory)
{
	(void)pthread_mutex_lock(&e->filing->lock);
	note(e, directory);
	(void)pthread_mutex_unlock(&e->filing->lock);
}

bool
filing_slot_is_filed(struct filing_entry *e, const char *directory)
{
	bool is = false;

	(void)pthread_mutex_lock(&e->filing->lock);
	for (size_t i = 0; i < e->fileds && !is; i++)
		is = strcmp(e->filed[i], directory) == 0;
	(void)pthread_mutex_unlock(&e->filing->lock);
	return is;
}

void
filing_slot_end(struct filing_entry *e, const char *directory, bool filed)
{
	struct filing *f = e->filing;

	(void)pthread_mutex_lock(&f->lock);
	e->slots--;
	if (filed)
		note(e, directory);
	e->failed |= !filed;
	decide(e);
	(void)pthread_mutex_unlock(&f->lock);
}

void
filing_snapshot(struct filing_entry *e, const struct collect_options *tree, struct buf *state)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL || buf_status(state) != FLOW_OK) {
		log_to(e->filing->log, LOG_LEVEL_ERROR, "out of memory: what exporters announced is not kept");
		buf_release(state);
		free(s);
		return;
	}
	*s = (struct snapshot){ tree, *state, NULL };
	*state = (struct buf)BUF_INIT;
	(void)pthread_mutex_lock(&e->filing->lock);
	s->next = e->snapshots;
	e->snapshots = s;
	(void)pthread_mutex_unlock(&e->filing->lock);
}

static void
end(struct filing_entry *e)
{
	struct filing *f = e->filing;

	(void)pthread_mutex_lock(&f->lock);
	e->ended = true;
	decide(e);
	(void)pthread_mutex_unlock(&f->lock);
}

void
filing_end_segment(struct filing_entry *e, struct journal_segment *segment)
{
	e->segment = segment;
	e->damaged = journal_segment_unread(segment);
	end(e);
}

void
filing_end_file(struct filing_entry *e, char *path, bool damaged)
{
	e->path = path;
	e->damaged = damaged;
	end(e);
}

void
filing_fail_file(struct filing_entry *e, char *path)
{
	e->path = path;
	e->failed = true;
	end(e);
}

void
filing_await(struct filing *f)
{
	(void)pthread_mutex_lock(&f->lock);
	while (f->undecided > 0 || f->advancing)
		(void)pthread_cond_wait(&f->decided, &f->lock);
	(void)pthread_mutex_unlock(&f->lock);
}

struct filing_entry *
filing_oldest_failed(struct filing *f, const char **path)
{
	struct filing_entry *e;

	(void)pthread_mutex_lock(&f->lock);
	advance(f);
	e = f->first;
	if (e != NULL && (!is_decided(e) || !e->failed || path_of(e) == NULL))
		e = NULL;
	if (e != NULL)
		*path = path_of(e);
	(void)pthread_mutex_unlock(&f->lock);
	return e;
}

void
filing_retried(struct filing_entry *e, bool filed)
{
	struct filing *f = e->filing;

	uint64_t missed = filed && e->segment != NULL ? journal_segment_missed(e->segment) : 0;

	if (missed > 0)
		log_to(f->log, LOG_LEVEL_ERROR, "%s: filed after all, but not all of the slot was in it: %" PRIu64
		    " datagrams are lost", path_of(e), missed);
	else if (filed)
		log_to(f->log, LOG_LEVEL_INFO, "%s: filed after all", path_of(e));
	(void)pthread_mutex_lock(&f->lock);
	f->incomplete += missed > 0;
	e->failed = !filed;
	advance(f);
	(void)pthread_mutex_unlock(&f->lock);
}

size_t
filing_waiting(struct filing *f)
{
	const struct filing_entry *e;
	size_t n = 0;

	(void)pthread_mutex_lock(&f->lock);
	for (e = f->first; e != NULL; e = e->next)
		n++;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}

size_t
filing_failed(struct filing *f)
{
	const struct filing_entry *e;
	size_t n = 0;

	(void)pthread_mutex_lock(&f->lock);
	for (e = f->first; e != NULL; e = e->next)
		n += is_decided(e) && e->failed;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}
