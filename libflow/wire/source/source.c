/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources and exporters: found in constant time, bounded. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/vec.h"
#include "wire/decoder.h"

#define MIN_BUCKETS 64

/* RFC 7011 8 scopes by transport session; v9 and the others need it too, for routers behind one address. */
static uint16_t
port_in_scope(const struct flow_decoder *d, const struct flow_datagram *dg)
{
	return d->options.scope == FLOW_SCOPE_ADDRESS && dg->transport != FLOW_TCP ? 0 : dg->port;
}

struct source_key
source_key(const struct flow_decoder *d, const struct flow_datagram *dg, uint8_t version,
    uint32_t domain)
{
	return (struct source_key){ dg->exporter, dg->exporter, port_in_scope(d, dg), version,
		dg->transport, domain };
}

static uint64_t
hash_addr(const struct addr *a)
{
	return hash_mix128(addr_hi(a), addr_lo(a));
}

static uint64_t
hash_source(const struct source_key *key)
{
	uint64_t who = hash_addr(&key->exporter);

	if (!addr_equal(&key->exporter, &key->sender))
		who = hash_mix128(who, hash_addr(&key->sender));
	return hash_mix128(who ^ ((uint64_t)key->transport << 8 | key->version),
	    (uint64_t)key->domain << 16 | key->port);
}

static bool
is_source(const struct source *s, const struct source_key *key)
{
	return s->domain == key->domain && s->version == key->version && s->key_port == key->port &&
	    s->transport == key->transport && addr_equal(&s->exporter->addr, &key->exporter) &&
	    addr_equal(&s->sender, &key->sender);
}

const struct source *
source_find(const struct flow_decoder *d, const struct source_key *key)
{
	uint64_t hash = hash_source(key);
	struct source *s;

	if (d->buckets == 0)
		return NULL;
	for (s = d->bucket[hash & (d->buckets - 1)]; s != NULL; s = s->hash_next)
		if (s->hash == hash && is_source(s, key))
			return s;
	return NULL;
}

static struct exporter **
exporter_place(const struct flow_decoder *d, const struct addr *a)
{
	struct exporter **at = &d->exporter_bucket[hash_addr(a) & (d->buckets - 1)];

	while (*at != NULL && !addr_equal(&(*at)->addr, a))
		at = &(*at)->hash_next;
	return at;
}

/* Doubles the tables; without memory the old ones remain in use. */
static bool
grow_buckets(struct flow_decoder *d)
{
	size_t buckets = d->buckets == 0 ? MIN_BUCKETS : d->buckets * 2, i;
	struct source **bucket = calloc(buckets, sizeof(struct source *));
	struct exporter **exporters = calloc(buckets, sizeof(struct exporter *));

	if (bucket == NULL || exporters == NULL) {
		free(bucket);
		free(exporters);
		return d->buckets != 0;
	}
	for (i = 0; i < d->sources; i++) {
		struct source **to = &bucket[d->all[i]->hash & (buckets - 1)];

		d->all[i]->hash_next = *to;
		*to = d->all[i];
	}
	for (i = 0; i < d->buckets; i++) {
		struct exporter *e, *next;

		for (e = d->exporter_bucket[i]; e != NULL; e = next) {
			struct exporter **to = &exporters[hash_addr(&e->addr) & (buckets - 1)];

			next = e->hash_next;
			e->hash_next = *to;
			*to = e;
		}
	}
	free(d->bucket);
	free(d->exporter_bucket);
	d->bucket = bucket;
	d->exporter_bucket = exporters;
	d->buckets = buckets;
	return true;
}

struct exporter *
exporter_find(const struct flow_decoder *d, const struct addr *a)
{
	return d->buckets == 0 ? NULL : *exporter_place(d, a);
}

static struct exporter *
exporter_take(struct flow_decoder *d, const struct addr *a)
{
	struct exporter **at = exporter_place(d, a);

	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return NULL;
		(*at)->addr = *a;
	}
	(*at)->sources++;
	return *at;
}

static void
exporter_drop(struct flow_decoder *d, struct exporter *e)
{
	struct exporter **at;

	if (--e->sources > 0)
		return;
	at = exporter_place(d, &e->addr);
	*at = e->hash_next;
	d->names -= e->known.used;
	known_free(&e->known);
	free(e);
}

