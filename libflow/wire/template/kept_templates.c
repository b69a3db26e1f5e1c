/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/kept_templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "wire/template/kept_data.h"
#include "wire/template/template.h"

#define SOURCES_MAX 1024
#define SOURCE_BYTES ((size_t)64 << 10)

/* RFC 7011 10.3.3: a message over UDP must fit the path MTU; this fits nearly every path. */
#define MESSAGE_MAX 1400
#define TEMPLATE_BYTES_MAX 65000	/* so that it fits into a message with headers and padding */
#define V9 9
#define V9_HEADER 20
#define IPFIX_HEADER 16
#define SET_HEADER 4

/* A template, as it was sent. */
struct kept {
	bool options;
	uint16_t id, len;
	uint8_t *bytes;
};

struct kept_source {
	bool used;
	struct addr sender;
	uint16_t port, version;
	uint32_t domain;
	uint64_t seen;			/* a count: higher is later */
	struct kept *kept;
	size_t count, bytes;
	struct kept_data data;		/* of its options templates */
	uint32_t *sent;			/* by receiver: the value of `debt` at the last sending */
};

struct kept_templates {
	size_t receivers;
	uint32_t *debt;			/* by receiver: counts calls of kept_templates_owe */
	uint64_t seen;
	struct kept_source source[SOURCES_MAX];
	struct kept_source *last;	/* of the last datagram */
	uint8_t message[MESSAGE_MAX + SOURCE_BYTES];
};

struct kept_templates *
kept_templates_new(size_t receivers)
{
	struct kept_templates *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->receivers = receivers;
	k->debt = calloc(receivers, sizeof(*k->debt));
	if (k->debt != NULL)
		return k;
	free(k);
	return NULL;
}

static void
clear(struct kept_source *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->kept[i].bytes);
	free(s->kept);
	free(s->sent);
	kept_data_clear(&s->data);
	*s = (struct kept_source){ .used = false };
}

void
kept_templates_free(struct kept_templates *k)
{
	for (size_t i = 0; k != NULL && i < SOURCES_MAX; i++)
		clear(&k->source[i]);
	if (k != NULL)
		free(k->debt);
	free(k);
}

static bool
is_source(const struct kept_source *s, const struct addr *sender, uint16_t port, uint16_t version, uint32_t domain)
{
	return s != NULL && s->used && s->port == port && s->version == version && s->domain == domain &&
	    addr_equal(&s->sender, sender);
}

/* The source, made if new; NULL when out of memory. */
static struct kept_source *
find(struct kept_templates *k, const struct addr *sender, uint16_t port, uint16_t version, uint32_t domain)
{
	struct kept_source *oldest = &k->source[0];

	if (is_source(k->last, sender, port, version, domain))
		return k->last;
	for (size_t i = 0; i < SOURCES_MAX; i++) {
		struct kept_source *s = &k->source[i];

		if (is_source(s, sender, port, version, domain))
			return s;
		if (s->seen < oldest->seen)
			oldest = s;
	}
	clear(oldest);
	oldest->sent = calloc(k->receivers, sizeof(*oldest->sent));
	if (oldest->sent == NULL)
		return NULL;
	memcpy(oldest->sent, k->debt, k->receivers * sizeof(*k->debt));
	oldest->used = true;
	oldest->sender = *sender;
	oldest->port = port;
	oldest->version = version;
	oldest->domain = domain;
	return oldest;
}

static void
drop(struct kept_source *s, size_t i)
{
	kept_data_drop(&s->data, s->kept[i].id);
	s->bytes -= s->kept[i].len;
	free(s->kept[i].bytes);
	s->kept[i] = s->kept[--s->count];
}

static void
drop_all(struct kept_source *s, bool options)
{
	for (size_t i = s->count; i-- > 0;)
		if (s->kept[i].options == options)
			drop(s, i);
}

/* Replaces the template of that id, or removes it (len 0: withdrawn). */
static void
keep(struct kept_source *s, bool options, uint16_t id, const uint8_t *bytes, size_t len)
{
	struct kept *bigger;
	uint8_t *copy;
	size_t i;

	for (i = 0; i < s->count && s->kept[i].id != id; i++)
		;
	if (i < s->count && s->kept[i].len == len && s->kept[i].options == options &&
	    memcmp(s->kept[i].bytes, bytes, len) == 0)
		return;
	if (i < s->count)
		drop(s, i);
	if (len == 0 || len > TEMPLATE_BYTES_MAX || s->bytes + len > SOURCE_BYTES)
		return;
	bigger = realloc(s->kept, (s->count + 1) * sizeof(*bigger));
	copy = malloc(len);
	if (bigger != NULL)
		s->kept = bigger;
	if (bigger == NULL || copy == NULL) {
		free(copy);
		return;
	}
	memcpy(copy, bytes, len);
	bigger[s->count++] = (struct kept){ options, id, (uint16_t)len, copy };
	s->bytes += len;
}

static void
take_templates(struct kept_source *s, bool options, struct cursor *set)
{
	const enum template_kind kind = options ? TEMPLATE_OPTIONS : TEMPLATE_DATA;
	enum flow_status st = FLOW_OK;
	struct template *t = NULL;
	uint16_t id = 0;

	while (st == FLOW_OK) {
		const uint8_t *begin = set->pos;

		st = template_read(set, s->version, kind, &id, &t);
		if (st == FLOW_OK && t == NULL && id < TEMPLATE_ID_MIN)
			drop_all(s, options);		/* RFC 7011 8.1: all of that kind are withdrawn */
		else if (st == FLOW_OK)
			keep(s, options, id, begin, t != NULL ? (size_t)(set->pos - begin) : 0);
		if (st == FLOW_OK)
			template_free(t);
	}
}

