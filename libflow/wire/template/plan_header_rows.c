/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses each record's header, and writes its columns: see plan_header.h. */
#include "net/proto.h"
#include "wire/decoder.h"
#include "wire/template/plan_header.h"

#define PROTO_IGMP 2

static bool
is_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

static struct span
field_at(const struct rows *r, uint16_t index, size_t i)
{
	struct span s = { NULL, 0 };

	if (index == PLAN_NO_INDEX || r->span[index].len == 0)
		return s;
	s = r->span[index];
	s.p += i * r->stride;
	return s;
}

static bool
is_address(const struct span *s)
{
	return s->len == 4 || s->len == 16;
}

/* A pair's address on one side; the prefix if only that is not zero. */
static struct span
address_at(const struct rows *r, const struct header_pair *pair, unsigned side, size_t i)
{
	struct span s = field_at(r, pair->addr[side], i);
	struct span prefix = field_at(r, pair->prefix[side], i);

	if (is_address(&prefix) && !is_zero(prefix.p, prefix.len) &&
	    (!is_address(&s) || is_zero(s.p, s.len)))
		return prefix;
	return s;
}

struct span
header_address(const struct rows *r, unsigned pair, unsigned side, size_t i)
{
	return address_at(r, &r->plan->header->pair[pair], side, i);
}

/* Whether one of the two addresses is not zero. */
static bool
is_set(const struct rows *r, const struct header_pair *pair, size_t i)
{
	unsigned side;

	for (side = 0; side < HEADER_SIDES; side++) {
		struct span s = address_at(r, pair, side, i);

		if (is_address(&s) && !is_zero(s.p, s.len))
			return true;
	}
	return false;
}

/* A part's number; false where the record has none. */
static bool
number_at(const struct rows *r, const struct header_part *part, unsigned which, size_t i,
    uint64_t *out)
{
	struct span s;

	if (which >= part->n)
		return false;
	s = field_at(r, part->index[which], i);
	if (!number_fits(s.len))
		return false;
	*out = load_wide(s.p, s.len);
	return true;
}

/*
 * The record's outer pair: of the pairs that are set, the first one of the record's version (60),
 * else the first one.  If none is set, the first pair of that version, whose addresses are zero.
 */
static unsigned
choose_outer(const struct rows *r, const struct plan_header *h, unsigned set, size_t i)
{
	unsigned p, pass;
	uint64_t version;

	if (!number_at(r, &h->part[HEADER_VERSION], 0, i, &version))
		version = 0;
	for (pass = 0; pass < 2; pass++) {
		for (p = 0; p < h->pairs; p++)
			if ((pass == 1 || (set >> p & 1) != 0) && h->pair[p].version == version)
				return p;
		for (p = 0; p < h->pairs; p++)
			if ((set >> p & 1) != 0)
				return p;
	}
	return 0;
}

/* Whether the protocol may carry an IP packet; if not, a second pair is a field that was not cleared. */
static bool
carries_ip(uint64_t proto)
{
	return proto != PROTO_ICMP && proto != PROTO_TCP && proto != PROTO_ICMP6 &&
	    proto != PROTO_SCTP && proto != PROTO_IGMP;
}

static bool
may_be_inner(const struct rows *r, const struct plan_header *h, unsigned outer, unsigned p, size_t i)
{
	const struct header_pair *pair = &h->pair[p];
	uint64_t proto;

	if (pair->version == h->pair[outer].version)
		return true;
	if (pair->addr[0] == PLAN_NO_INDEX || pair->addr[1] == PLAN_NO_INDEX)
		return false;
	return h->part[HEADER_PROTO].n > 1 || !number_at(r, &h->part[HEADER_PROTO], 0, i, &proto) ||
	    carries_ip(proto);
}

/* Without a second pair: whether there is a second protocol or port that is not zero. */
static bool
has_inner_part(const struct rows *r, const struct plan_header *h, size_t i)
{
	uint64_t v;
	unsigned x;

	for (x = 0; x < HEADER_PARTS; x++)
		if (h->part[x].inner != FLOW_FIELD_COUNT && number_at(r, &h->part[x], 1, i, &v) && v != 0)
			return true;
	return false;
}

static unsigned
choose_inner(const struct rows *r, const struct plan_header *h, unsigned set, unsigned outer, size_t i)
{
	unsigned p;

	for (p = outer + 1; p < h->pairs; p++)
		if ((set >> p & 1) != 0 && may_be_inner(r, h, outer, p, i))
			return p;
	return h->pairs <= 1 && has_inner_part(r, h, i) ? 1 : HEADER_NONE;
}

/* The occurrence of a part that belongs to a pair, if each pair has one; else `rank`. */
static unsigned
occurrence(const struct plan_header *h, const struct header_part *part, unsigned pair, unsigned rank)
{
	return h->pairs > 1 && part->n == h->pairs ? pair : rank;
}

static unsigned
outer_occurrence(const struct plan_header *h, const struct header_part *part, const struct choice *c)
{
	return part->n == 1 ? 0 : occurrence(h, part, c->outer, 0);
}

