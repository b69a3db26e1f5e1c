/* SPDX-License-Identifier: BSD-2-Clause */
/* Assigns fields of a template to headers: see plan_header.h. */
#include "wire/template/plan_header.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "wire/template/plan.h"

/* Elements of addresses and of their families, by IANA's number. */
enum address_kind {
	ADDRESS,
	PREFIX,
	MASK,
};

static const struct {
	uint16_t id;
	uint8_t kind;		/* enum address_kind */
	uint8_t version;
	uint8_t side;		/* 0 source, 1 destination */
} address_element[] = {
	{ 8, ADDRESS, 4, 0 }, { 12, ADDRESS, 4, 1 },
	{ 27, ADDRESS, 6, 0 }, { 28, ADDRESS, 6, 1 },
	{ 44, PREFIX, 4, 0 }, { 45, PREFIX, 4, 1 },
	{ 170, PREFIX, 6, 0 }, { 169, PREFIX, 6, 1 },
	{ 9, MASK, 4, 0 }, { 13, MASK, 4, 1 },
	{ 29, MASK, 6, 0 }, { 30, MASK, 6, 1 },
};

static const struct {
	uint16_t id;
	uint8_t field, inner;
} part_element[HEADER_PARTS] = {
	[HEADER_PROTO] = { 4, FLOW_FIELD_PROTO, FLOW_FIELD_INNER_PROTO },
	[HEADER_SRC_PORT] = { 7, FLOW_FIELD_SRC_PORT, FLOW_FIELD_INNER_SRC_PORT },
	[HEADER_DST_PORT] = { 11, FLOW_FIELD_DST_PORT, FLOW_FIELD_INNER_DST_PORT },
	[HEADER_LABEL] = { 31, FLOW_FIELD_FLOW_LABEL, FLOW_FIELD_COUNT },
	[HEADER_VERSION] = { 60, FLOW_FIELD_IP_VERSION, FLOW_FIELD_COUNT },
	[HEADER_TOS] = { 5, FLOW_FIELD_TOS, FLOW_FIELD_COUNT },
	[HEADER_FLAGS] = { 6, FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_COUNT },
	[HEADER_MIN_TTL] = { 52, FLOW_FIELD_MIN_TTL, FLOW_FIELD_COUNT },
	[HEADER_MAX_TTL] = { 53, FLOW_FIELD_MAX_TTL, FLOW_FIELD_COUNT },
	[HEADER_FRAG_ID] = { 54, FLOW_FIELD_FRAG_ID, FLOW_FIELD_COUNT },
	[HEADER_FRAG_FLAGS] = { 197, FLOW_FIELD_FRAG_FLAGS, FLOW_FIELD_COUNT },
};

static void
clear_pair(struct header_pair *p, uint8_t version)
{
	memset(p, 0xff, sizeof(*p));	/* PLAN_NO_INDEX */
	p->version = version;
}

static uint16_t *
slot_of(struct header_pair *p, unsigned kind, unsigned side)
{
	return kind == ADDRESS ? &p->addr[side] : kind == PREFIX ? &p->prefix[side] : &p->mask[side];
}

/* The k-th element of its number belongs to the k-th pair of its family. */
static void
place_in_pair(struct plan_header *h, unsigned kind, uint8_t version, unsigned side, size_t index)
{
	unsigned p;

	for (p = 0; p < h->pairs; p++) {
		uint16_t *slot = slot_of(&h->pair[p], kind, side);

		if (h->pair[p].version != version || *slot != PLAN_NO_INDEX)
			continue;
		*slot = (uint16_t)index;
		return;
	}
	if (kind == MASK || h->pairs == HEADER_PAIRS)
		return;
	clear_pair(&h->pair[h->pairs], version);
	*slot_of(&h->pair[h->pairs++], kind, side) = (uint16_t)index;
}

static bool
length_fits(unsigned kind, const struct template_field *f)
{
	if (f->len == TEMPLATE_VARIABLE)
		return true;
	return kind == MASK ? number_fits(f->len) : f->len == 4 || f->len == 16;
}

/* In two passes, as masks may precede their addresses. */
static void
find_pairs(const struct template *t, size_t fields, struct plan_header *h, bool masks)
{
	size_t i, x;

	for (i = 0; i < fields; i++)
		for (x = 0; x < ARRAY_LEN(address_element) && t->field[i].pen == 0; x++)
			if (address_element[x].id == t->field[i].id &&
			    (address_element[x].kind == MASK) == masks &&
			    length_fits(address_element[x].kind, &t->field[i]))
				place_in_pair(h, address_element[x].kind,
				    address_element[x].version, address_element[x].side, i);
}

