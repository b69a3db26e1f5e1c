/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/json.h"
#include "wire/template/list.h"

#define NO_RANK UINT8_MAX
#define NOTHING_FILLS SIZE_MAX	/* in place of a number of own fields */

/* What compiling keeps about the best candidate for a column so far. */
struct candidate {
	uint16_t index;
	uint8_t rank;
};

struct compiler {
	const struct template *t;
	const struct element_told *told;
	struct plan *p;
	struct candidate best[FLOW_FIELD_COUNT];
	bool taken[TEMPLATE_FIELDS_MAX];	/* has a column or role; not for extra */
	bool filled[TEMPLATE_FIELDS_MAX];	/* fills zeros of a column */
	bool fits[TEMPLATE_FIELDS_MAX];	/* is as long as what its column or role takes */
	bool fill_ops[FLOW_FIELD_COUNT];
	uint16_t candidates[FLOW_FIELD_COUNT];	/* fields for a column */
	const struct element *element[TEMPLATE_FIELDS_MAX];
	size_t keys_len;
};

static const struct element *
field_element(const struct compiler *c, size_t i)
{
	return c->element[i];
}

static void
find_candidates(struct compiler *c)
{
	size_t i;

	for (i = 0; i < c->t->count; i++) {
		const struct template_field *f = &c->t->field[i];
		const struct element *e = field_element(c, i);

		c->fits[i] = e != NULL && (f->len == TEMPLATE_VARIABLE ||
		    (f->len != 0 && element_fits(e, f->len)));
		if (c->fits[i] && (e->use == ELEMENT_USE_COLUMN || e->use == ELEMENT_USE_FILL))
			c->candidates[e->arg]++;
	}
}

static void
choose_columns(struct compiler *c)
{
	size_t i, f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		c->best[f] = (struct candidate){ PLAN_NO_INDEX, NO_RANK };
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = field_element(c, i);

		if (!c->fits[i] ||
		    (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL))
			continue;
		if (e->rank < c->best[e->arg].rank)
			c->best[e->arg] = (struct candidate){ (uint16_t)i, e->rank };
	}
}

static const enum flow_field counter_field[PLAN_COUNTERS] = {
	FLOW_FIELD_BYTES, FLOW_FIELD_PACKETS, FLOW_FIELD_REV_BYTES, FLOW_FIELD_REV_PACKETS,
};

/* Counters after the observation point are better than none, so their winners differ. */
static void
choose_counters(struct compiler *c)
{
	struct plan_counters *p = &c->p->counters;
	size_t i;

	memset(p->index, 0xff, sizeof(p->index));	/* PLAN_NO_INDEX */
	memset(c->p->families.index, 0xff, sizeof(c->p->families.index));
	for (i = 0; i < c->t->count; i++) {
		if (!c->fits[i])
			continue;
		counters_add(p, field_element(c, i), i);
		families_add(&c->p->families, field_element(c, i), i);
	}
	counters_settle(p);
	families_settle(&c->p->families);
	for (i = 0; i < PLAN_COUNTERS; i++)
		c->best[counter_field[i]].index = p->winner[i];
	c->p->has_choice |= p->choose;
}

/* Most templates have one header, which is told without looking closer.  `own`: fields not of lists. */
static bool
choose_header(struct compiler *c, size_t own)
{
	bool several = false;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		several |= c->candidates[f] > 1 && header_may_fill((enum flow_field)f);
	if (several && header_compile(c->t, own, &c->p->header) != FLOW_OK)
		return false;
	c->p->has_choice |= c->p->header != NULL;
	return true;
}

static void
add_op(struct compiler *c, enum flow_field field, uint16_t index, bool fill)
{
	c->p->op[c->p->ops++] = (struct plan_op){ index, (uint8_t)field, fill };
	c->p->column[field] = true;
	c->taken[index] = true;
}

static bool
same_element(const struct template_field *a, const struct template_field *b)
{
	return a->pen == b->pen && a->id == b->id;
}

