/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/state/decoder_state.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/vec.h"
#include "wire/decoder.h"
#include "wire/state/state_format.h"

/* Every instant and age of a sound state is below this, and differences of two cannot overflow. */
#define FAR_MS (INT64_C(1) << 61)
/* The most slots for a number of entries, so that few bytes cannot demand much memory. */
#define SLOTS_MAX(entries) (4 * (entries) + 16)

struct load {
	struct flow_decoder *d;
	struct cursor in;		/* of the record being read */
	struct source *src;		/* the last one; NULL: none yet, or left out */
	struct source **numbered;	/* by their order in the state; NULL: left out */
	size_t count, cap;
	bool damaged;			/* some value is impossible */
};

static int64_t
get_i64(struct load *l, int64_t least, int64_t most)
{
	int64_t v = (int64_t)cursor_le64(&l->in);

	if (v < least || v > most)
		l->damaged = true;
	return v;
}

/* A time of the age clock, not after now. */
static int64_t
get_age(struct load *l)
{
	return get_i64(l, 0, l->d->age.now_ms);
}

static enum flow_status
get_clock(struct load *l)
{
	struct age_clock *age = &l->d->age;

	age->begun = cursor_u8(&l->in) != 0;
	age->now_ms = get_i64(l, 0, FAR_MS);
	age->latest_ms = get_i64(l, -FAR_MS, FAR_MS);
	l->d->uses = cursor_le64(&l->in);
	return FLOW_OK;
}

static void
get_counter(struct load *l, struct sequence_counter *c)
{
	uint8_t bits = cursor_u8(&l->in);

	c->known = (bits & STATE_COUNTER_KNOWN) != 0;
	c->has_uptime = (bits & STATE_COUNTER_UPTIME) != 0;
	c->use_other = (bits & STATE_COUNTER_OTHER) != 0;
	c->shared = (bits & STATE_COUNTER_SHARED) != 0;
	c->late_mixed = (bits & STATE_COUNTER_MIXED) != 0;
	c->many_clocks = (bits & STATE_COUNTER_CLOCKS) != 0;
	c->late_run = cursor_u8(&l->in);
	c->same_run = cursor_u8(&l->in);
	c->other_run = cursor_u8(&l->in);
	c->next = cursor_le32(&l->in);
	c->last = cursor_le32(&l->in);
	c->last_advance = cursor_le32(&l->in);
	c->last_other = cursor_le32(&l->in);
	c->late_next = cursor_le32(&l->in);
	c->uptime_ms = cursor_le32(&l->in);
	c->used = cursor_le32(&l->in);
}

static void
get_sequence(struct load *l, struct sequence *q)
{
	uint8_t i;

	q->steps = cursor_le32(&l->in);
	q->counters = cursor_u8(&l->in);
	q->active = cursor_u8(&l->in);
	if (q->counters > SEQUENCE_COUNTERS || q->active >= SEQUENCE_COUNTERS ||
	    (q->active > 0 && q->active >= q->counters)) {
		l->damaged = true;
		return;
	}
	for (i = 0; i < q->counters; i++)
		get_counter(l, &q->counter[i]);
}

/* All but the key; counts of the slot begin at zero. */
static void
get_source_rest(struct load *l, struct source *s)
{
	uint8_t bits = cursor_u8(&l->in);

	s->established = (bits & STATE_ESTABLISHED) != 0;
	s->has_init = (bits & STATE_HAS_INIT) != 0;
	s->has_uptime = (bits & STATE_HAS_UPTIME) != 0;
	s->has_interface_rates = (bits & STATE_INTERFACE_RATES) != 0;
	s->adopted = (bits & STATE_ADOPTED) != 0;
	s->begun_ms = get_age(l);
	s->use = cursor_le64(&l->in);
	s->first_use = cursor_le64(&l->in);
	s->init_ms = get_i64(l, INT64_MIN, INT64_MAX);
	if (s->has_init && (s->init_ms <= 0 || s->init_ms > TIME_MAX_MS))
		l->damaged = true;
	s->types = cursor_le64(&l->in);
	s->uptime_ms = cursor_le32(&l->in);
	s->uptime_at_ms = get_i64(l, -FAR_MS, FAR_MS);
	s->sampling = cursor_le32(&l->in);
	s->first_ms = get_i64(l, -FAR_MS, FAR_MS);
	s->last_ms = get_i64(l, -FAR_MS, FAR_MS);
	get_sequence(l, &s->sequence);
	s->ahead_ms = get_i64(l, -FAR_MS, FAR_MS);
}

