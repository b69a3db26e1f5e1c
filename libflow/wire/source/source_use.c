/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses the source to evict when there are too many.  One that sends for a while is
 * established, and safe from any number of new ones: spoofed senders, with a new
 * address for each datagram, only evict each other.
 */
#include "wire/decoder.h"

/* Two datagrams this far apart (by age_clock) establish a source. */
#define ESTABLISHED_MS 10000

/* The index in decoder.use: by rank, and by whether the source holds names. */
#define LIST_OF(established, named) ((established) * 2 + (named))

static unsigned
list_of(const struct source *s)
{
	return LIST_OF(s->established, s->known.used > 0);
}

void
source_unlink_use(struct flow_decoder *d, struct source *s)
{
	struct use_list *l = &d->use[s->list];

	*(s->newer != NULL ? &s->newer->older : &l->newest) = s->older;
	*(s->older != NULL ? &s->older->newer : &l->oldest) = s->newer;
	s->newer = s->older = NULL;
}

void
source_link_use(struct flow_decoder *d, struct source *s)
{
	struct use_list *l;

	s->list = (uint8_t)list_of(s);
	l = &d->use[s->list];
	s->newer = NULL;
	s->older = l->newest;
	*(l->newest != NULL ? &l->newest->newer : &l->oldest) = s;
	l->newest = s;
}

void
source_used(struct flow_decoder *d, struct source *s)
{
	s->use = ++d->uses;
	if (!s->established && d->age.now_ms - s->begun_ms >= ESTABLISHED_MS) {
		s->established = true;
		held_keep(d, s);
	}
	if (s->list != list_of(s) || d->use[s->list].newest != s) {
		source_unlink_use(d, s);
		source_link_use(d, s);
	}
}

/* The least recently used one of a list, other than these two; NULL if there is none. */
static struct source *
oldest_but(const struct use_list *l, const struct source *keep, const struct source *lender)
{
	struct source *s = l->oldest;

	while (s != NULL && (s == keep || s == lender))
		s = s->newer;
	return s;
}

struct source *
source_victim(const struct flow_decoder *d, const struct source *keep, bool named)
{
	unsigned established;

	for (established = 0; established < 2; established++) {
		struct source *with = oldest_but(&d->use[LIST_OF(established, 1)], keep,
		    d->lender);
		struct source *without = named ? NULL :
		    oldest_but(&d->use[LIST_OF(established, 0)], keep, d->lender);

		if (with == NULL || (without != NULL && without->use < with->use))
			with = without;
		if (with != NULL)
			return with;
	}
	return NULL;
}

bool
source_evict(struct flow_decoder *d, const struct source *keep, bool named)
{
	struct source *victim = source_victim(d, keep, named);

	if (victim == NULL)
		return false;
	source_free(d, victim);
	decoder_count(d, FLOW_COUNT_SOURCE_EVICTED, 1);
	return true;
}