/* Columns whose zero is no value, and which another element may know better. */
static bool
zero_is_none(unsigned field)
{
	switch (field) {
	case FLOW_FIELD_SRC_VLAN: case FLOW_FIELD_DST_VLAN:
	case FLOW_FIELD_IN_IF: case FLOW_FIELD_OUT_IF:
	case FLOW_FIELD_NAT_SRC_ADDR: case FLOW_FIELD_NAT_DST_ADDR:
	case FLOW_FIELD_NAT_SRC_PORT: case FLOW_FIELD_NAT_DST_PORT:
	case FLOW_FIELD_FW_EVENT:
		return true;
	default:
		return false;
	}
}

/* Whether field i, which is another element than the winner's, fills what that leaves zero. */
static bool
fills_zeros(const struct compiler *c, size_t i)
{
	const struct element *e = field_element(c, i);

	if (!c->fits[i] || c->taken[i])
		return false;
	if (e->use == ELEMENT_USE_FILL)
		return !header_fills(c->p->header, (enum flow_field)e->arg);
	return e->use == ELEMENT_USE_COLUMN && zero_is_none(e->arg) && e->rank > 0 &&
	    !same_element(&c->t->field[i], &c->t->field[c->best[e->arg].index]);
}

/* Winners first, then what fills the zeros that they leave. */
static void
emit_ops(struct compiler *c)
{
	size_t f, i;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (header_fills(c->p->header, (enum flow_field)f))
			c->p->column[f] = true;
		else if (c->best[f].index != PLAN_NO_INDEX)
			add_op(c, (enum flow_field)f, c->best[f].index, false);
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = field_element(c, i);

		if (!fills_zeros(c, i))
			continue;
		c->filled[i] = true;
		c->fill_ops[e->arg] = true;
		add_op(c, (enum flow_field)e->arg, (uint16_t)i, true);
	}
}

static void
assign_roles(struct compiler *c)
{
	size_t i;

	for (i = 0; i < ROLE_COUNT; i++)
		c->p->role[i] = PLAN_NO_INDEX;
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = field_element(c, i);

		if (!c->fits[i] || e->use != ELEMENT_USE_ROLE ||
		    c->p->role[e->arg] != PLAN_NO_INDEX)
			continue;
		c->p->role[e->arg] = (uint16_t)i;
		c->taken[i] = true;
	}
}

/* The best time element of the template; the worse ones go to extra. */
static uint8_t
choose_time(struct compiler *c, enum element_role from, enum element_role to, unsigned step,
    bool *more)
{
	uint8_t chosen = ROLE_COUNT;
	unsigned role;

	for (role = from; role <= (unsigned)to; role += step) {
		uint16_t index = c->p->role[role];

		if (index == PLAN_NO_INDEX)
			continue;
		if (chosen == ROLE_COUNT) {
			chosen = (uint8_t)role;
			continue;
		}
		c->taken[index] = false;
		*more = true;
	}
	return chosen;
}

static bool
has_role(const struct plan *p, enum element_role role)
{
	return p->role[role] != PLAN_NO_INDEX;
}