static bool
number_source(struct load *l, struct source *s)
{
	if (!VEC_RESERVE(l->numbered, l->cap, l->count + 1))
		return false;
	l->numbered[l->count++] = s;
	return true;
}

static void
get_addr(struct load *l, struct addr *a)
{
	const uint8_t *bytes = cursor_bytes(&l->in, sizeof(a->b));

	if (bytes != NULL)
		memcpy(a->b, bytes, sizeof(a->b));
}

/* Reads a source's key, with the port in it if the decoder's options scope by port; returns the port. */
static uint16_t
get_key(struct load *l, struct source_key *key)
{
	struct flow_datagram dg = { .len = 0 };
	uint8_t version, transport;
	struct addr exporter = addr_any4;

	get_addr(l, &exporter);
	get_addr(l, &dg.exporter);
	dg.port = cursor_le16(&l->in);
	version = cursor_u8(&l->in);
	transport = cursor_u8(&l->in);
	if (transport > FLOW_FILE)
		l->damaged = true;
	else
		dg.transport = (enum flow_transport)transport;
	*key = source_key(l->d, &dg, version, cursor_le32(&l->in));
	key->exporter = exporter;
	return dg.port;
}

static enum flow_status
get_source(struct load *l)
{
	struct source_key key;
	uint16_t port = get_key(l, &key);
	struct flow_decoder *d = l->d;

	l->src = NULL;
	if (cursor_failed(&l->in) || l->damaged)
		return FLOW_OK;
	if (d->sources < d->options.max_sources && source_find(d, &key) == NULL) {
		l->src = source_add(d, &key, 0);
		if (l->src == NULL)
			return FLOW_ENOMEM;
		l->src->port = port;
		get_source_rest(l, l->src);
	}
	return number_source(l, l->src) ? FLOW_OK : FLOW_ENOMEM;
}

static enum flow_status
get_entry(struct load *l, struct known *k)
{
	uint64_t key = cursor_le64(&l->in), number = cursor_le64(&l->in);
	uint32_t owner = cursor_le32(&l->in);
	size_t len = cursor_u8(&l->in);
	const uint8_t *text = cursor_bytes(&l->in, len);
	enum known_kind kind = (enum known_kind)(key >> 56);
	enum flow_status st;
	bool added;

	if (text == NULL || kind < KNOWN_SAMPLER_RATE || kind >= KNOWN_KINDS_END) {
		l->damaged = true;
		return FLOW_OK;
	}
	st = known_put(k, kind, key & KNOWN_KEY_MAX, number, owner, (const char *)text, len,
	    l->d->names < l->d->options.max_total_names ? SIZE_MAX : k->used, &added);
	l->d->names += added;
	l->damaged |= st == FLOW_OK && !added;
	return st == FLOW_ELIMIT ? FLOW_OK : st;
}

static enum flow_status
get_known(struct load *l, struct known *k)
{
	size_t slots = cursor_le32(&l->in), entries = cursor_le32(&l->in), i;
	enum flow_status st;

	/* A count of entries must fit into the bytes that are there. */
	if (cursor_failed(&l->in) || k->slots != 0 || entries > cursor_left(&l->in) / STATE_ENTRY_LEN ||
	    slots < 2 * entries || slots > SLOTS_MAX(entries) || (slots & (slots - 1)) != 0) {
		l->damaged = true;
		return FLOW_OK;
	}
	st = known_begin(k, slots);
	for (i = 0; i < entries && st == FLOW_OK && !l->damaged; i++)
		st = get_entry(l, k);
	return st;
}