static void
take_data(struct kept_source *s, uint16_t id, const struct cursor *set)
{
	size_t i, len = cursor_left(set);
	const struct kept *t;

	for (i = 0; i < s->count && s->kept[i].id != id; i++)
		;
	if (i == s->count || !s->kept[i].options)
		return;
	t = &s->kept[i];
	kept_data_take(&s->data, id, set->pos, len, kept_data_records(s->version, t->bytes, t->len, set->pos, len));
}

struct kept_source *
kept_templates_see(struct kept_templates *k, const struct addr *sender, uint16_t port, const uint8_t *bytes, size_t len)
{
	struct cursor in = cursor_make(bytes, len);
	uint16_t version = len >= IPFIX_HEADER ? load_be16(bytes) : 0, id, set_len;
	struct kept_source *s;

	if (!((version == V9 && len >= V9_HEADER) || version == V9 + 1))
		return NULL;
	s = find(k, sender, port, version, load_be32(bytes + (version == V9 ? 16 : 12)));
	k->last = s;
	if (s == NULL)
		return NULL;
	s->seen = ++k->seen;
	cursor_skip(&in, version == V9 ? V9_HEADER : IPFIX_HEADER);
	while (cursor_left(&in) > SET_HEADER) {
		struct cursor set;

		id = load_be16(in.pos);
		set_len = load_be16(in.pos + 2);
		if (set_len < SET_HEADER || set_len > cursor_left(&in))
			break;
		cursor_skip(&in, SET_HEADER);
		set = cursor_sub(&in, set_len - SET_HEADER);
		/* v9 has templates in sets 0 and 1, IPFIX in 2 and 3. */
		if (id == (version == V9 ? 0 : 2) || id == (version == V9 ? 1 : 3))
			take_templates(s, id == (version == V9 ? 1 : 3), &set);
		else if (id >= TEMPLATE_ID_MIN)
			take_data(s, id, &set);
	}
	return s;
}

void
kept_templates_owe(struct kept_templates *k, size_t receiver)
{
	k->debt[receiver]++;
}

/* Records of option data from that set on; they count in the sequence of IPFIX. */
static uint32_t
records_from(const struct kept_source *s, size_t i)
{
	uint32_t sum = 0;

	for (; i < s->data.count; i++)
		sum += s->data.set[i].records;
	return sum;
}

/* Writes the datagram's header, changed for a message of `count` templates and records in `len` bytes. */
static void
put_header(uint8_t *message, const uint8_t *datagram, size_t len, uint16_t count, uint32_t records_after)
{
	if (load_be16(datagram) == V9) {
		memcpy(message, datagram, V9_HEADER);
		store_be16(message + 2, count);
		store_be32(message + 12, load_be32(datagram + 12) - 1);
	} else {
		memcpy(message, datagram, IPFIX_HEADER);
		store_be16(message + 2, (uint16_t)len);
		store_be32(message + 8, load_be32(datagram + 8) - records_after);
	}
}

/* Appends a set; returns the end. */
static size_t
put_set(uint8_t *message, size_t at, uint16_t id, const uint8_t *bytes, size_t len)
{
	size_t set_len = (SET_HEADER + len + 3) & ~(size_t)3;

	memset(message + at, 0, set_len);
	store_be16(message + at, id);
	store_be16(message + at + 2, (uint16_t)set_len);
	memcpy(message + at + SET_HEADER, bytes, len);
	return at + set_len;
}

/* Whether a set of that many bytes is to go into a message that has something in it. */
static bool
fits(size_t at, size_t len)
{
	return at + SET_HEADER + len + 3 <= MESSAGE_MAX;
}

/* Templates from *i on, as many as fit; one set for each, as consecutive ones may be of different kinds. */
static size_t
put_templates(uint8_t *message, const struct kept_source *s, size_t header, size_t *i, uint16_t *count)
{
	size_t at = header;

	for (; *i < s->count && (*count == 0 || fits(at, s->kept[*i].len)); ++*i, ++*count) {
		const struct kept *t = &s->kept[*i];

		at = put_set(message, at, (uint16_t)(s->version == V9 ? t->options : 2 + t->options), t->bytes, t->len);
	}
	return at;
}

static size_t
put_data(uint8_t *message, const struct kept_source *s, size_t header, size_t *i, uint16_t *count)
{
	size_t at = header;

	for (; *i < s->data.count && (*count == 0 || fits(at, s->data.set[*i].len)); ++*i) {
		const struct kept_set *d = &s->data.set[*i];

		at = put_set(message, at, d->id, d->bytes, d->len);
		*count = (uint16_t)(*count + d->records);
	}
	return at;
}

const uint8_t *
kept_templates_next(struct kept_templates *k, struct kept_source *source, size_t receiver, const uint8_t *datagram,
    size_t *step, size_t *len)
{
	size_t header, set;
	uint16_t count = 0;

	if (source == NULL || source->sent[receiver] == k->debt[receiver])
		return NULL;
	set = *step > source->count ? *step - source->count : 0;
	if (*step >= source->count + source->data.count) {
		source->sent[receiver] = k->debt[receiver];
		return NULL;
	}
	header = source->version == V9 ? V9_HEADER : IPFIX_HEADER;
	if (*step < source->count) {
		*len = put_templates(k->message, source, header, step, &count);
		put_header(k->message, datagram, *len, count, records_from(source, 0));
		return k->message;
	}
	put_header(k->message, datagram, 0, 0, records_from(source, set));
	*len = put_data(k->message, source, header, &set, &count);
	*step = source->count + set;
	store_be16(k->message + 2, load_be16(datagram) == V9 ? count : (uint16_t)*len);
	return k->message;
}