static void
settle_roles(struct compiler *c)
{
	struct plan *p = c->p;
	unsigned role;

	p->first_role = choose_time(c, ROLE_FIRST_MS, ROLE_FIRST_UPTIME, 2, &p->choose_times);
	p->last_role = choose_time(c, ROLE_LAST_MS, ROLE_LAST_UPTIME, 2, &p->choose_times);
	p->event_role = choose_time(c, ROLE_EVENT_MS, ROLE_EVENT_S, 1, &p->choose_event);
	p->has_choice |= p->choose_times;
	for (role = ROLE_ICMP4; role <= ROLE_ICMP6_CODE; role++)
		p->has_icmp |= has_role(p, (enum element_role)role);
	for (role = ROLE_INTERVAL; role <= ROLE_PROBABILITY; role++)
		p->has_sampling |= has_role(p, (enum element_role)role);
	/* What has the same meaning as better elements, or a part of one. */
	if (has_role(p, ROLE_TTL) && p->column[FLOW_FIELD_MIN_TTL] && p->column[FLOW_FIELD_MAX_TTL])
		c->taken[p->role[ROLE_TTL]] = false;
	for (role = ROLE_RANDOM_INTERVAL; role <= ROLE_PROBABILITY; role++)
		if (has_role(p, (enum element_role)role))
			c->taken[p->role[role]] = false;
	if (has_role(p, ROLE_SYSTEM_INIT) && p->first_role != ROLE_FIRST_UPTIME &&
	    p->last_role != ROLE_LAST_UPTIME)
		c->taken[p->role[ROLE_SYSTEM_INIT]] = false;
	if (has_role(p, ROLE_DURATION_MS) && has_role(p, ROLE_DURATION_US))
		c->taken[p->role[ROLE_DURATION_US]] = false;
	/* A sampler's id has no column of its own, a duration is more than the times say. */
	for (role = ROLE_DURATION_MS; role <= ROLE_DURATION_US; role++)
		if (has_role(p, (enum element_role)role) &&
		    (p->first_role != ROLE_COUNT) == (p->last_role != ROLE_COUNT))
			c->taken[p->role[role]] = false;
	for (role = ROLE_SAMPLER; role <= ROLE_SEQUENCE; role++)
		if (has_role(p, (enum element_role)role))
			c->taken[p->role[role]] = false;
}

/* The column has both or-ed, so that which flags began the flow stays in extra. */
static void
settle_tcp_flags(struct compiler *c)
{
	unsigned role;

	for (role = ROLE_TCP_INITIAL; role <= ROLE_TCP_UNION; role++)
		if (has_role(c->p, (enum element_role)role))
			c->taken[c->p->role[role]] = false;
}

static void
settle_packets(struct compiler *c)
{
	struct plan *p = c->p;
	unsigned role;

	for (role = ROLE_FRAME_SECTION; role <= ROLE_IP_SECTION; role++)
		p->has_packet |= has_role(p, (enum element_role)role);
	/* Sections go to extra where nothing is understood of them, as what is about them does. */
	for (role = ROLE_FRAME_SECTION; role <= ROLE_SECTION_OFFSET; role++)
		if (has_role(p, (enum element_role)role))
			c->taken[p->role[role]] = false;
	/* A frame's size becomes bytes, if nothing else does. */
	if (p->has_packet && has_role(p, ROLE_FRAME_SIZE))
		c->taken[p->role[ROLE_FRAME_SIZE]] = !p->column[FLOW_FIELD_PACKETS] &&
		    !p->column[FLOW_FIELD_BYTES];
}

/* A record's exporter is in the column and in extra, as its sender is. */
static void
settle_origin(struct compiler *c)
{
	unsigned role;

	for (role = ROLE_ORIGINAL4; role <= ROLE_EXPORTER6; role++)
		if (has_role(c->p, (enum element_role)role)) {
			c->p->has_origin = true;
			c->taken[c->p->role[role]] = false;
		}
}

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

