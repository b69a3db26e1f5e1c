/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "wire/wire_helper.h"

#define SPEAKERS 6
#define IDS 6
#define FIELDS_MAX 12
#define VARIABLE 65535

struct layout {
	bool options;
	unsigned scopes;
	size_t count;
	struct { uint16_t id, len; uint32_t pen; } field[FIELDS_MAX];
};

struct speaker {
	struct flow_datagram from;
	unsigned version;
	uint32_t domain, sequence, uptime_ms;
	struct layout layout[IDS];	/* count 0: none was announced yet */
};

struct world {
	struct dialogue *out;
	uint64_t state;
	int64_t now_ms;
	struct speaker speaker[SPEAKERS];
};

struct part { uint16_t id, len; };

/* What data may hold. */
static const struct part data_part[] = {
	{ 8, 4 }, { 12, 4 }, { 7, 2 }, { 11, 2 }, { 4, 1 }, { 2, 4 }, { 1, 4 }, { 10, 4 }, { 14, 4 },
	{ 48, 2 }, { 302, 8 }, { 301, 8 }, { 34, 4 }, { 22, 4 }, { 21, 4 }, { 150, 4 }, { 95, 4 },
	{ 234, 4 }, { 2, 8 }, { 85, 8 },
};

/* What options tell: the first is the scope. */
static const struct part option_part[][4] = {
	{ { 149, 4 }, { 34, 4 }, { 35, 1 } },
	{ { 302, 8 }, { 305, 4 }, { 306, 4 } },
	{ { 48, 2 }, { 49, 1 }, { 50, 4 }, { 84, 4 } },
	{ { 10, 4 }, { 82, 4 }, { 83, 6 } },
	{ { 10, 4 }, { 34, 4 } },
	{ { 301, 8 }, { 302, 8 }, { 302, 8 } },
	{ { 149, 4 }, { 160, 8 } },
	{ { 346, 4 }, { 303, 2 }, { 339, 1 }, { 341, 4 } },
	{ { 234, 4 }, { 236, 4 } },
	{ { 95, 4 }, { 96, 5 } },
	{ { 302, 8 }, { 309, 4 }, { 310, 4 } },
};

uint64_t
dialogue_draw(uint64_t *state, uint64_t below)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix64(*state) % below;
}

static uint64_t
draw(struct world *w, uint64_t below)
{
	return dialogue_draw(&w->state, below);
}

static void
draw_layout(struct world *w, const struct speaker *s, struct layout *l)
{
	size_t kind = draw(w, ARRAY_LEN(option_part)), i;

	*l = (struct layout){ .options = draw(w, 2) == 0 };
	l->scopes = l->options;
	for (i = 0; l->options && i < 4 && option_part[kind][i].len > 0; i++, l->count++) {
		l->field[i].id = option_part[kind][i].id;
		l->field[i].len = option_part[kind][i].len;
	}
	/* A scope of v9 is no element but a kind: 1 system, 2 interface; its element comes next. */
	if (l->options && s->version == 9 && l->field[0].id != 10) {
		memmove(l->field + 1, l->field, l->count++ * sizeof(l->field[0]));
		l->field[0].len = 4;
	}
	if (l->options && s->version == 9)
		l->field[0].id = l->field[0].id == 10 && l->field[0].len == 4 ? 2 : 1;
	while (!l->options && (l->count < 3 || draw(w, 4) != 0) && l->count < FIELDS_MAX - 1) {
		const struct part *p = &data_part[draw(w, ARRAY_LEN(data_part))];

		l->field[l->count].id = p->id;
		l->field[l->count++].len = p->len;
	}
	if (!l->options && s->version == 10 && draw(w, 2) == 0) {
		l->field[l->count].id = (uint16_t)(1 + draw(w, 3));
		l->field[l->count].pen = 4242;
		l->field[l->count++].len = draw(w, 2) == 0 ? VARIABLE : 4;
	}
}

static void
put_fields(struct buf *b, const struct layout *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		put16(b, l->field[i].id | (l->field[i].pen != 0 ? 0x8000 : 0), l->field[i].len, WIRE_STOP);
		if (l->field[i].pen != 0)
			buf_append_be32(b, l->field[i].pen);
	}
}

