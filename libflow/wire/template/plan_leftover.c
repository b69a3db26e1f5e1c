/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a template that go to extra: unused ones, and those that only some records use. */
#include "wire/template/plan_compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static bool
is_section(const struct plan *p, size_t index)
{
	return p->role[ROLE_FRAME_SECTION] == index || p->role[ROLE_MPLS_SECTION] == index ||
	    p->role[ROLE_IP_SECTION] == index;
}

static int
compare_extras(const void *left, const void *right)
{
	const struct plan_extra *a = left, *b = right;

	if (a->pen != b->pen)
		return a->pen < b->pen ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

/* Sorts by number, so that repeated elements are adjacent and texts repeat. */
static void
sort_extras(struct plan *p)
{
	size_t i;

	for (i = 1; i < p->extras && compare_extras(&p->extra[i - 1], &p->extra[i]) <= 0; i++)
		;
	if (i < p->extras)
		qsort(p->extra, p->extras, sizeof(*p->extra), compare_extras);
	for (i = 1; i < p->extras; i++) {
		p->extra[i].again = p->extra[i].pen == p->extra[i - 1].pen &&
		    p->extra[i].id == p->extra[i - 1].id;
		if (p->extra[i].again)	/* only the first is dissected, so all are kept */
			p->extra[i - 1].section = false;
	}
}

static bool
name_extra(struct compiler *c, struct plan_extra *x)
{
	const struct template_field *f = &c->t->field[x->index];
	struct element_label label;
	struct buf text = BUF_INIT;
	char *keys;

	element_label(c->told, f->pen, f->id, f->len, &label);
	x->type = (uint8_t)label.type;
	json_append_string(&text, label.name, label.len);
	keys = text.failed ? NULL : realloc(c->p->keys, c->keys_len + text.len);
	if (keys == NULL) {
		buf_release(&text);
		return false;
	}
	c->p->keys = keys;
	memcpy(keys + c->keys_len, text.data, text.len);
	x->key = (uint32_t)c->keys_len;
	x->key_len = (uint16_t)text.len;
	c->keys_len += text.len;
	buf_release(&text);
	return true;
}

/* Whether field i is a port that occurs once in a template with several protocols. */
static bool
is_only_port(const struct plan_header *h, size_t index)
{
	const struct header_part *src = &h->part[HEADER_SRC_PORT], *dst = &h->part[HEADER_DST_PORT];

	return h->part[HEADER_PROTO].n > 1 && ((src->n == 1 && src->index[0] == index) ||
	    (dst->n == 1 && dst->index[0] == index));
}

/* The bits of struct choice that mean that a record did not use this field, although it has a column. */
static uint16_t
displaced_bits(const struct plan *p, size_t index)
{
	unsigned bits = 0, i;

	if (!p->has_choice)
		return 0;
	for (i = 0; i < PLAN_COUNTERS; i++)
		if (p->counters.choose && p->counters.winner[i] == index)
			bits |= 1u << i;
	if (p->choose_times && p->first_role != ROLE_COUNT && p->role[p->first_role] == index)
		bits |= PLAN_DISPLACED_FIRST;
	if (p->choose_times && p->last_role != ROLE_COUNT && p->role[p->last_role] == index)
		bits |= PLAN_DISPLACED_LAST;
	if (p->header != NULL && p->header->part[HEADER_LABEL].n == 1 &&
	    p->header->part[HEADER_LABEL].index[0] == index)
		bits |= PLAN_DISPLACED_LABEL;
	if (p->header != NULL && is_only_port(p->header, index))
		bits |= PLAN_DISPLACED_DEEPER;
	/* Post counters have columns of their own. */
	if (p->counters.index[ELEMENT_RANK_POST][PLAN_BYTES] == index ||
	    p->counters.index[ELEMENT_RANK_POST][PLAN_PACKETS] == index)
		return 0;
	return (uint16_t)bits;
}

/* The header's use of a field, if only some records use it there. */
static struct header_place
place_of(const struct plan *p, size_t index)
{
	struct header_place place = header_place(p->header, (uint16_t)index);

	/* Parts that occur once are copied by ops. */
	if (place.use == HEADER_USE_PART && p->header->part[place.part].n == 1)
		place.use = HEADER_USE_NONE;
	return place;
}

/* Whether field i fills its column in some records, and other fields do in others. */
static bool
is_contended(const struct compiler *c, size_t i)
{
	const struct element *e = c->field[i].element;

	if (!c->field[i].taken || (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL))
		return false;
	return c->field[i].filled || c->fill_ops[e->arg];
}

/* The column that field i fills only in some records; FLOW_FIELD_COUNT: none. */
static uint8_t
contended_column(const struct compiler *c, size_t i)
{
	const struct element *e = c->field[i].element;

	if (is_contended(c, i))
		return e->arg;
	/* A rate that is implausible, or not used, is kept. */
	return c->field[i].taken && e->use == ELEMENT_USE_ROLE && e->arg == ROLE_INTERVAL ?
	    FLOW_FIELD_SAMPLING : FLOW_FIELD_COUNT;
}

/* Whether field i is a type or code of ICMP, which has a meaning only in some records. */
static bool
is_icmp(const struct compiler *c, size_t i)
{
	const struct element *e = c->field[i].element;

	return c->field[i].taken && e->use == ELEMENT_USE_ROLE && e->arg >= ROLE_ICMP4 &&
	    e->arg <= ROLE_ICMP6_CODE;
}

/* Whether field i goes to extra, and in which records. */
static bool
describe_extra(const struct compiler *c, size_t i, struct plan_extra *x)
{
	const struct template_field *f = &c->t->field[i];
	const struct element *e = c->field[i].element;

	if (f->len == 0 || (e != NULL && e->use == ELEMENT_USE_SKIP))
		return false;
	if (c->field[i].taken && !c->p->has_choice && f->len != TEMPLATE_VARIABLE &&
	    contended_column(c, i) == FLOW_FIELD_COUNT && !is_icmp(c, i))
		return false;
	*x = (struct plan_extra){ .index = (uint16_t)i, .pen = f->pen, .id = f->id,
		.section = is_section(c->p, i), .displaced = displaced_bits(c->p, i),
		.place = place_of(c->p, i), .taken = c->field[i].taken,
		.filled = contended_column(c, i),
		.icmp = is_icmp(c, i) ? e->arg : ROLE_COUNT };
	if (f->len == TEMPLATE_VARIABLE)
		x->element = e;
	return !x->taken || x->displaced != 0 || x->place.use != HEADER_USE_NONE || x->element != NULL ||
	    x->filled != FLOW_FIELD_COUNT || x->icmp != ROLE_COUNT;
}

bool
compile_extras(struct compiler *c)
{
	struct plan *p = c->p;
	size_t i;

	for (i = 0; i < c->t->count; i++)
		if (describe_extra(c, i, &p->extra[p->extras]))
			p->extras++;
	sort_extras(p);
	for (i = 0; i < p->extras; i++)
		p->extras_by_column += p->extra[i].filled != FLOW_FIELD_COUNT ||
		    p->extra[i].icmp != ROLE_COUNT;
	for (i = 0; i < p->extras; i++)
		if (!name_extra(c, &p->extra[i]))
			return false;
	return true;
}
