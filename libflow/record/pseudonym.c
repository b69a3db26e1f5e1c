/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/pseudonym.h"

#include <stdlib.h>

#include "base/hash.h"
#include "record/addr_rename.h"

/* Size of the cache of pseudonyms (32 bytes each): addresses recur in other columns and row groups. */
#define KNOWN ((size_t)1 << 19)

struct known {
	struct addr addr;
	struct addr pseudonym;
};

struct flow_pseudonyms {
	const struct cryptopan *cryptopan;
	struct cryptopan_last last;
	struct known *known;	/* by hash; a new address replaces the one in its place */
	struct addr_renamer *renamer;
};

static struct addr
pseudonym(void *context, const struct addr *a)
{
	struct flow_pseudonyms *p = context;
	struct known *k = &p->known[hash_mix128(addr_hi(a), addr_lo(a)) % KNOWN];

	if (!addr_equal(&k->addr, a)) {
		k->pseudonym = cryptopan_next(p->cryptopan, &p->last, a);
		k->addr = *a;
	}
	return k->pseudonym;
}

struct flow_pseudonyms *
flow_pseudonyms_new(const struct cryptopan *c)
{
	struct flow_pseudonyms *p = calloc(1, sizeof(*p));
	struct addr none = { { 0 } };

	if (p == NULL)
		return NULL;
	p->cryptopan = c;
	p->known = calloc(KNOWN, sizeof(*p->known));
	p->renamer = addr_renamer_new(pseudonym, p);
	if (p->known == NULL || p->renamer == NULL) {
		flow_pseudonyms_free(p);
		return NULL;
	}
	/* An empty place looks like the address ::, so it gets the pseudonym of that. */
	none = cryptopan_addr(c, &none);
	for (size_t i = 0; i < KNOWN; i++)
		p->known[i].pseudonym = none;
	return p;
}

void
flow_pseudonyms_free(struct flow_pseudonyms *p)
{
	if (p == NULL)
		return;
	addr_renamer_free(p->renamer);
	free(p->known);
	free(p);
}

enum flow_status
flow_pseudonyms_apply(struct flow_pseudonyms *p, const struct flow_batch *in,
    const struct flow_selection *sel, struct flow_batch *out)
{
	*out = *in;
	out->column[FLOW_FIELD_EXTRA] = (struct flow_column){ .form = FLOW_FORM_NULL };
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (flow_field_info((enum flow_field)f)->type == FLOW_TYPE_ADDR &&
		    addr_renamer_apply(p->renamer, (enum flow_field)f, in, sel, out) != FLOW_OK)
			return FLOW_ENOMEM;
	return FLOW_OK;
}