/* The part's occurrence in the inner header; HEADER_NONE: it has none. */
static unsigned
inner_occurrence(const struct plan_header *h, const struct header_part *part, const struct choice *c)
{
	unsigned which;

	if (c->inner == HEADER_NONE || part->inner == FLOW_FIELD_COUNT || part->n < 2)
		return HEADER_NONE;
	which = occurrence(h, part, c->inner, 1);
	return which == outer_occurrence(h, part, c) ? HEADER_NONE : which;
}

/* Whether ports, if the template has them once, are the inner header's: the outer protocol has no ports. */
static bool
ports_are_inner(const struct rows *r, const struct plan_header *h, const struct choice *c, size_t i)
{
	const struct header_part *src = &h->part[HEADER_SRC_PORT], *dst = &h->part[HEADER_DST_PORT];
	uint64_t proto, port;

	if (c->inner == HEADER_NONE || src->n > 1 || dst->n > 1 ||
	    !number_at(r, &h->part[HEADER_PROTO], outer_occurrence(h, &h->part[HEADER_PROTO], c), i,
	    &proto) || proto_has_ports((uint8_t)proto) || proto_is_icmp((uint8_t)proto))
		return false;
	return (number_at(r, src, 0, i, &port) && port != 0) ||
	    (number_at(r, dst, 0, i, &port) && port != 0);
}

/* Whether the inner protocol has ports, or is unknown; if false, the ports are of a header deeper still. */
static bool
inner_has_ports(const struct rows *r, const struct plan_header *h, const struct choice *c, size_t i)
{
	const struct header_part *part = &h->part[HEADER_PROTO];
	uint64_t proto;

	return !number_at(r, part, inner_occurrence(h, part, c), i, &proto) || proto == 0 ||
	    proto_has_ports((uint8_t)proto) || proto_is_icmp((uint8_t)proto);
}

static void
choose(const struct rows *r, const struct plan_header *h, size_t i)
{
	struct choice *c = &r->choice[i];
	unsigned set = 0, p;

	for (p = 0; p < h->pairs; p++)
		set |= (unsigned)is_set(r, &h->pair[p], i) << p;
	c->outer = (uint8_t)choose_outer(r, h, set, i);
	c->inner = (uint8_t)choose_inner(r, h, set, c->outer, i);
	if (ports_are_inner(r, h, c, i))
		c->displaced |= inner_has_ports(r, h, c, i) ? PLAN_DISPLACED_PORTS :
		    PLAN_DISPLACED_DEEPER;
	/* IPv4 has no flow label. */
	if (h->part[HEADER_LABEL].n == 1 && h->pairs > 1 && h->pair[c->outer].version == 4)
		c->displaced |= PLAN_DISPLACED_LABEL;
}

static void
put_addr(struct addr *out, const struct span *s)
{
	if (s->len == 4)
		*out = addr_from_v4(load_be32(s->p));
	else
		*out = addr_from_v6(s->p);
}

/* Writes one side's address of the pair that each row chose; null if it has none. */
static enum flow_status
put_addresses(const struct rows *r, enum flow_field field, unsigned side, bool inner)
{
	const struct plan_header *h = r->plan->header;
	struct addr *out = flow_builder_flat(r->ctx->out, field, r->n);
	enum flow_status st = FLOW_OK;
	size_t i;

	if (out == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		unsigned pair = inner ? r->choice[i].inner : r->choice[i].outer;
		struct span s = { NULL, 0 };

		if (pair < h->pairs)
			s = address_at(r, &h->pair[pair], side, i);
		if (is_address(&s))
			put_addr(&out[i], &s);
		else
			st = flow_builder_null(r->ctx->out, field, i);
	}
	return st;
}

/* Stores a number in one row of a column; one too great becomes the column's maximum, and is counted. */
static void
put_number(const struct rows *r, void *column, enum flow_field field, size_t i, uint64_t v)
{
	enum flow_type type = flow_field_info(field)->type;
	size_t size = flow_type_size(type);
	uint64_t max = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;

	decoder_count(r->ctx->d, FLOW_COUNT_VALUE_WIDE, v > max);
	flow_type_store(type, (uint8_t *)column + i * size, v > max ? max : v);
}

static enum flow_status
put_masks(const struct rows *r, enum flow_field field, unsigned side)
{
	const struct plan_header *h = r->plan->header;
	uint8_t *out = flow_builder_flat(r->ctx->out, field, r->n);
	enum flow_status st = FLOW_OK;
	size_t i;

	if (out == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		struct span s = field_at(r, h->pair[r->choice[i].outer].mask[side], i);

		if (number_fits(s.len))
			put_number(r, out, field, i, load_wide(s.p, s.len));
		else
			st = flow_builder_null(r->ctx->out, field, i);
	}
	return st;
}

