/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/look.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"

struct look {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned users;
	bool begun;		/* no more parts will be expected */
	bool stale;
	size_t expected;	/* parts still missing */
	uint64_t ends;
	char journal[JOURNAL_ID_MAX];
	struct look_part *part;
	size_t parts, cap, unwritten;
};

struct look *
look_new(void)
{
	struct look *l = calloc(1, sizeof(*l));
	pthread_condattr_t attributes;

	if (l == NULL)
		return NULL;
	l->users = 2;
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&l->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return l;
}

void
look_part_clear(struct look_part *part)
{
	free(part->directory);
	free(part->path);
	if (part->fd >= 0)
		(void)close(part->fd);
	buf_release(&part->tail);
	*part = (struct look_part)LOOK_PART_INIT;
}

static void
free_look(struct look *l)
{
	for (size_t i = 0; i < l->parts; i++)
		look_part_clear(&l->part[i]);
	free(l->part);
	(void)pthread_cond_destroy(&l->changed);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
}

void
look_release(struct look *look)
{
	bool last;

	if (look == NULL)
		return;
	(void)pthread_mutex_lock(&look->lock);
	last = --look->users == 0;
	(void)pthread_mutex_unlock(&look->lock);
	if (last)
		free_look(look);
}

void
look_begin(struct look *look, uint64_t ends, const char *journal)
{
	look->ends = ends;
	(void)snprintf(look->journal, sizeof(look->journal), "%s", journal);
}

void
look_expect(struct look *look)
{
	(void)pthread_mutex_lock(&look->lock);
	look->users++;
	look->expected++;
	(void)pthread_mutex_unlock(&look->lock);
}

void
look_begun(struct look *look)
{
	(void)pthread_mutex_lock(&look->lock);
	look->begun = true;
	(void)pthread_cond_broadcast(&look->changed);
	(void)pthread_mutex_unlock(&look->lock);
}

const char *
look_journal(const struct look *look)
{
	return look->journal;
}

/* Under the lock; false when out of memory. */
static bool
push(struct look *l, const struct look_part *part)
{
	if (!VEC_RESERVE(l->part, l->cap, l->parts + 1))
		return false;
	l->part[l->parts++] = *part;
	return true;
}

void
look_add(struct look *look, struct look_part *part)
{
	(void)pthread_mutex_lock(&look->lock);
	if (part != NULL && part->path == NULL) {
		look->unwritten++;
	} else if (part == NULL || !push(look, part)) {
		look->stale = true;
		if (part != NULL)
			look_part_clear(part);
	}
	look->expected--;
	(void)pthread_cond_broadcast(&look->changed);
	(void)pthread_mutex_unlock(&look->lock);
	look_release(look);
}

enum look_state
look_await(struct look *look, const struct timespec *until)
{
	enum look_state state = LOOK_LATE;
	int waited = 0;

	(void)pthread_mutex_lock(&look->lock);
	while (!(look->begun && look->expected == 0) && waited == 0)
		waited = pthread_cond_timedwait(&look->changed, &look->lock, until);
	if (look->begun && look->expected == 0)
		state = look->stale ? LOOK_STALE : LOOK_WHOLE;
	(void)pthread_mutex_unlock(&look->lock);
	return state;
}

uint64_t
look_ends(const struct look *look)
{
	return look->ends;
}

size_t
look_unwritten(const struct look *look)
{
	return look->unwritten;
}

size_t
look_parts(const struct look *look)
{
	return look->parts;
}

const struct look_part *
look_part(const struct look *look, size_t i)
{
	return &look->part[i];
}