static void
put_template(struct buf *b, const struct speaker *s, size_t i)
{
	const struct layout *l = &s->layout[i];
	size_t set = put_set(b, (uint16_t)((s->version == 9 ? 0 : 2) + l->options));

	put16(b, (int)(256 + i), WIRE_STOP);
	if (!l->options)
		put16(b, (int)l->count, WIRE_STOP);
	else if (s->version == 9)
		put16(b, (int)(4 * l->scopes), (int)(4 * (l->count - l->scopes)), WIRE_STOP);
	else
		put16(b, (int)l->count, (int)l->scopes, WIRE_STOP);
	put_fields(b, l);
	put_set_end(b, set);
}

static void
put_number(struct buf *b, uint64_t v, size_t len)
{
	while (len-- > 0)
		buf_append_u8(b, len < 8 ? (uint8_t)(v >> (8 * len)) : 0);
}

/* Small numbers, so that what one record names another one tells. */
static void
put_value(struct world *w, struct buf *b, uint16_t id, uint16_t len)
{
	static const uint32_t rate[] = { 1, 10, 1000, 7, 0 };
	char name[16] = "a0-name-of-it";

	switch (id) {
	case 34: case 50: case 306: case 310:
		put_number(b, rate[draw(w, ARRAY_LEN(rate))], len);
		break;
	case 82: case 83: case 84: case 96: case 236: case 341:
		name[0] = (char)('a' + draw(w, 4));
		buf_append(b, name, len);
		break;
	case 22: case 21:
		put_number(b, 900000 + draw(w, 100000), len);
		break;
	case 150:
		put_number(b, WIRE_EXPORT_S - draw(w, 100), len);
		break;
	case 160:
		put_number(b, (WIRE_EXPORT_S - draw(w, 5000)) * 1000, len);
		break;
	case 346:
		put_number(b, 4242, len);
		break;
	case 303: case 305: case 309:
		put_number(b, 1 + draw(w, 3), len);
		break;
	case 339:
		put_number(b, draw(w, 24), len);
		break;
	default:
		put_number(b, draw(w, 5), len);
	}
}

static void
put_records(struct world *w, struct buf *b, const struct speaker *s, size_t i)
{
	const struct layout *l = &s->layout[i];
	size_t set = put_set(b, (uint16_t)(256 + i)), n = 1 + draw(w, 3), f, len;

	while (n-- > 0)
		for (f = 0; f < l->count; f++) {
			len = l->field[f].len;
			if (len == VARIABLE) {
				len = draw(w, 6);
				buf_append_u8(b, (uint8_t)len);
			}
			put_value(w, b, l->field[f].id, (uint16_t)len);
		}
	if (l->count == 0)
		put_hex(b, "00000001 00000002 00000003");
	put_set_end(b, set);
}

/* IPFIX: one template, or all of a kind. */
static void
put_withdrawal(struct world *w, struct buf *b, const struct speaker *s, size_t i)
{
	int kind = s->layout[i].options ? 3 : 2;
	size_t set = put_set(b, (uint16_t)kind);

	put16(b, draw(w, 4) == 0 ? kind : (int)(256 + i), 0, WIRE_STOP);
	put_set_end(b, set);
}

static void
put_some_set(struct world *w, struct buf *b, struct speaker *s)
{
	size_t i = draw(w, IDS);
	uint64_t what = draw(w, 16);

	if (what == 0 || (s->layout[i].count == 0 && what < 12)) {
		draw_layout(w, s, &s->layout[i]);
		/* Now and then it is lost on its way, or comes later. */
		if (what % 4 != 3)
			put_template(b, s, i);
	} else if (what == 1 && s->version == 10) {
		put_withdrawal(w, b, s, i);
	} else if (what < 4 && s->layout[i].count > 0) {
		put_template(b, s, i);
	} else {
		put_records(w, b, s, i);
	}
}

