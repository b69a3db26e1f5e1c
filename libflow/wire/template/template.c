/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/template.h"

#include <stdlib.h>
#include <string.h>

#include "wire/template/element.h"
#include "wire/template/plan.h"

#define MIN_SLOTS 8
/* More zero-length fields than this only let short records take long. */
#define EMPTY_FIELDS_MAX 64
#define ENTERPRISE_BIT 0x8000u

/* The header of a template. */
struct shape {
	uint16_t id;
	size_t count, scopes;
};

/* RFC 3954 6.1 counts bytes, RFC 7011 3.4.2.2 fields. */
static enum flow_status
read_options_shape(struct cursor *in, unsigned version, struct shape *s)
{
	uint16_t a = cursor_be16(in);
	uint16_t b = cursor_be16(in);

	if (version != 9) {
		s->count = a;
		s->scopes = b;
		/* A scope is mandatory, and part of the count. */
		return b == 0 || b > a ? FLOW_EFORMAT : FLOW_OK;
	}
	s->scopes = a / 4;
	s->count = (size_t)a / 4 + b / 4;
	if (a % 4 == 0 && b % 4 == 0)
		return FLOW_OK;
	cursor_skip(in, (size_t)a + b);
	return FLOW_EFORMAT;
}

static enum flow_status
read_shape(struct cursor *in, unsigned version, enum template_kind kind, struct shape *s)
{
	*s = (struct shape){ 0 };
	if (cursor_left(in) < 4)
		return FLOW_END;
	s->id = cursor_be16(in);
	if (kind == TEMPLATE_OPTIONS && version == 9)
		return read_options_shape(in, version, s);
	if (kind == TEMPLATE_DATA) {
		s->count = cursor_be16(in);
		return FLOW_OK;
	}
	/* A withdrawal has no scope count. */
	if (load_be16(in->pos) == 0) {
		cursor_skip(in, 2);
		return FLOW_OK;
	}
	return read_options_shape(in, version, s);
}

static struct template_field
read_field(struct cursor *in, unsigned version, bool scope)
{
	struct template_field f = { 0, 0, 0 };

	f.id = cursor_be16(in);
	f.len = cursor_be16(in);
	if (version == 9) {
		if (scope)
			f.pen = TEMPLATE_SCOPE_PEN;
		else
			element_from_v9(f.id, &f.pen, &f.id);
	} else if ((f.id & ENTERPRISE_BIT) != 0) {
		f.id &= (uint16_t)~ENTERPRISE_BIT;
		f.pen = cursor_be32(in);
	}
	return f;
}

bool
template_measure(struct template *t)
{
	size_t i, empty = 0;

	for (i = 0; i < t->count; i++) {
		bool variable = t->field[i].len == TEMPLATE_VARIABLE;

		t->variable |= variable;
		t->record_len += variable ? 1 : t->field[i].len;
		empty += t->field[i].len == 0;
	}
	return empty <= EMPTY_FIELDS_MAX && t->record_len > 0 && t->record_len <= UINT16_MAX;
}

struct template *
template_new(uint16_t id, size_t count)
{
	size_t bytes = sizeof(struct template) + count * sizeof(struct template_field);
	struct template *t = calloc(1, bytes);

	if (t == NULL)
		return NULL;
	t->id = id;
	t->count = (uint16_t)count;
	t->bytes = bytes;
	return t;
}

static enum flow_status
skip_fields(struct cursor *in, unsigned version, size_t count)
{
	size_t i;

	for (i = 0; i < count && !cursor_failed(in); i++)
		(void)read_field(in, version, false);
	return cursor_failed(in) ? FLOW_EFORMAT : FLOW_ELIMIT;
}

enum flow_status
template_read(struct cursor *in, unsigned version, enum template_kind kind, uint16_t *id,
    struct template **out)
{
	struct shape s;
	enum flow_status st = read_shape(in, version, kind, &s);
	struct template *t;
	size_t i;

	*id = s.id;
	*out = NULL;
	if (st == FLOW_EFORMAT && version != 9)	/* the next template may be sound */
		(void)skip_fields(in, version, s.count);
	if (st != FLOW_OK)
		return st;
	if (s.count == 0)	/* in v9 it can only be padding */
		return version == 9 ? s.id == 0 ? FLOW_END : FLOW_EFORMAT : FLOW_OK;
	if (s.count > TEMPLATE_FIELDS_MAX)
		return skip_fields(in, version, s.count);
	t = template_new(s.id, s.count);
	if (t == NULL)
		return FLOW_ENOMEM;
	t->scopes = (uint16_t)s.scopes;
	t->options = kind == TEMPLATE_OPTIONS;
	for (i = 0; i < s.count; i++)
		t->field[i] = read_field(in, version, i < s.scopes);
	if (cursor_failed(in) || s.id < TEMPLATE_ID_MIN || !template_measure(t)) {
		template_free(t);
		return FLOW_EFORMAT;
	}
	*out = t;
	return FLOW_OK;
}

void
template_free(struct template *t)
{
	if (t == NULL)
		return;
	plan_free(t->plan);
	plan_free(t->text_plan);
	free(t);
}

bool
template_same(const struct template *a, const struct template *b)
{
	return a->options == b->options && a->count == b->count && a->scopes == b->scopes &&
	    memcmp(a->field, b->field, a->count * sizeof(a->field[0])) == 0;
}

/* Ids are usually consecutive, so their low bits serve as the hash. */
static size_t
place(struct template **slot, size_t slots, uint16_t id)
{
	size_t at = id & (slots - 1);

	while (slot[at] != NULL && slot[at]->id != id)
		at = (at + 1) & (slots - 1);
	return at;
}

struct template *
template_find(const struct template_table *table, uint16_t id)
{
	return table->used == 0 ? NULL : table->slot[place(table->slot, table->slots, id)];
}

static bool
grow(struct template_table *table)
{
	size_t slots = table->slots == 0 ? MIN_SLOTS : table->slots * 2, i;
	struct template **slot = calloc(slots, sizeof(struct template *));

	if (slot == NULL)
		return false;
	for (i = 0; i < table->slots; i++)
		if (table->slot[i] != NULL)
			slot[place(slot, slots, table->slot[i]->id)] = table->slot[i];
	free(table->slot);
	table->slot = slot;
	table->slots = slots;
	return true;
}

enum flow_status
template_put(struct template_table *table, struct template *t, struct template **old)
{
	size_t at;

	if (table->used * 2 >= table->slots && !grow(table))
		return FLOW_ENOMEM;
	at = place(table->slot, table->slots, t->id);
	*old = table->slot[at];
	if (*old == NULL)
		table->used++;
	table->slot[at] = t;
	return FLOW_OK;
}

struct template *
template_take(struct template_table *table, uint16_t id)
{
	struct template *taken = template_find(table, id);
	size_t at, next;

	if (taken == NULL)
		return NULL;
	/* Closes the gap: moves entries behind it to where a search finds them. */
	at = place(table->slot, table->slots, id);
	table->slot[at] = NULL;
	table->used--;
	for (next = (at + 1) & (table->slots - 1); table->slot[next] != NULL;
	    next = (next + 1) & (table->slots - 1)) {
		struct template *t = table->slot[next];

		table->slot[next] = NULL;
		table->slot[place(table->slot, table->slots, t->id)] = t;
	}
	return taken;
}
