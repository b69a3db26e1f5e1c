/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of rows that may exceed RAM, and the comparison of keys. */
#define _GNU_SOURCE	/* qsort_r */
#include "agg/table/result.h"

#include <stdlib.h>

uint64_t
result_value(const struct key_part *part, const uint64_t *group, bool *has)
{
	uint64_t word = group[part->word] >> part->shift;

	if (key_part_is_wide(part)) {
		*has = (group[part->flag_word] >> part->flag_shift) & 1;
		return word;
	}
	if (key_part_is_atom(part))
		word = key_atom(part, group);
	else
		word &= (UINT64_C(2) << (8 * flow_type_size(key_part_type(part)))) - 1;
	*has = word != 0;
	return word;
}

void
result_set_value(const struct key_part *part, uint64_t *group, uint64_t value)
{
	uint64_t mask;

	if (key_part_is_atom(part)) {
		key_set_atom(part, group, (uint32_t)value);
		return;
	}
	mask = (UINT64_C(2) << (8 * flow_type_size(key_part_type(part)))) - 1;
	group[part->word] &= ~(mask << part->shift);
	group[part->word] |= value << part->shift;
}

/* Whether an array of that size should be in a file. */
static bool
is_large(const struct flow_agg_result *r, size_t bytes)
{
	return r->limit != 0 && bytes > r->limit / 16;
}

void *
result_array(struct flow_agg_result *r, size_t count, size_t size)
{
	struct spool *list = realloc(r->array, (r->arrays + 1) * sizeof(*list));

	if (list == NULL || (size > 0 && count >= SIZE_MAX / 2 / size))
		return NULL;
	r->array = list;
	if (spool_alloc(&list[r->arrays], is_large(r, (count + 1) * size) ? r->folder : NULL, (count + 1) * size,
	    &r->error) != FLOW_OK)
		return NULL;
	return list[r->arrays++].p;
}

void
result_array_free(struct flow_agg_result *r, void *p)
{
	for (size_t i = 0; i < r->arrays && p != NULL; i++) {
		if (r->array[i].p != p)
			continue;
		spool_free(&r->array[i]);
		r->array[i] = r->array[--r->arrays];
		return;
	}
}

void
result_sort(const struct flow_agg_result *r, void *list, size_t n, size_t size,
    spool_compare *compare, void *arg)
{
	if (is_large(r, n * size))
		spool_sort(list, n, size, compare, arg);
	else if (n > 0)
		qsort_r(list, n, size, compare, arg);
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int
result_compare_part(const struct flow_agg_result *r, const struct key_part *part, const uint64_t *a,
    const uint64_t *b)
{
	bool has_a, has_b;
	uint64_t va = result_value(part, a, &has_a), vb = result_value(part, b, &has_b);
	enum flow_type type = key_part_type(part);

	if (!has_a || !has_b)
		return has_a - has_b;
	if (type == FLOW_TYPE_TIME)
		return compare_numbers(va ^ SLOT_TIME_BIAS, vb ^ SLOT_TIME_BIAS);
	if (!flow_type_is_text(type) || va == vb)
		return compare_numbers(va, vb);
	if (type == FLOW_TYPE_TEXT) {
		struct flow_text ta = atoms_text(&r->maps.texts, (uint32_t)va);
		struct flow_text tb = atoms_text(&r->maps.texts, (uint32_t)vb);

		return text_compare(&ta, &tb);
	}
	return addr_compare(&r->maps.values.value[va], &r->maps.values.value[vb]);
}

int
result_compare_keys(const struct flow_agg_result *r, const struct grouping *g, const uint64_t *a,
    const uint64_t *b)
{
	int order = 0;

	for (size_t k = 0; k < g->parts && order == 0; k++)
		order = result_compare_part(r, &g->part[k], a, b);
	return order;
}
