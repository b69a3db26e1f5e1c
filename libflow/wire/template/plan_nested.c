/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists (RFC 6313) in a template, and the columns that elements of their records may fill. */
#include "wire/template/plan_compile.h"

/*
 * The column that an element may fill from within a list, or FLOW_FIELD_COUNT.  Never columns of the
 * header and its counters, which are the record's own.
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
	case FLOW_FIELD_POST_PACKETS: case FLOW_FIELD_POST_BYTES:
	case FLOW_FIELD_MCAST_PACKETS: case FLOW_FIELD_MCAST_BYTES:
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

/* Whether the column holds every value of a field of this length; fields that it would cut stay in the list. */
static bool
holds(unsigned column, const struct template_field *f)
{
	enum flow_type type;

	if (column >= FLOW_FIELD_COUNT)
		return false;
	type = flow_field_info((enum flow_field)column)->type;
	if (type == FLOW_TYPE_TEXT)
		return true;
	return element_column_fits((enum flow_field)column, f->len) &&
	    (type == FLOW_TYPE_ADDR || type == FLOW_TYPE_MAC || f->len <= flow_type_size(type));
}

/* Elements of records in lists are used only if no other field has their column, and it is wide enough. */
void
compile_nested(struct compiler *c, size_t own)
{
	bool claimed[FLOW_FIELD_COUNT + 1] = { [FLOW_FIELD_COUNT] = true };
	size_t i;

	for (i = 0; i < c->t->count && i < own && own != PLAN_NOTHING_FILLS; i++)
		claimed[filled_by(c->field[i].element)] = true;
	for (i = own == PLAN_NOTHING_FILLS ? 0 : own; i < c->t->count; i++) {
		unsigned column = filled_by(c->field[i].element);

		if (c->field[i].element != NULL && c->field[i].element->use != ELEMENT_USE_SKIP &&
		    (own == PLAN_NOTHING_FILLS || claimed[column] || !holds(column, &c->t->field[i])))
			c->field[i].element = NULL;
	}
}

/* Notes whether there are lists, and whether their records fill columns. */
void
compile_lists(struct compiler *c, size_t own)
{
	struct plan *p = c->p;
	size_t i;

	for (i = 0; i < p->extras; i++)
		p->has_lists |= p->extra[i].type == ELEMENT_SUB_LIST ||
		    p->extra[i].type == ELEMENT_MULTI_LIST;
	for (i = own; i < c->t->count; i++)
		p->fills_nested |= c->field[i].element != NULL &&
		    c->field[i].element->use != ELEMENT_USE_SKIP;
}
