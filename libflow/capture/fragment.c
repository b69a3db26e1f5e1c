/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"

#define PAYLOAD_MAX 65535

/* Parts begin at multiples of this (RFC 791 3.1). */
#define UNIT 8
#define UNITS (PAYLOAD_MAX / UNIT + 1)

struct packet {
	uint64_t age;		/* 0: free */
	struct addr src, dst;
	uint32_t id;
	uint8_t next;
	size_t units;		/* there so far */
	size_t len;		/* 0: the last part has not come */
	uint64_t there[UNITS / 64];
	uint8_t bytes[UNITS * UNIT];
};

struct fragment_table {
	uint64_t clock;
	uint64_t lost;
	struct packet *packet[FRAGMENT_PACKETS];	/* allocated when first used */
};

struct fragment_table *
fragment_table_new(void)
{
	return calloc(1, sizeof(struct fragment_table));
}

void
fragment_table_free(struct fragment_table *t)
{
	size_t i;

	for (i = 0; t != NULL && i < FRAGMENT_PACKETS; i++)
		free(t->packet[i]);
	free(t);
}

/* RFC 791 3.2 also compares the protocol; in RFC 8200 4.5 only the first fragment's counts. */
static bool
is_of(const struct packet *p, const struct frame *part)
{
	return p != NULL && p->age > 0 && p->id == part->id && addr_equal(&p->src, &part->src) &&
	    addr_equal(&p->dst, &part->dst) &&
	    (!addr_is_v4(&p->src) || p->next == part->next);
}

/* The packet that a part belongs to, else a place for a new packet; NULL when out of memory. */
static struct packet *
find(struct fragment_table *t, const struct frame *part)
{
	size_t i, oldest = 0;
	struct packet *p;

	for (i = 0; i < FRAGMENT_PACKETS; i++) {
		if (is_of(t->packet[i], part))
			return t->packet[i];
		if (t->packet[oldest] != NULL && (t->packet[i] == NULL ||
		    t->packet[i]->age < t->packet[oldest]->age))
			oldest = i;
	}
	if (t->packet[oldest] == NULL)
		t->packet[oldest] = calloc(1, sizeof(*p));
	p = t->packet[oldest];
	if (p == NULL)
		return NULL;
	t->lost += p->age > 0;
	p->src = part->src;
	p->dst = part->dst;
	p->id = part->id;
	p->next = part->next;
	p->units = 0;
	p->len = 0;
	memset(p->there, 0, sizeof(p->there));
	return p;
}

static void
keep(struct packet *p, const struct frame *part)
{
	size_t unit = part->offset / UNIT, end = (part->offset + part->len + UNIT - 1) / UNIT;

	/* The part may lie in the packet completed last, and that packet's place may be this one. */
	memmove(p->bytes + part->offset, part->bytes, part->len);
	for (; unit < end; unit++) {
		p->units += !bitmap_get(p->there, unit);
		bitmap_set(p->there, unit);
	}
	if (!part->more)
		p->len = part->offset + part->len;
}

enum flow_status
fragment_add(struct fragment_table *t, const struct frame *part, const uint8_t **bytes, size_t *len)
{
	struct packet *p;

	if (part->len > PAYLOAD_MAX || part->offset > PAYLOAD_MAX - part->len ||
	    part->len == 0 || (part->more && part->len % UNIT != 0))
		return FLOW_EFORMAT;
	p = find(t, part);
	if (p == NULL)
		return FLOW_ENOMEM;
	p->age = ++t->clock;
	keep(p, part);
	if (p->len == 0 || p->units < (p->len + UNIT - 1) / UNIT)
		return FLOW_END;
	p->age = 0;
	*bytes = p->bytes;
	*len = p->len;
	return FLOW_OK;
}

uint64_t
fragment_lost(const struct fragment_table *t)
{
	uint64_t lost = t->lost;
	size_t i;

	for (i = 0; i < FRAGMENT_PACKETS; i++)
		lost += t->packet[i] != NULL && t->packet[i]->age > 0;
	return lost;
}
