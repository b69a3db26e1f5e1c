/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses other than the header's that a template has for both families: next hops and NAT's
 * addresses.  A record fills one of them, not always of its own family: IPv4 routes may have IPv6
 * next hops (RFC 8950), NAT64 translates IPv6 to IPv4.  So the one that is set counts; the record's
 * family decides if both or none are set.
 */
#include "wire/decoder.h"

/* Columns that belong together: both are of one family. */
static const enum flow_field together[PLAN_FAMILIES][2] = {
	{ FLOW_FIELD_NEXT_HOP, FLOW_FIELD_NEXT_HOP },
	{ FLOW_FIELD_BGP_NEXT_HOP, FLOW_FIELD_BGP_NEXT_HOP },
	{ FLOW_FIELD_NAT_SRC_ADDR, FLOW_FIELD_NAT_DST_ADDR },
};

static void
set_once(uint16_t *slot, size_t index)
{
	if (*slot == PLAN_NO_INDEX)
		*slot = (uint16_t)index;
}

void
families_add(struct plan_families *p, const struct element *e, size_t index)
{
	unsigned g, side;

	if (e->use != ELEMENT_USE_FILL && (e->use != ELEMENT_USE_COLUMN || e->rank > 0))
		return;		/* elements of lower rank are alternatives, which fill zeros */
	for (g = 0; g < PLAN_FAMILIES; g++)
		for (side = 0; side < 2; side++)
			if (together[g][side] == e->arg)
				set_once(&p->index[g][e->use == ELEMENT_USE_FILL][side], index);
}

static bool
has_both(const struct plan_families *p, unsigned g)
{
	return (p->index[g][0][0] != PLAN_NO_INDEX || p->index[g][0][1] != PLAN_NO_INDEX) &&
	    (p->index[g][1][0] != PLAN_NO_INDEX || p->index[g][1][1] != PLAN_NO_INDEX);
}

void
families_settle(struct plan_families *p)
{
	unsigned g;

	for (g = 0; g < PLAN_FAMILIES; g++)
		p->choose[g] = has_both(p, g);
}

/* Whether it is 0.0.0.0 or ::. */
static bool
addr_is_zero(const struct addr *a)
{
	static const struct addr any6;

	return addr_equal(a, &addr_any4) || addr_equal(a, &any6);
}

static struct span
field_at(const struct rows *r, uint16_t index, size_t i)
{
	struct span s = { NULL, 0 };

	if (index == PLAN_NO_INDEX || (r->span[index].len != 4 && r->span[index].len != 16))
		return s;
	s = r->span[index];
	s.p += i * r->stride;
	return s;
}

static bool
is_set(const struct rows *r, const uint16_t index[2], size_t i)
{
	static const uint8_t zero[16];
	unsigned side;

	for (side = 0; side < 2; side++) {
		struct span s = field_at(r, index[side], i);

		if (s.len > 0 && memcmp(s.p, zero, s.len) != 0)
			return true;
	}
	return false;
}

/* Whether the row's addresses are IPv6; one that is zero or missing counts only if both are. */
bool
row_is_v6(const struct addr *const column[2], size_t i)
{
	bool v4 = false;
	unsigned side;

	for (side = 0; side < 2; side++) {
		if (column[side] == NULL)
			continue;
		if (!addr_is_v4(&column[side][i]) && !addr_is_zero(&column[side][i]))
			return true;
		v4 |= addr_is_v4(&column[side][i]);
	}
	return !v4 && (column[0] != NULL || column[1] != NULL);
}

static enum flow_status
choose_group(const struct rows *r, unsigned g, const struct addr *const row[2])
{
	const uint16_t (*index)[2] = r->plan->families.index[g];
	unsigned side;
	size_t i;

	for (side = 0; side < 2; side++) {
		struct addr *out;

		if (index[0][side] == PLAN_NO_INDEX && index[1][side] == PLAN_NO_INDEX)
			continue;
		if (!flow_builder_written(r->ctx->out, together[g][side]))
			continue;
		out = flow_builder_flat(r->ctx->out, together[g][side], r->n);
		if (out == NULL)
			return FLOW_ENOMEM;
		for (i = 0; i < r->n; i++) {
			bool four = is_set(r, index[0], i), six = is_set(r, index[1], i);
			bool v6 = four != six ? six : row_is_v6(row, i);
			struct span s = field_at(r, index[v6][side], i);

			if (s.len == 0 || (!four && !six && !addr_is_zero(&out[i])))
				continue;
			out[i] = s.len == 4 ? addr_from_v4(load_be32(s.p)) : addr_from_v6(s.p);
		}
	}
	return FLOW_OK;
}

enum flow_status
rows_families(const struct rows *r)
{
	enum flow_status st = FLOW_OK;
	unsigned g;

	for (g = 0; g < PLAN_FAMILIES && st == FLOW_OK; g++) {
		const struct addr *row[2];

		if (!r->plan->families.choose[g])
			continue;
		row[0] = flow_builder_peek(r->ctx->out, FLOW_FIELD_SRC_ADDR);
		row[1] = flow_builder_peek(r->ctx->out, FLOW_FIELD_DST_ADDR);
		st = choose_group(r, g, row);
	}
	return st;
}
