/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4-mapped addresses (RFC 4291 2.5.5.2) beside an address that is none: both are of an IPv6 header, as
 * in ::ffff:10.1.1.1 > 64:ff9b::102:304.  The column has the former as 10.1.1.1 (net/addr.h), so that the
 * element's own value goes to extra, too.
 */
#include "wire/decoder.h"
#include "wire/template/plan_compile.h"

#define ADDRESS6_LEN 16

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool
is_mapped(const uint8_t *p)
{
	return memcmp(p, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/* Whether one of a pair of addresses of IPv6 elements is IPv4-mapped, and the other is not. */
static bool
is_mixed(const struct span pair[HEADER_SIDES])
{
	return pair[0].len == ADDRESS6_LEN && pair[1].len == ADDRESS6_LEN &&
	    is_mapped(pair[0].p) != is_mapped(pair[1].p);
}

static bool
may_be_ipv6(const struct compiler *c, uint16_t index)
{
	return index != PLAN_NO_INDEX && (c->t->field[index].len == ADDRESS6_LEN ||
	    c->t->field[index].len == TEMPLATE_VARIABLE);
}

void
compile_mapped(struct compiler *c)
{
	static const enum flow_field column[HEADER_SIDES] = { FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR };
	struct plan *p = c->p;
	unsigned side;

	p->mapped.possible = p->header != NULL;
	for (side = 0; side < HEADER_SIDES; side++)
		p->mapped.index[side] = PLAN_NO_INDEX;
	if (p->header != NULL || !may_be_ipv6(c, c->best[column[0]].index) ||
	    !may_be_ipv6(c, c->best[column[1]].index))
		return;
	p->mapped.possible = true;
	for (side = 0; side < HEADER_SIDES; side++)
		p->mapped.index[side] = c->best[column[side]].index;
}

static struct span
span_at(const struct rows *r, uint16_t index, size_t i)
{
	struct span s = r->span[index];

	s.p += s.len > 0 ? i * r->stride : 0;
	return s;
}

/* The two addresses of a header as they came: of pair `which` where the plan has a header. */
static void
addresses_at(const struct rows *r, unsigned which, size_t i, struct span pair[HEADER_SIDES])
{
	unsigned side;

	for (side = 0; side < HEADER_SIDES; side++)
		pair[side] = r->plan->header != NULL ? header_address(r, which, side, i) :
		    span_at(r, r->plan->mapped.index[side], i);
}

/*
 * The same of addresses in the data, `apart` from each other.  An IPv4-mapped address begins with eight
 * zero octets; those of other hosts, but for ::, ::1 and those of translators, have a bit in common.
 */
static inline bool
is_mixed_at(const uint8_t *src, ptrdiff_t apart)
{
	uint64_t a, b;

	memcpy(&a, src, sizeof(a));
	memcpy(&b, src + apart, sizeof(b));
	return (a & b) == 0 && is_mapped(src) != is_mapped(src + apart);
}

/* Two at a time: that is all that other traffic pays. */
static bool
some_mixed(const uint8_t *src, const uint8_t *dst, size_t stride, size_t n)
{
	ptrdiff_t apart = dst - src;
	const uint8_t *end = src + n / 2 * 2 * stride;

	for (; src != end; src += 2 * stride)
		if (is_mixed_at(src, apart) || is_mixed_at(src + stride, apart))
			return true;
	return n % 2 == 1 && is_mixed_at(src, apart);
}

bool
mapped_likely(const struct rows *r)
{
	const struct plan_mapped *m = &r->plan->mapped;
	const struct span *src, *dst;

	if (!m->possible || r->plan->header != NULL)
		return m->possible;
	src = &r->span[m->index[0]];
	dst = &r->span[m->index[1]];
	return src->len == ADDRESS6_LEN && dst->len == ADDRESS6_LEN &&
	    some_mixed(src->p, dst->p, r->stride, r->n);
}

static bool
row_is_mixed(const struct rows *r, size_t i)
{
	struct span pair[HEADER_SIDES];
	const struct plan_header *h = r->plan->header;

	if (h != NULL && (h->pairs == 0 || h->pair[r->choice[i].outer].version != 6))
		return false;
	addresses_at(r, h == NULL ? 0 : r->choice[i].outer, i, pair);
	return is_mixed(pair);
}

enum flow_status
rows_mapped(const struct rows *r)
{
	enum flow_status st = FLOW_OK;
	uint8_t *version;
	size_t i, first;

	if (!r->mapped || flow_builder_written(r->ctx->out, FLOW_FIELD_IP_VERSION))
		return FLOW_OK;
	for (first = 0; first < r->n && !row_is_mixed(r, first); first++)
		;
	if (first == r->n)
		return FLOW_OK;
	version = flow_builder_flat(r->ctx->out, FLOW_FIELD_IP_VERSION, r->n);
	if (version == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++)
		if (i >= first && row_is_mixed(r, i))
			version[i] = 6;
		else
			st = flow_builder_null(r->ctx->out, FLOW_FIELD_IP_VERSION, i);
	return st;
}

bool
mapped_shown(const struct rows *r, uint16_t index, const struct header_place *place, size_t i)
{
	const struct plan_mapped *m = &r->plan->mapped;
	struct span own, pair[HEADER_SIDES];

	if (!r->mapped)
		return false;
	if (r->plan->header == NULL ? index != m->index[0] && index != m->index[1] :
	    place->use != HEADER_USE_ADDR || r->plan->header->pair[place->which].version != 6)
		return false;
	own = span_at(r, index, i);
	if (own.len != ADDRESS6_LEN || !is_mapped(own.p))
		return false;
	addresses_at(r, place->which, i, pair);
	return is_mixed(pair);
}
