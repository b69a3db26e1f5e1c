/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <unistd.h>

#include "collect/journal_file.h"
#include "collect/journal_inner.h"

struct journal_segment *
journal_segment_new(struct journal *j, uint64_t begin)
{
	struct journal_segment *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->journal = j;
	s->begin = begin;
	atomic_init(&s->end, UINT64_MAX);
	s->users = j->files ? 2 : 1;
	return s;
}

void
journal_segment_free(struct journal_segment *s)
{
	free(s->path);
	free(s->extent);
	free(s);
}

void
journal_segment_leave(struct journal_segment *s)
{
	struct journal *j = s->journal;
	bool last;

	(void)pthread_mutex_lock(&j->lock);
	last = --s->users == 0;
	(void)pthread_mutex_unlock(&j->lock);
	if (last)
		journal_segment_free(s);
}

const char *
journal_segment_path(const struct journal_segment *s)
{
	return s->path;
}

uint64_t
journal_segment_missed(struct journal_segment *s)
{
	uint64_t missed;

	(void)pthread_mutex_lock(&s->journal->lock);
	missed = s->missed;
	(void)pthread_mutex_unlock(&s->journal->lock);
	return missed;
}

bool
journal_segment_unread(const struct journal_segment *s)
{
	return s->unread;
}

void
journal_segment_release(struct journal_segment *s, bool filed)
{
	/* Under both names, in this order: the janitor may be about to rename it. */
	if (filed && s->path != NULL) {
		journal_file_drop(s->path);
		(void)unlink(s->path);
	}
	journal_segment_leave(s);
}
