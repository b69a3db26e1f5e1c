/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Shared by the parts of the template compiler, which plan.c calls in this order. */

#include "wire/template/plan.h"

#define PLAN_NO_RANK UINT8_MAX
#define PLAN_NOTHING_FILLS SIZE_MAX	/* in place of a number of own fields */

/* The best field for a column so far. */
struct candidate {
	uint16_t index;
	uint8_t rank;
};

/* The use of one field of the template. */
struct field_use {
	const struct element *element;	/* NULL: unknown, or unused here */
	bool taken;		/* has a column or role; not for extra */
	bool filled;		/* fills zeros of a column */
	bool fits;		/* its length fits its column or role */
};

/* State of a compilation.  Its size depends on the template's: exporters may have thousands of templates. */
struct compiler {
	const struct template *t;
	const struct element_told *told;
	struct plan *p;
	struct candidate best[FLOW_FIELD_COUNT];
	bool fill_ops[FLOW_FIELD_COUNT];
	uint16_t candidates[FLOW_FIELD_COUNT];	/* fields for a column */
	size_t keys_len;
	struct field_use field[];	/* of the template, t->count */
};

static inline bool
plan_has_role(const struct plan *p, enum element_role role)
{
	return p->role[role] != PLAN_NO_INDEX;
}

/*
 * plan_nested.c: elements of records in lists, after the first `own` fields, lose their use unless
 * no other field has their column.
 */
void compile_nested(struct compiler *c, size_t own);
/* plan_role.c: assigns roles to fields; a field whose columns do not hold all of it goes to extra, too. */
void compile_roles(struct compiler *c);
/* plan_mapped.c: which fields may hold IPv4-mapped addresses. */
void compile_mapped(struct compiler *c);
/* plan_leftover.c: which fields go to extra, and in which records.  False: no memory. */
bool compile_extras(struct compiler *c) NODISCARD;
/* plan_nested.c: whether there are lists, and whether their records fill columns. */
void compile_lists(struct compiler *c, size_t own);
