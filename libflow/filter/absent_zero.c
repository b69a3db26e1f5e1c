/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/absent_zero.h"

#define GROUP_FIELDS 5

/* Values that nfdump stores together, in nffile's terms an extension. */
static const struct group {
	size_t members;		/* so many of the columns, the first ones, are 0 if absent */
	size_t fields;		/* so many tell whether the group is there; none: it always is */
	enum flow_field field[GROUP_FIELDS];
} groups[] = {
	{ 2, 0, { FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS } },
	{ 1, 0, { FLOW_FIELD_FWD_STATUS } },
	{ 4, 5, { FLOW_FIELD_SRC_MASK, FLOW_FIELD_DST_MASK, FLOW_FIELD_DIRECTION, FLOW_FIELD_DST_TOS,
	    FLOW_FIELD_IN_IF } },
	{ 2, 2, { FLOW_FIELD_PREV_AS, FLOW_FIELD_NEXT_AS } },
	{ 2, 4, { FLOW_FIELD_SRC_VLAN, FLOW_FIELD_DST_VLAN, FLOW_FIELD_ETHER_TYPE, FLOW_FIELD_IP_VERSION } },
	{ 1, 2, { FLOW_FIELD_ETHER_TYPE, FLOW_FIELD_IP_VERSION } },
	{ 2, 2, { FLOW_FIELD_MIN_TTL, FLOW_FIELD_MAX_TTL } },
	{ 2, 2, { FLOW_FIELD_IN_VRF, FLOW_FIELD_OUT_VRF } },
	{ 2, 2, { FLOW_FIELD_NAT_SRC_PORT, FLOW_FIELD_NAT_DST_PORT } },
	{ 2, 2, { FLOW_FIELD_IN_ACL, FLOW_FIELD_OUT_ACL } },
};

static const struct group mpls = { 0, 1, { FLOW_FIELD_MPLS_1 } };

static const struct group *
group_of(enum flow_field field)
{
	if (field >= FLOW_FIELD_MPLS_1 && field <= FLOW_FIELD_MPLS_10)
		return &mpls;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		for (size_t m = 0; m < groups[i].members; m++)
			if (groups[i].field[m] == field)
				return &groups[i];
	return NULL;
}

static struct node *
is_null(struct arena *arena, enum flow_field field)
{
	struct predicate p = { .kind = PREDICATE_NULL, .phrase = flow_field_info(field)->name, .fields = 1,
		.field = { field } };

	return node_predicate(arena, &p);
}

/* The field is absent, and its group is there. */
static struct node *
is_zero(struct arena *arena, enum flow_field field, const struct group *g)
{
	struct node *some = NULL;

	for (size_t i = 0; i < g->fields; i++) {
		struct node *has = node_not(arena, is_null(arena, g->field[i]));

		some = i == 0 ? has : node_join(arena, NODE_OR, some, has);
	}
	return g->fields == 0 ? is_null(arena, field) :
	    node_join(arena, NODE_AND, is_null(arena, field), some);
}

/* NetFlow v9 without the columns has engine type and id in its source id, of which the filter takes care. */
static struct node *
is_zero_engine(struct arena *arena, enum flow_field field)
{
	static const struct range nine[] = { { 9, 9 } };
	struct predicate p = { .kind = PREDICATE_NUMBER, .phrase = "export_version", .fields = 1,
		.field = { FLOW_FIELD_EXPORT_VERSION }, .number.mask = UINT64_MAX, .ranges = { nine, 1 } };

	return node_join(arena, NODE_AND, is_null(arena, field), node_not(arena, node_predicate(arena, &p)));
}

static bool
extend(struct arena *arena, struct node *n)
{
	const struct predicate *p = n->predicate;
	const struct group *g = group_of(p->field[0]);
	struct node *zero, *condition, *next = n->next;

	if ((p->kind != PREDICATE_NUMBER && p->kind != PREDICATE_ACL) || !ranges_have(&p->ranges, 0))
		return true;
	if (p->field[0] == FLOW_FIELD_ENGINE_TYPE || p->field[0] == FLOW_FIELD_ENGINE_ID)
		zero = is_zero_engine(arena, p->field[0]);
	else if (g != NULL)
		zero = is_zero(arena, p->field[0], g);
	else
		return true;
	condition = node_predicate(arena, p);
	condition = node_join(arena, NODE_OR, condition, zero);
	if (condition == NULL)
		return false;
	*n = *condition;
	n->next = next;
	return true;
}

bool
absent_zero(struct arena *arena, struct node *root)
{
	if (root->kind == NODE_PREDICATE)
		return extend(arena, root);
	for (struct node *n = root->child; n != NULL; n = n->next)
		if (!absent_zero(arena, n))
			return false;
	return true;
}