static void
find_parts(const struct template *t, size_t fields, struct plan_header *h)
{
	size_t i, x;

	for (x = 0; x < HEADER_PARTS; x++) {
		struct header_part *part = &h->part[x];

		part->field = part_element[x].field;
		part->inner = part_element[x].inner;
		for (i = 0; i < fields && part->n < HEADER_PAIRS; i++)
			if (t->field[i].pen == 0 && t->field[i].id == part_element[x].id &&
			    (number_fits(t->field[i].len) || t->field[i].len == TEMPLATE_VARIABLE))
				part->index[part->n++] = (uint16_t)i;
	}
}

/* A prefix serves as the address if there is none. */
static void
settle_prefixes(struct plan_header *h)
{
	unsigned p, side;

	for (p = 0; p < h->pairs; p++) {
		for (side = 0; side < HEADER_SIDES; side++) {
			struct header_pair *pair = &h->pair[p];

			if (pair->addr[side] != PLAN_NO_INDEX)
				continue;
			pair->addr[side] = pair->prefix[side];
			pair->prefix[side] = PLAN_NO_INDEX;
		}
	}
}

/* Whether more than one field could be the address of that side. */
static bool
is_contended(const struct plan_header *h, unsigned side)
{
	unsigned p, n = 0;

	for (p = 0; p < h->pairs; p++)
		n += (h->pair[p].addr[side] != PLAN_NO_INDEX) + (h->pair[p].prefix[side] != PLAN_NO_INDEX);
	return n > 1;
}

/* Whether it has prefix lengths of both families for a side; the family of the row's address decides. */
static bool
has_masks_of_both(const struct template *t, size_t fields)
{
	unsigned families[HEADER_SIDES] = { 0, 0 };
	size_t i, x;

	for (i = 0; i < fields; i++)
		for (x = 0; x < ARRAY_LEN(address_element) && t->field[i].pen == 0; x++)
			if (address_element[x].kind == MASK && address_element[x].id == t->field[i].id)
				families[address_element[x].side] |= address_element[x].version == 4 ? 1 : 2;
	return families[0] == 3 || families[1] == 3;
}

static bool
is_needed(const struct plan_header *h, bool masks_of_both)
{
	unsigned x;

	if (is_contended(h, 0) || is_contended(h, 1) || (masks_of_both && h->pairs > 0))
		return true;
	for (x = 0; x < HEADER_PARTS; x++)
		if (h->part[x].n > 1)
			return true;
	return false;
}

enum flow_status
header_compile(const struct template *t, size_t fields, struct plan_header **out)
{
	struct plan_header *h = calloc(1, sizeof(*h));
	unsigned p, side;

	*out = NULL;
	if (h == NULL)
		return FLOW_ENOMEM;
	find_pairs(t, fields, h, false);
	find_pairs(t, fields, h, true);
	settle_prefixes(h);
	find_parts(t, fields, h);
	if (!is_needed(h, has_masks_of_both(t, fields))) {
		free(h);
		return FLOW_OK;
	}
	for (p = 0; p < h->pairs; p++)
		for (side = 0; side < HEADER_SIDES; side++)
			h->has_masks[side] |= h->pair[p].mask[side] != PLAN_NO_INDEX;
	*out = h;
	return FLOW_OK;
}

bool
header_may_fill(enum flow_field field)
{
	unsigned x;

	for (x = 0; x < HEADER_PARTS; x++)
		if (part_element[x].field == field)
			return true;
	return field == FLOW_FIELD_SRC_ADDR || field == FLOW_FIELD_DST_ADDR ||
	    field == FLOW_FIELD_SRC_MASK || field == FLOW_FIELD_DST_MASK;
}

bool
header_fills(const struct plan_header *h, enum flow_field field)
{
	unsigned x;

	if (h == NULL)
		return false;
	for (x = 0; x < HEADER_PARTS; x++)
		if (h->part[x].n > 1 && h->part[x].field == field)
			return true;
	if (h->pairs == 0)
		return false;
	return field == FLOW_FIELD_SRC_ADDR || field == FLOW_FIELD_DST_ADDR ||
	    (field == FLOW_FIELD_SRC_MASK && h->has_masks[0]) ||
	    (field == FLOW_FIELD_DST_MASK && h->has_masks[1]);
}

struct header_place
header_place(const struct plan_header *h, uint16_t index)
{
	unsigned p, side, x;

	for (p = 0; h != NULL && p < h->pairs; p++) {
		for (side = 0; side < HEADER_SIDES; side++) {
			if (h->pair[p].addr[side] == index)
				return (struct header_place){ HEADER_USE_ADDR, 0, (uint8_t)p };
			if (h->pair[p].mask[side] == index)
				return (struct header_place){ HEADER_USE_MASK, 0, (uint8_t)p };
		}
	}
	for (p = 0; h != NULL && p < HEADER_PARTS; p++)
		for (x = 0; x < h->part[p].n; x++)
			if (h->part[p].index[x] == index)
				return (struct header_place){ HEADER_USE_PART, (uint8_t)p, (uint8_t)x };
	return (struct header_place){ HEADER_USE_NONE, 0, 0 };
}
