/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the parts of the compiler of templates share: plan.c calls them, in this order. */

#include "wire/template/plan.h"

#define PLAN_NO_RANK UINT8_MAX
#define PLAN_NOTHING_FILLS SIZE_MAX	/* in place of a number of own fields */

/* The best field for a column so far. */
struct candidate {
	uint16_t index;
	uint8_t rank;
};

/* What becomes of one field of the template. */
struct field_use {
	const struct element *element;	/* NULL: not known, or of no use here */
	bool taken;		/* has a column or role; not for extra */
	bool filled;		/* fills zeros of a column */
	bool fits;		/* is as long as what its column or role takes */
};

/* While a template is compiled.  Its size goes by the template: exporters may have thousands. */
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
 * plan_nested.c: takes the use from elements of records in lists, which begin behind the first `own`
 * fields, unless their column is nobody else's.
 */
void compile_nested(struct compiler *c, size_t own);
/* plan_role.c: which fields have which role; those that are not all told by columns go to extra, too. */
void compile_roles(struct compiler *c);
/* plan_mapped.c: which fields may have IPv4-mapped addresses. */
void compile_mapped(struct compiler *c);
/* plan_leftover.c: what goes to extra, and in which records.  False: no memory. */
bool compile_extras(struct compiler *c) NODISCARD;
/* plan_nested.c: whether there are lists, and whether their records fill columns. */
void compile_lists(struct compiler *c, size_t own);