static enum flow_status
get_source_known(struct load *l)
{
	enum flow_status st = get_known(l, &l->src->known);

	if (st == FLOW_OK && !l->damaged)
		source_note_rates(l->src);
	return st;
}

static enum flow_status
get_exporter(struct load *l)
{
	const uint8_t *bytes = cursor_bytes(&l->in, sizeof(struct addr));
	struct exporter *e;
	struct addr a;

	if (bytes == NULL)
		return FLOW_OK;
	memcpy(a.b, bytes, sizeof(a.b));
	e = exporter_find(l->d, &a);
	return e != NULL ? get_known(l, &e->known) : FLOW_OK;
}

static void
get_fields(struct load *l, struct template *t)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		t->field[i].pen = cursor_le32(&l->in);
		t->field[i].id = cursor_le16(&l->in);
		t->field[i].len = cursor_le16(&l->in);
	}
	if (cursor_failed(&l->in) || t->scopes > t->count || (!t->options && t->scopes > 0) ||
	    !template_measure(t))
		l->damaged = true;
}

static enum flow_status
get_template(struct load *l)
{
	uint16_t id = cursor_le16(&l->in);
	uint8_t bits = cursor_u8(&l->in);
	uint16_t scopes = cursor_le16(&l->in);
	int64_t seen_ms = get_age(l);
	size_t count = cursor_le16(&l->in);
	enum flow_status st;
	struct template *t;

	if (cursor_failed(&l->in) || id < TEMPLATE_ID_MIN || count == 0 || count > TEMPLATE_FIELDS_MAX) {
		l->damaged = true;
		return FLOW_OK;
	}
	t = template_new(id, count);
	if (t == NULL)
		return FLOW_ENOMEM;
	t->options = (bits & STATE_OPTIONS) != 0;
	t->doubted = (bits & STATE_DOUBTED) != 0;
	t->scopes = scopes;
	t->seen_ms = seen_ms;
	get_fields(l, t);
	if (l->damaged) {
		template_free(t);
		return FLOW_OK;
	}
	st = store_restore(l->d, l->src, t);
	/* A template that was left out is freed: compile only what is in the table. */
	if (st == FLOW_OK && (bits & STATE_COMPILED) != 0 && (bits & STATE_OPTIONS) == 0 &&
	    (t = template_find(&l->src->templates, id)) != NULL && !t->options)
		st = store_compile(l->d, t);
	return st;
}

static enum flow_status
add_held(struct load *l, struct source *src, const struct held *what, const uint8_t *body)
{
	size_t bytes = sizeof(*what) + what->len;
	struct held *h;

	if (l->d->held_bytes + bytes > l->d->options.max_held_bytes)
		return FLOW_OK;
	h = malloc(bytes);
	if (h == NULL)
		return FLOW_ENOMEM;
	*h = *what;
	h->src = src;
	if (what->len > 0)
		memcpy(h->bytes, body, what->len);
	held_append(l->d, h);
	return FLOW_OK;
}

static enum flow_status
get_held(struct load *l)
{
	size_t number = cursor_le32(&l->in);
	struct held h = { .since_ms = get_age(l) };
	const uint8_t *body;

	h.when.ahead_ms = get_i64(l, -FAR_MS, FAR_MS);
	h.when.received_ms = get_i64(l, -FAR_MS, FAR_MS);
	h.when.export_ms = get_i64(l, -FAR_MS, FAR_MS);
	h.when.has_uptime = cursor_u8(&l->in) != 0;
	h.when.uptime_ms = cursor_le32(&l->in);
	h.id = cursor_le16(&l->in);
	h.len = cursor_le32(&l->in);
	body = cursor_bytes(&l->in, h.len);
	if (body == NULL || number >= l->count || l->damaged ||
	    (l->d->held_last != NULL && h.since_ms < l->d->held_last->since_ms)) {
		l->damaged = true;
		return FLOW_OK;
	}
	return l->numbered[number] != NULL ? add_held(l, l->numbered[number], &h, body) : FLOW_OK;
}

