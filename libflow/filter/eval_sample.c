/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One flow in N, by a hash of a flow's identifying columns: always the same flows, in any order and in any
 * file, so that a part of an archive can be counted, exported and looked at again.
 */
#include "base/hash.h"
#include "filter/compute.h"
#include "filter/mask.h"

static uint64_t
hash_value(const struct flow_batch *b, enum flow_field field, size_t row, uint64_t hash)
{
	const struct flow_column *c = &b->column[field];
	enum flow_type type = flow_field_info(field)->type;

	if (!flow_column_has(c, row))
		return hash_mix64(hash + 1);
	if (c->form == FLOW_FORM_DICT) {
		const struct flow_text *text = &c->dict->text[c->codes[row]];

		return hash_xxh64(text->p, text->len, hash);
	}
	return hash_mix64(hash ^ flow_column_number(c, type, row));
}

void
sample_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m)
{
	for (size_t i = 0; i < batch->rows; i++) {
		uint64_t hash = 0;

		if (m[i] == 0)
			continue;
		for (size_t f = 0; f < p->fields; f++)
			hash = hash_value(batch, p->field[f], i, hash);
		m[i] = hash_mix64(hash) % p->one_in == 0;
	}
}