static void
join_siblings(struct source *s)
{
	struct exporter *e = s->exporter;

	s->sibling_older = e->newest;
	if (e->newest != NULL)
		e->newest->sibling_newer = s;
	e->newest = s;
}

static void
leave_siblings(struct source *s)
{
	*(s->sibling_newer != NULL ? &s->sibling_newer->sibling_older : &s->exporter->newest) =
	    s->sibling_older;
	if (s->sibling_older != NULL)
		s->sibling_older->sibling_newer = s->sibling_newer;
}

void
source_free(struct flow_decoder *d, struct source *src)
{
	struct source **at = &d->bucket[src->hash & (d->buckets - 1)];

	while (*at != src)
		at = &(*at)->hash_next;
	*at = src->hash_next;
	source_unlink_use(d, src);
	if (d->last == src)
		d->last = NULL;
	d->all[src->place] = d->all[--d->sources];
	d->all[src->place]->place = src->place;
	store_clear(d, src);
	free(src->templates.slot);
	held_clear(d, src);
	d->names -= src->known.used;
	known_free(&src->known);
	leave_siblings(src);
	exporter_drop(d, src->exporter);
	free(src);
}

/* Makes room for one more in the tables and within the limit. */
static bool
make_room(struct flow_decoder *d)
{
	if (d->sources >= d->options.max_sources)
		(void)source_evict(d, NULL, false);
	if (d->sources >= d->buckets && !grow_buckets(d))
		return false;
	if (!VEC_RESERVE(d->all, d->all_cap, d->sources + 1))
		return false;
	return true;
}

struct source *
source_add(struct flow_decoder *d, const struct source_key *key, int64_t now_ms)
{
	struct source *s, **at;

	if (!make_room(d))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->exporter = exporter_take(d, &key->exporter);
	if (s->exporter == NULL) {
		free(s);
		return NULL;
	}
	s->operator = operator_rate_of(&d->options, &key->exporter);
	join_siblings(s);
	s->sender = key->sender;
	s->version = key->version;
	s->transport = key->transport;
	s->domain = key->domain;
	s->key_port = key->port;
	s->hash = hash_source(key);
	s->first_ms = now_ms;
	s->begun_ms = d->age.now_ms;
	s->first_use = d->uses + 1;
	s->place = d->sources;
	d->all[d->sources++] = s;
	at = &d->bucket[s->hash & (d->buckets - 1)];
	s->hash_next = *at;
	*at = s;
	source_link_use(d, s);
	return s;
}

/* For the log, once for each exporter. */
static void
tell_begin(struct flow_decoder *d, const struct source *s)
{
	s->exporter->told_begin = true;
	d->news.exporter = s->exporter->addr;
	d->news.begins = true;
	d->news.version = s->version;
}

struct source *
source_of(struct flow_decoder *d, const struct flow_datagram *dg, const struct source_key *key)
{
	struct source *s = d->last;

	if (s == NULL || !is_source(s, key)) {
		/* The decoder is ours to change: only the search is const. */
		s = (struct source *)(uintptr_t)source_find(d, key);
		if (s == NULL)
			s = source_add(d, key, dg->received_ms);
		if (s == NULL)
			return NULL;
		d->last = s;
		if (!s->exporter->told_begin)
			tell_begin(d, s);
	}
	source_used(d, s);
	s->port = dg->port;
	s->last_ms = dg->received_ms;
	s->datagrams++;
	return s;
}

void
source_step(struct flow_decoder *d, struct source *src, const struct sequence_step *step)
{
	struct sequence *q = &src->sequence;
	uint64_t lost = q->lost, late = q->late, restarts = q->restarts;

	sequence_take(q, step);
	/* Late datagrams take back what was counted lost: the totals go down, too. */
	d->counts.value[FLOW_COUNT_SEQUENCE_LOST] += q->lost - lost;
	decoder_count(d, FLOW_COUNT_SEQUENCE_LATE, q->late - late);
	decoder_count(d, FLOW_COUNT_SEQUENCE_RESTARTS, q->restarts - restarts);
}

/* Rates may exceed the limit of names by a quarter: counters depend on them, so names must not keep them out. */
static size_t
limit_of(const struct flow_decoder *d, enum known_kind kind)
{
	size_t names = d->options.max_names;

	return known_is_rate(kind) || kind == KNOWN_OTHER_DOMAIN_RATE || kind == KNOWN_SEQUENCE ?
	    names + names / 4 : names;
}