static void
add(struct world *w, enum happening what, const struct flow_datagram *dg, const struct buf *bytes)
{
	struct dialogue *d = w->out;
	struct event *e = &d->event[d->events++];

	*e = (struct event){ .what = what, .at = d->bytes.len };
	if (dg != NULL)
		e->datagram = *dg;
	e->datagram.received_ms = w->now_ms;
	if (bytes != NULL) {
		e->datagram.len = bytes->len;
		buf_append(&d->bytes, bytes->data, bytes->len);
	}
}

static void
speak(struct world *w)
{
	struct speaker *s = &w->speaker[draw(w, SPEAKERS)];
	struct buf b = BUF_INIT;
	uint64_t sets = 1 + draw(w, 4), luck = draw(w, 40);

	if (luck == 0)
		s->sequence += (uint32_t)draw(w, 5000000);
	if (luck == 1 && s->version == 9)
		s->uptime_ms = (uint32_t)draw(w, 30000);
	/* As after NAT: templates that were announced from the other port may be lent. */
	if (luck == 4 && s->from.transport == FLOW_UDP)
		s->from.port ^= 64;
	if (s->version == 9)
		put_v9_header(&b, (uint16_t)sets, s->sequence - (luck == 2 ? 3 : 0), s->domain);
	else
		put_ipfix_header(&b, s->sequence - (luck == 2 ? 3 : 0), s->domain);
	if (s->version == 9)
		store_be32(b.data + 4, s->uptime_ms);
	while (sets-- > 0)
		put_some_set(w, &b, s);
	s->sequence += s->version == 9 ? 1 : (uint32_t)draw(w, 4);
	if (s->version == 10)
		store_be16(b.data + 2, (uint16_t)b.len);
	if (luck == 3)
		b.len = draw(w, b.len);
	add(w, HAPPENS_DATAGRAM, &s->from, &b);
	buf_release(&b);
}

static void
pass_time(struct world *w)
{
	static const int64_t step[] = { 0, 1, 200, 1000, 1000, 20000, 61000, 200000 };
	int64_t ms = step[draw(w, ARRAY_LEN(step))];
	uint64_t set = draw(w, 60);
	size_t i;

	w->now_ms += ms;
	for (i = 0; i < SPEAKERS; i++)
		w->speaker[i].uptime_ms += (uint32_t)ms;
	if (set == 0)
		w->now_ms += 86400000 + 5000;
	if (set == 1)
		w->now_ms -= 3600000;
}

static void
begin_speakers(struct world *w)
{
	size_t i;

	for (i = 0; i < SPEAKERS; i++) {
		struct speaker *s = &w->speaker[i];

		s->version = i % 2 == 0 ? 9 : 10;
		s->from.exporter = i < 4 ? addr_from_v4((uint32_t)(0xc0000201 + i / 2)) :
		    addr_from_v6((const uint8_t *)"\x20\x01\x0d\xb8" "abcdefghijkl");
		s->from.port = (uint16_t)(2000 + i);
		s->from.transport = i == 5 ? FLOW_TCP : FLOW_UDP;
		s->domain = (uint32_t)draw(w, 3);
		s->uptime_ms = 1000000;
	}
}

void
dialogue_make(struct dialogue *dialogue, uint64_t seed, size_t events)
{
	struct world w = { .out = dialogue, .state = seed, .now_ms = WIRE_RECEIVED };
	size_t i;

	*dialogue = (struct dialogue){ .event = calloc(events, sizeof(struct event)), .cap = events };
	if (dialogue->event == NULL)
		abort();
	begin_speakers(&w);
	while (dialogue->events < events) {
		uint64_t what = draw(&w, 24);

		pass_time(&w);
		if (what == 0)
			add(&w, HAPPENS_CUT, NULL, NULL);
		else if (what == 1)
			add(&w, HAPPENS_EXPIRE, NULL, NULL);
		else if (what == 2 && draw(&w, 3) == 0)
			add(&w, HAPPENS_SESSION_END, &w.speaker[5].from, NULL);
		else
			speak(&w);
	}
	if (dialogue->bytes.failed)
		abort();
	for (i = 0; i < events; i++)
		dialogue->event[i].datagram.bytes = dialogue->bytes.data + dialogue->event[i].at;
}

void
dialogue_free(struct dialogue *dialogue)
{
	free(dialogue->event);
	buf_release(&dialogue->bytes);
}