static enum flow_status
put_part(const struct rows *r, const struct header_part *part, enum flow_field field, bool inner)
{
	const struct plan_header *h = r->plan->header;
	void *out = flow_builder_flat(r->ctx->out, field, r->n);
	enum flow_status st = FLOW_OK;
	uint64_t v;
	size_t i;

	if (out == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		const struct choice *c = &r->choice[i];
		unsigned which = inner ? inner_occurrence(h, part, c) : outer_occurrence(h, part, c);

		if (number_at(r, part, which, i, &v))
			put_number(r, out, field, i, v);
		else
			st = flow_builder_null(r->ctx->out, field, i);
	}
	return st;
}

static enum flow_status
put_inner(const struct rows *r)
{
	const struct plan_header *h = r->plan->header;
	enum flow_status st = FLOW_OK;
	unsigned x;

	if (h->pairs > 1) {
		st = put_addresses(r, FLOW_FIELD_INNER_SRC_ADDR, 0, true);
		if (st == FLOW_OK)
			st = put_addresses(r, FLOW_FIELD_INNER_DST_ADDR, 1, true);
	}
	for (x = 0; x < HEADER_PARTS && st == FLOW_OK; x++)
		if (h->part[x].n > 1 && h->part[x].inner != FLOW_FIELD_COUNT)
			st = put_part(r, &h->part[x], (enum flow_field)h->part[x].inner, true);
	return st;
}

/* Moves ports of the inner header that ops copied to the outer header's column. */
static enum flow_status
move_port(const struct rows *r, const struct header_part *part)
{
	enum flow_field from = (enum flow_field)part->field, to = (enum flow_field)part->inner;
	void *out = flow_builder_flat(r->ctx->out, to, r->n);
	enum flow_status st = FLOW_OK;
	uint64_t v;
	size_t i;

	if (out == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		bool moved = (r->choice[i].displaced & PLAN_DISPLACED_PORTS) != 0 &&
		    number_at(r, part, 0, i, &v);

		if (moved)
			put_number(r, out, to, i, v);
		st = flow_builder_null(r->ctx->out, moved ? from : to, i);
		if (st == FLOW_OK && (r->choice[i].displaced & PLAN_DISPLACED_DEEPER) != 0)
			st = flow_builder_null(r->ctx->out, from, i);
	}
	return st;
}

/* Corrects values that ops copied but that do not belong to the chosen header. */
static enum flow_status
amend(const struct rows *r)
{
	static const unsigned port[] = { HEADER_SRC_PORT, HEADER_DST_PORT };
	enum flow_status st = FLOW_OK;
	unsigned displaced = 0;
	size_t i;

	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		displaced |= r->choice[i].displaced;
		if ((r->choice[i].displaced & PLAN_DISPLACED_LABEL) != 0)
			st = flow_builder_null(r->ctx->out, FLOW_FIELD_FLOW_LABEL, i);
	}
	for (i = 0; i < ARRAY_LEN(port) && st == FLOW_OK; i++)
		if ((displaced & (PLAN_DISPLACED_PORTS | PLAN_DISPLACED_DEEPER)) != 0 &&
		    r->plan->header->part[port[i]].n == 1)
			st = move_port(r, &r->plan->header->part[port[i]]);
	return st;
}

static enum flow_status
put_outer(const struct rows *r)
{
	const struct plan_header *h = r->plan->header;
	enum flow_status st = FLOW_OK;
	unsigned x;

	if (h->pairs > 0) {
		st = put_addresses(r, FLOW_FIELD_SRC_ADDR, 0, false);
		if (st == FLOW_OK)
			st = put_addresses(r, FLOW_FIELD_DST_ADDR, 1, false);
		if (st == FLOW_OK && h->has_masks[0])
			st = put_masks(r, FLOW_FIELD_SRC_MASK, 0);
		if (st == FLOW_OK && h->has_masks[1])
			st = put_masks(r, FLOW_FIELD_DST_MASK, 1);
	}
	for (x = 0; x < HEADER_PARTS && st == FLOW_OK; x++)
		if (h->part[x].n > 1)
			st = put_part(r, &h->part[x], (enum flow_field)h->part[x].field, false);
	return st;
}

enum flow_status
rows_header(const struct rows *r)
{
	const struct plan_header *h = r->plan->header;
	bool inner = false;
	enum flow_status st;
	size_t i;

	if (h == NULL)
		return FLOW_OK;
	for (i = 0; i < r->n; i++) {
		choose(r, h, i);
		inner |= r->choice[i].inner != HEADER_NONE;
	}
	st = put_outer(r);
	if (st == FLOW_OK && inner)
		st = put_inner(r);
	return st == FLOW_OK ? amend(r) : st;
}

bool
header_used(const struct rows *r, const struct header_place *place, size_t i)
{
	const struct plan_header *h = r->plan->header;
	const struct choice *c = &r->choice[i];
	const struct header_part *part = &h->part[place->part];

	switch ((enum header_use)place->use) {
	case HEADER_USE_ADDR:
		return place->which == c->outer || place->which == c->inner;
	case HEADER_USE_MASK:
		return place->which == c->outer;
	case HEADER_USE_PART:
		return place->which == outer_occurrence(h, part, c) ||
		    place->which == inner_occurrence(h, part, c);
	case HEADER_USE_NONE:
		break;
	}
	return false;
}