static enum flow_status
learn(struct flow_decoder *d, const struct source *src, struct known *k, enum known_kind kind,
    uint64_t key, uint64_t number, uint32_t owner, const char *text, size_t len)
{
	size_t limit = limit_of(d, kind);
	enum flow_status st;
	bool added;

	while (d->names >= d->options.max_total_names && k->used < limit &&
	    known_find(k, kind, key) == NULL)
		if (!source_evict(d, src, true))
			limit = k->used;
	st = known_put(k, kind, key, number, owner, text, len, limit, &added);
	d->names += added;
	if (st == FLOW_ELIMIT) {
		decoder_count(d, FLOW_COUNT_NAME_LIMIT, 1);
		return FLOW_OK;
	}
	return st;
}

#define LOOK_MAX 64		/* sources of an exporter looked at */

/* Whether another source of the exporter, still heard, has a different number for this key. */
static bool
others_differ(const struct source *src, enum known_kind kind, uint64_t key, uint64_t number)
{
	const struct source *s = src->exporter->newest;
	unsigned looked;

	for (looked = 0; s != NULL && looked < LOOK_MAX; s = s->sibling_older, looked++) {
		const struct known_entry *e;

		if (s->port != src->port && s->use < src->first_use)
			continue;	/* silent since: its data may predate a reboot */
		e = known_find(&s->known, kind, key);
		if (e != NULL && e->number != number)
			return true;
	}
	return false;
}

/* Stores a fact for the whole exporter; if its sources disagree, it has none. */
static enum flow_status
learn_common(struct flow_decoder *d, struct source *src, enum known_kind kind, uint64_t key,
    uint64_t number, const char *text, size_t len)
{
	struct known *k = &src->exporter->known;
	const struct known_entry *e = known_find(k, kind, key);

	if (e != NULL && e->number != number && others_differ(src, kind, key, number))
		number = 0;
	return learn(d, src, k, kind, key, number, src->domain, text, len);
}

enum flow_status
source_learn_of_domain(struct flow_decoder *d, struct source *src, uint32_t domain, enum known_kind kind,
    uint64_t key, uint64_t number)
{
	struct known *k = &src->exporter->known;
	const struct known_entry *e;

	if (kind != KNOWN_SAMPLER_RATE)
		return learn(d, src, k, KNOWN_OTHER_DOMAIN_RATE, domain, number, domain, NULL, 0);
	/* Facts about other domains are in no source's table: once contradictory, they stay so. */
	e = known_find(k, kind, key);
	if (e != NULL && e->number != number && (e->number == 0 || e->owner != domain))
		number = 0;
	else if (others_differ(src, kind, key, number))
		number = 0;
	return learn(d, src, k, kind, key, number, domain, NULL, 0);
}

/* As learn, for the source itself; updates the summary of its parts' rates. */
static enum flow_status
learn_own(struct flow_decoder *d, struct source *src, enum known_kind kind, uint64_t key, uint64_t number,
    const char *text, size_t len)
{
	const struct known_entry *e = known_find(&src->known, kind, key);
	uint64_t before = e != NULL ? e->number : 0;
	bool had = e != NULL;
	enum flow_status st = learn(d, src, &src->known, kind, key, number, 0, text, len);

	if (st == FLOW_OK && known_find(&src->known, kind, key) != NULL)
		source_note_rate(src, kind, had ? &before : NULL, number);
	return st;
}

enum flow_status
source_learn(struct flow_decoder *d, struct source *src, enum known_kind kind, uint64_t key,
    uint64_t number, const char *text, size_t len)
{
	enum flow_status st = learn_own(d, src, kind, key, number, text, len);

	if (st != FLOW_OK)
		return st;
	source_used(d, src);	/* its first name moves it to another list */
	if (kind == KNOWN_INTERFACE_RATE)
		src->has_interface_rates = true;
	if (kind == KNOWN_TYPE)
		src->types++;
	if (kind != KNOWN_SAMPLER_RATE && kind != KNOWN_DOMAIN_RATE && kind != KNOWN_APP_NAME)
		return FLOW_OK;
	return learn_common(d, src, kind, key, number, text, len);
}