static enum flow_status
get_record(struct load *l, uint8_t tag)
{
	switch (tag) {
	case STATE_CLOCK:
		return l->count == 0 ? get_clock(l) : FLOW_OK;
	case STATE_SOURCE:
		return get_source(l);
	case STATE_KNOWN:
		return l->src != NULL ? get_source_known(l) : FLOW_OK;
	case STATE_EXPORTER:
		return get_exporter(l);
	case STATE_TEMPLATE:
		return l->src != NULL ? get_template(l) : FLOW_OK;
	case STATE_HELD:
		return get_held(l);
	default:
		return FLOW_OK;
	}
}

static int
by_use(const void *a, const void *b)
{
	const struct source *const *x = a, *const *y = b;

	return ((*x)->use > (*y)->use) - ((*x)->use < (*y)->use);
}

/* Puts sources into the lists of their ranks in the order of their last use. */
static enum flow_status
order_by_use(struct flow_decoder *d)
{
	struct source **order = malloc((d->sources + 1) * sizeof(struct source *));
	size_t i;

	if (order == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < d->sources; i++)
		order[i] = d->all[i];
	qsort(order, d->sources, sizeof(struct source *), by_use);
	for (i = 0; i < d->sources; i++) {
		source_unlink_use(d, order[i]);
		source_link_use(d, order[i]);
		if (d->uses < order[i]->use)
			d->uses = order[i]->use;
	}
	free(order);
	return FLOW_OK;
}

static enum flow_status
get_records(struct load *l, const uint8_t *p, size_t len, struct flow_error *err)
{
	struct cursor in = cursor_make(p, len);
	enum flow_status st = FLOW_OK;

	cursor_skip(&in, STATE_MAGIC_LEN);
	while (st == FLOW_OK && cursor_left(&in) > 0) {
		size_t at = cursor_offset(&in);
		uint8_t tag = cursor_u8(&in);
		uint32_t bytes = cursor_le32(&in);

		l->in = cursor_sub(&in, bytes);
		if (!cursor_failed(&in))
			st = get_record(l, tag);
		if (st == FLOW_OK && (cursor_failed(&in) || cursor_failed(&l->in) || l->damaged))
			return flow_fail(err, FLOW_ECORRUPT, (int64_t)at,
			    "damaged state of exporters: byte %zu", at);
	}
	if (st == FLOW_OK)
		st = order_by_use(l->d);
	return st == FLOW_OK ? st : flow_fail_memory(err);
}

/* Whether it begins and ends as a state, and the hash of the bytes between is right. */
static bool
is_whole(const uint8_t *p, size_t len)
{
	const size_t last = STATE_RECORD_HEADER + 8;

	return len >= STATE_MAGIC_LEN + last && memcmp(p, STATE_MAGIC, STATE_MAGIC_LEN) == 0 &&
	    p[len - last] == STATE_END && load_le32(p + len - last + 1) == 8 &&
	    load_le64(p + len - 8) == hash_xxh64(p, len - last, 0);
}

static void
forget_all(struct flow_decoder *d)
{
	struct flow_counts counts = d->counts;

	while (d->sources > 0)
		source_free(d, d->all[d->sources - 1]);
	d->age = (struct age_clock){ .now_ms = 0 };
	d->uses = 0;
	d->counts = counts;
}

enum flow_status
flow_decoder_load(struct flow_decoder *d, const void *bytes, size_t len, struct flow_error *err)
{
	struct load l = { .d = d };
	enum flow_status st;

	if (d->sources > 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "the decoder is not new");
	if (!is_whole(bytes, len))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "no state of exporters, or damaged, or cut");
	st = get_records(&l, bytes, len - STATE_RECORD_HEADER - 8, err);
	free(l.numbered);
	if (st != FLOW_OK)
		forget_all(d);
	return st;
}
