/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4-mapped addresses (RFC 4291 2.5.5.2) in IPv6 elements.  Exporters with IPv6 elements only send IPv4
 * flows that way, with both ends mapped.  If the other end is not mapped, as in ::ffff:10.1.1.1 >
 * 64:ff9b::102:304, or the record's version (60) is 6, the header is IPv6 and the addresses stay IPv6.
 * Next hops follow the row's addresses.  Columns were filled as if all mapped addresses were IPv4.
 */
#include "wire/decoder.h"
#include "wire/template/plan_compile.h"

#define ADDRESS6_LEN 16

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* The columns of a pair of addresses. */
struct pair_columns {
	enum flow_field side[HEADER_SIDES];
};

static const struct pair_columns outer_columns = { { FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR } };
static const struct pair_columns nat_columns = { { FLOW_FIELD_NAT_SRC_ADDR, FLOW_FIELD_NAT_DST_ADDR } };
static const struct pair_columns inner_columns = { { FLOW_FIELD_INNER_SRC_ADDR, FLOW_FIELD_INNER_DST_ADDR } };

static bool
is_mapped(const uint8_t *p)
{
	return memcmp(p, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static bool
header_has_addresses(const struct plan *p)
{
	return p->header != NULL && p->header->pairs > 0;
}

void
compile_mapped(struct compiler *c)
{
	struct plan *p = c->p;
	unsigned side, hop;

	for (hop = 0; hop < PLAN_HOPS; hop++)
		p->mapped.hop[hop] = p->families.index[hop][1][0];
	for (side = 0; side < HEADER_SIDES; side++) {
		p->mapped.outer[side] = header_has_addresses(p) ? PLAN_NO_INDEX :
		    c->best[outer_columns.side[side]].index;
		p->mapped.nat[side] = p->families.index[PLAN_FAMILY_NAT][1][side];
	}
}

static struct span
span_at(const struct rows *r, uint16_t index, size_t i)
{
	struct span s = { NULL, 0 };

	if (index == PLAN_NO_INDEX || r->span[index].len != ADDRESS6_LEN)
		return s;
	s = r->span[index];
	s.p += i * r->stride;
	return s;
}

/*
 * Whether one of two addresses, `apart` from each other, is IPv4-mapped.  Such an address begins with eight
 * zero octets, while other addresses, except ::, ::1 and translators', have a common bit in them.
 */
static inline bool
some_mapped_at(const uint8_t *src, ptrdiff_t apart)
{
	uint64_t a, b;

	memcpy(&a, src, sizeof(a));
	memcpy(&b, src + apart, sizeof(b));
	return (a & b) == 0 && (is_mapped(src) || is_mapped(src + apart));
}

/* Tests two rows at a time, which is the only cost for other traffic. */
static bool
some_mapped(const uint8_t *src, const uint8_t *dst, size_t stride, size_t n)
{
	ptrdiff_t apart = dst - src;
	const uint8_t *end = src + n / 2 * 2 * stride;

	for (; src != end; src += 2 * stride)
		if (some_mapped_at(src, apart) || some_mapped_at(src + stride, apart))
			return true;
	return n % 2 == 1 && some_mapped_at(src, apart);
}

/* The same for a pair of fields, one of which may be missing or IPv4. */
static bool
pair_likely(const struct rows *r, const uint16_t index[HEADER_SIDES])
{
	struct span src = span_at(r, index[0], 0), dst = span_at(r, index[1], 0);

	if (src.len == 0 && dst.len == 0)
		return false;
	return some_mapped(src.len > 0 ? src.p : dst.p, dst.len > 0 ? dst.p : src.p, r->stride, r->n);
}

/* The column's address in row i if it came from `s`, else NULL: a NAT column may hold the record's IPv4 element. */
static struct addr *
column_of(const struct rows *r, enum flow_field field, const struct span *s, size_t i)
{
	struct addr *column = flow_builder_edit(r->ctx->out, field);

	return s->len == ADDRESS6_LEN && column != NULL && memcmp(column[i].b, s->p, ADDRESS6_LEN) == 0 ?
	    &column[i] : NULL;
}

/* Turns a pair's addresses in their columns back to IPv6 if the header is IPv6, or just one of them is mapped. */
static void
keep_pair(const struct rows *r, const struct pair_columns *columns, const struct span pair[HEADER_SIDES],
    bool six, size_t i)
{
	struct addr *src = column_of(r, columns->side[0], &pair[0], i);
	struct addr *dst = column_of(r, columns->side[1], &pair[1], i);

	if (!six && (src == NULL || dst == NULL || addr_is_v4(src) == addr_is_v4(dst)))
		return;
	if (src != NULL)
		addr_to_mapped(src);
	if (dst != NULL)
		addr_to_mapped(dst);
}

static void
keep_fields(const struct rows *r, const struct pair_columns *columns, const uint16_t index[HEADER_SIDES],
    bool six, size_t i)
{
	struct span pair[HEADER_SIDES] = { span_at(r, index[0], i), span_at(r, index[1], i) };

	keep_pair(r, columns, pair, six, i);
}

/* The same for the IPv6 pair of the record's outer or inner header. */
static void
keep_header(const struct rows *r, const struct pair_columns *columns, unsigned which, bool six, size_t i)
{
	const struct plan_header *h = r->plan->header;
	struct span pair[HEADER_SIDES];

	if (which >= h->pairs || h->pair[which].version != 6)
		return;
	pair[0] = header_address(r, which, 0, i);
	pair[1] = header_address(r, which, 1, i);
	keep_pair(r, columns, pair, six, i);
}

void
rows_mapped(const struct rows *r)
{
	const struct plan_mapped *m = &r->plan->mapped;
	bool by_header = header_has_addresses(r->plan);
	const uint8_t *version;
	size_t i;

	if (!by_header && !pair_likely(r, m->outer))
		return;
	version = flow_builder_peek(r->ctx->out, FLOW_FIELD_IP_VERSION);
	for (i = 0; i < r->n; i++) {
		bool six = version != NULL && version[i] == 6;

		if (by_header) {
			keep_header(r, &outer_columns, r->choice[i].outer, six, i);
			keep_header(r, &inner_columns, r->choice[i].inner, false, i);
		} else {
			keep_fields(r, &outer_columns, m->outer, six, i);
		}
	}
}

void
rows_mapped_nat(const struct rows *r)
{
	const uint16_t *index = r->plan->mapped.nat;
	size_t i;

	if (!pair_likely(r, index))
		return;
	for (i = 0; i < r->n; i++)
		keep_fields(r, &nat_columns, index, false, i);
}

static void
keep_hops(const struct rows *r, unsigned hop)
{
	static const struct pair_columns columns[PLAN_HOPS] = {
		{ { FLOW_FIELD_NEXT_HOP, FLOW_FIELD_NEXT_HOP } },
		{ { FLOW_FIELD_BGP_NEXT_HOP, FLOW_FIELD_BGP_NEXT_HOP } },
	};
	const uint16_t index[HEADER_SIDES] = { r->plan->mapped.hop[hop], PLAN_NO_INDEX };
	const struct addr *row[HEADER_SIDES];
	const uint8_t *version;
	size_t i;

	if (!pair_likely(r, index))
		return;
	row[0] = flow_builder_peek(r->ctx->out, FLOW_FIELD_SRC_ADDR);
	row[1] = flow_builder_peek(r->ctx->out, FLOW_FIELD_DST_ADDR);
	version = flow_builder_peek(r->ctx->out, FLOW_FIELD_IP_VERSION);
	for (i = 0; i < r->n; i++)
		keep_fields(r, &columns[hop], index, (version != NULL && version[i] == 6) || row_is_v6(row, i), i);
}

void
rows_mapped_hops(const struct rows *r)
{
	unsigned hop;

	for (hop = 0; hop < PLAN_HOPS; hop++)
		keep_hops(r, hop);
}
