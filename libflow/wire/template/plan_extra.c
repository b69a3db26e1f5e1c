/* SPDX-License-Identifier: BSD-2-Clause */
/* The column `extra`: a JSON object of the elements that have no column. */
#include "wire/decoder.h"
#include "wire/sflow/packet_row.h"
#include "wire/template/list.h"

/* Whether row i's choices equal those of the row before. */
static bool
same_choice(const struct rows *r, size_t i)
{
	return r->choice == NULL ||
	    memcmp(&r->choice[i], &r->choice[i - 1], sizeof(r->choice[i])) == 0;
}

/* Whether row i's elements are those of the row before, byte for byte. */
static bool
same_as_before(const struct rows *r, size_t i)
{
	const struct plan *p = r->plan;
	size_t x;

	if (i == 0 || !same_choice(r, i))
		return false;
	for (x = 0; x < p->extras; x++) {
		const struct span *s = &r->span[p->extra[x].index];

		if (memcmp(s->p + i * r->stride, s->p + (i - 1) * r->stride, s->len) != 0)
			return false;
	}
	return true;
}

static bool
is_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

/* Whether row i's header does not use an element, so that extra has it. */
static bool
header_leaves(const struct rows *r, const struct plan_extra *e, size_t i, bool zero)
{
	if (header_used(r, &e->place, i))
		return false;
	/* Zeros of a header that the record lacks carry no information. */
	return !zero || (e->place.use == HEADER_USE_PART && r->choice[i].inner != HEADER_NONE);
}

/* Whether a column's row i holds this value. */
static bool
column_has(const struct rows *r, enum flow_field field, size_t i, const uint8_t *p, size_t len)
{
	enum flow_type type = flow_field_info(field)->type;
	struct flow_column column = { .form = FLOW_FORM_FLAT,
		.values = flow_builder_peek(r->ctx->out, field) };
	const struct addr *a = column.values;
	uint8_t bytes[16];

	if (column.values == NULL)
		return false;
	if (type != FLOW_TYPE_ADDR)
		return flow_column_number(&column, type, i) == load_wide(p, len);
	addr_store_v6(&a[i], bytes);
	return memcmp(bytes + 16 - len, p, len) == 0;
}

/* Whether the ICMP columns hold the value of an element of that role. */
static bool
icmp_has(const struct rows *r, enum element_role role, size_t i, uint64_t value)
{
	const uint8_t *type = flow_builder_peek(r->ctx->out, FLOW_FIELD_ICMP_TYPE);
	const uint8_t *code = flow_builder_peek(r->ctx->out, FLOW_FIELD_ICMP_CODE);

	if (type == NULL || code == NULL)
		return false;
	switch (role) {
	case ROLE_ICMP4_TYPE: case ROLE_ICMP6_TYPE:
		return value == type[i];
	case ROLE_ICMP4_CODE: case ROLE_ICMP6_CODE:
		return value == code[i];
	default:
		return value == ((uint64_t)type[i] << 8 | code[i]);
	}
}

/* Whether an element goes to row i's extra; some do only if no column has their value. */
static bool
is_wanted(const struct rows *r, const struct plan_extra *e, size_t i)
{
	const struct span *s = &r->span[e->index];
	bool zero = is_zero(s->p + i * r->stride, s->len);

	if (r->to != 0 && (e->index < r->from || e->index >= r->to))
		return false;
	if (e->element != NULL && s->len > 0 && !element_fits(e->element, s->len))
		return true;
	if (e->section)
		return r->packet->outer.version == 0;
	if (e->displaced != 0)
		return !zero && (r->choice[i].displaced & e->displaced) != 0;
	if (e->place.use != HEADER_USE_NONE)
		return header_leaves(r, e, i, zero);
	if (e->filled != FLOW_FIELD_COUNT)
		return !zero && !column_has(r, (enum flow_field)e->filled, i, s->p + i * r->stride, s->len);
	if (e->icmp != ROLE_COUNT)
		return !zero && !icmp_has(r, (enum element_role)e->icmp, i,
		    load_wide(s->p + i * r->stride, s->len));
	return !e->taken;
}

#define BY_COLUMN_MAX 64

/* A bit for each element that depends on columns (at most BY_COLUMN_MAX): whether row i's extra has it. */
static uint64_t
wanted_by_columns(const struct rows *r, size_t i)
{
	const struct plan *p = r->plan;
	uint64_t which = 0;
	size_t x;

	for (x = 0; x < p->extras && p->extras_by_column > 0; x++)
		if (p->extra[x].filled != FLOW_FIELD_COUNT || p->extra[x].icmp != ROLE_COUNT)
			which = which << 1 | is_wanted(r, &p->extra[x], i);
	return which;
}

static void
write_value(const struct rows *r, const struct plan_extra *e, size_t i, struct buf *out)
{
	const struct span *s = &r->span[e->index];

	if (s->len == 0)
		buf_append_text(out, "null");
	else
		list_or_value_json(out, r, (enum element_type)e->type, s->p + i * r->stride, s->len);
}

/* Writes one member: the entries [first, end), all of one element. */
static void
write_member(const struct rows *r, size_t first, size_t end, size_t i, size_t begin, struct buf *out)
{
	const struct plan_extra *e = r->plan->extra;
	size_t x, values = 0, written = 0, only = first;

	for (x = first; x < end; x++) {
		if (!is_wanted(r, &e[x], i))
			continue;
		only = x;
		values++;
	}
	/* A single element without a value is left out. */
	if (values == 0 || (values == 1 && (end - first == 1 || r->to != 0) &&
	    r->span[e[only].index].len == 0))
		return;
	buf_append_u8(out, out->len == begin ? '{' : ',');
	buf_append(out, r->plan->keys + e[first].key, e[first].key_len);
	buf_append_u8(out, ':');
	if (values > 1)
		buf_append_u8(out, '[');
	for (x = first; x < end; x++) {
		if (!is_wanted(r, &e[x], i))
			continue;
		if (written++ > 0)
			buf_append_u8(out, ',');
		write_value(r, &e[x], i, out);
	}
	if (values > 1)
		buf_append_u8(out, ']');
}

/* Elements that repeat within a record become an array. */
void
rows_object(const struct rows *r, size_t i, struct buf *out)
{
	const struct addr *sender = r->depth == 0 ? rows_sender(r, i) : NULL;
	const struct plan *p = r->plan;
	size_t first, end, begin = out->len;

	for (first = 0; first < p->extras; first = end) {
		for (end = first + 1; end < p->extras && p->extra[end].again; end++)
			;
		write_member(r, first, end, i, begin, out);
	}
	if (r->packet != NULL && r->depth == 0)
		packet_extra_vlan(out, r->packet);
	if (sender != NULL)
		packet_extra_addr(out, "sender", sender);
	if (out->len > begin)
		buf_append_u8(out, '}');
}

enum flow_status
rows_extra(const struct rows *r)
{
	struct buf *text = &r->ctx->d->text;
	enum flow_status st = FLOW_OK;
	uint64_t now, before = 0;
	size_t i;

	if (r->plan->extras == 0 || r->ctx->d->options.drop_extra)
		return FLOW_OK;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		now = wanted_by_columns(r, i);
		if (now != before || r->plan->extras_by_column > BY_COLUMN_MAX || !same_as_before(r, i)) {
			buf_clear(text);
			rows_object(r, i, text);
			if (text->failed)
				return FLOW_ENOMEM;
		}
		if (text->len > 0)
			st = flow_builder_text(r->ctx->out, FLOW_FIELD_EXTRA, i,
			    (const char *)text->data, text->len);
		before = now;
	}
	return st;
}