/* By number, so that repeated elements stand together and texts repeat. */
static void
sort_extras(struct plan *p)
{
	size_t i;

	if (p->extras > 1)
		qsort(p->extra, p->extras, sizeof(*p->extra), compare_extras);
	for (i = 1; i < p->extras; i++) {
		p->extra[i].again = p->extra[i].pen == p->extra[i - 1].pen &&
		    p->extra[i].id == p->extra[i - 1].id;
		if (p->extra[i].again)	/* only the first of them is read: none is left out */
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

/* The bits of struct choice that say that a field with a column was not used after all. */
static uint8_t
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
	/* Post counters have columns of their own. */
	if (p->counters.index[ELEMENT_RANK_POST][PLAN_BYTES] == index ||
	    p->counters.index[ELEMENT_RANK_POST][PLAN_PACKETS] == index)
		return 0;
	return (uint8_t)bits;
}

/* Where a field stands that some records use for their header, and others do not. */
static struct header_place
place_of(const struct plan *p, size_t index)
{
	struct header_place place = header_place(p->header, (uint16_t)index);

	/* Ops copy the parts that are there once. */
	if (place.use == HEADER_USE_PART && p->header->part[place.part].n == 1)
		place.use = HEADER_USE_NONE;
	return place;
}

/* Whether field i fills a column in some records, and others of its column do in others. */
static bool
is_contended(const struct compiler *c, size_t i)
{
	const struct element *e = field_element(c, i);

	if (!c->taken[i] || (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL))
		return false;
	return c->filled[i] || c->fill_ops[e->arg];
}

/* The column that field i fills in some records only; FLOW_FIELD_COUNT: it is not of that kind. */
static uint8_t
contended_column(const struct compiler *c, size_t i)
{
	const struct element *e = field_element(c, i);

	if (is_contended(c, i))
		return e->arg;
	/* A rate that is not believed, or not used, is kept. */
	return c->taken[i] && e->use == ELEMENT_USE_ROLE && e->arg == ROLE_INTERVAL ?
	    FLOW_FIELD_SAMPLING : FLOW_FIELD_COUNT;
}

/* Whether field i is a type or code of ICMP, which means something in some records only. */
static bool
is_icmp(const struct compiler *c, size_t i)
{
	const struct element *e = field_element(c, i);

	return c->taken[i] && e->use == ELEMENT_USE_ROLE && e->arg >= ROLE_ICMP4 &&
	    e->arg <= ROLE_ICMP6_CODE;
}

/* Whether field i goes to extra, and in which records. */
static bool
describe_extra(const struct compiler *c, size_t i, struct plan_extra *x)
{
	const struct template_field *f = &c->t->field[i];
	const struct element *e = field_element(c, i);

	if (f->len == 0 || (e != NULL && e->use == ELEMENT_USE_SKIP))
		return false;
	if (c->taken[i] && !c->p->has_choice && f->len != TEMPLATE_VARIABLE &&
	    contended_column(c, i) == FLOW_FIELD_COUNT && !is_icmp(c, i))
		return false;
	*x = (struct plan_extra){ .index = (uint16_t)i, .pen = f->pen, .id = f->id,
		.section = is_section(c->p, i), .displaced = displaced_bits(c->p, i),
		.place = place_of(c->p, i), .taken = c->taken[i],
		.filled = contended_column(c, i),
		.icmp = is_icmp(c, i) ? e->arg : ROLE_COUNT };
	if (f->len == TEMPLATE_VARIABLE)
		x->element = e;
	return !x->taken || x->displaced != 0 || x->place.use != HEADER_USE_NONE || x->element != NULL ||
	    x->filled != FLOW_FIELD_COUNT || x->icmp != ROLE_COUNT;
}

static bool
collect_extras(struct compiler *c)
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

/*
 * The column that an element would fill from within a list, or FLOW_FIELD_COUNT: a row is one header
 * and one pair of counters, which are the record's own.
 */
static unsigned
filled_by(const struct element *e)
{
	if (e == NULL)
		return FLOW_FIELD_COUNT;
	if (e->use == ELEMENT_USE_ROLE && (e->arg == ROLE_TCP_INITIAL || e->arg == ROLE_TCP_UNION))
		return FLOW_FIELD_TCP_FLAGS;
	if (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL)
		return FLOW_FIELD_COUNT;
	switch ((enum flow_field)e->arg) {
	case FLOW_FIELD_SRC_ADDR: case FLOW_FIELD_DST_ADDR:
	case FLOW_FIELD_SRC_PORT: case FLOW_FIELD_DST_PORT:
	case FLOW_FIELD_SRC_MASK: case FLOW_FIELD_DST_MASK:
	case FLOW_FIELD_PROTO: case FLOW_FIELD_FLOW_LABEL: case FLOW_FIELD_IP_VERSION:
	case FLOW_FIELD_PACKETS: case FLOW_FIELD_BYTES: case FLOW_FIELD_FLOWS:
	case FLOW_FIELD_REV_PACKETS: case FLOW_FIELD_REV_BYTES:
		return FLOW_FIELD_COUNT;
	default:
		return e->arg;
	}
}

bool
plan_may_fill(struct template *t)
{
	size_t i;

	if (t->may_fill == 0) {
		t->may_fill = 1;
		for (i = 0; i < t->count && t->may_fill == 1; i++)
			if (filled_by(element_find(t->field[i].pen, t->field[i].id)) != FLOW_FIELD_COUNT)
				t->may_fill = 2;
	}
	return t->may_fill == 2;
}

/* Elements of records in lists stay without a use, unless their column is nobody else's. */
static void
restrict_nested(struct compiler *c, size_t own)
{
	bool claimed[FLOW_FIELD_COUNT + 1] = { [FLOW_FIELD_COUNT] = true };
	size_t i;

	for (i = 0; i < c->t->count && i < own && own != NOTHING_FILLS; i++)
		claimed[filled_by(c->element[i])] = true;
	for (i = own == NOTHING_FILLS ? 0 : own; i < c->t->count; i++)
		if (c->element[i] != NULL && c->element[i]->use != ELEMENT_USE_SKIP &&
		    (own == NOTHING_FILLS || claimed[filled_by(c->element[i])]))
			c->element[i] = NULL;
}

/* What is to be known of lists: whether there are any, and whether their records fill columns. */
static void
find_nested(struct compiler *c, size_t own)
{
	struct plan *p = c->p;
	size_t i;

	for (i = 0; i < p->extras; i++)
		p->has_lists |= p->extra[i].type == ELEMENT_SUB_LIST ||
		    p->extra[i].type == ELEMENT_MULTI_LIST;
	for (i = own; i < c->t->count; i++)
		p->fills_nested |= c->element[i] != NULL &&
		    c->element[i]->use != ELEMENT_USE_SKIP;
}

static struct plan *
compile(const struct template *t, const struct element_told *told, size_t own)
{
	struct compiler *c = calloc(1, sizeof(*c));
	struct plan *p = calloc(1, sizeof(*p));
	size_t ops = 2 * (size_t)t->count, i;
	bool whole = false;

	if (c == NULL || p == NULL)
		goto out;
	/* Post counters may be used twice, everything else at most once. */
	p->op = calloc(ops, sizeof(*p->op));
	p->extra = calloc(t->count, sizeof(*p->extra));
	if (p->op == NULL || p->extra == NULL)
		goto out;
	c->t = t;
	c->p = p;
	c->told = told;
	for (i = 0; i < t->count; i++)
		c->element[i] = element_find(t->field[i].pen, t->field[i].id);
	restrict_nested(c, own);
	find_candidates(c);
	choose_columns(c);
	choose_counters(c);
	if (!choose_header(c, own == NOTHING_FILLS ? 0 : own))
		goto out;
	emit_ops(c);
	assign_roles(c);
	settle_roles(c);
	settle_packets(c);
	settle_tcp_flags(c);
	settle_origin(c);
	whole = collect_extras(c);
	find_nested(c, own);
	p->bytes = sizeof(*p) + ops * sizeof(*p->op) + t->count * sizeof(*p->extra) + c->keys_len +
	    (p->header == NULL ? 0 : sizeof(*p->header));
out:
	free(c);
	if (!whole) {
		plan_free(p);
		return NULL;
	}
	return p;
}

struct plan *
plan_compile(const struct template *t, const struct element_told *told)
{
	return compile(t, told, t->count);
}

struct plan *
plan_compile_joined(const struct template *t, const struct element_told *told, size_t own)
{
	return compile(t, told, own);
}

struct plan *
plan_compile_text(const struct template *t, const struct element_told *told)
{
	return compile(t, told, NOTHING_FILLS);
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	joined_free(p->joined);
	free(p->op);
	free(p->extra);
	free(p->keys);
	free(p->header);
	free(p);
}
