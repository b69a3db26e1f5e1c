/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/atom_merge.h"

#include <stdlib.h>

#include "base/team.h"


/* How many values a task looks up, and how many are added at a time. */
#define SLICE 8192
#define TOGETHER 64

/* The search for one worker's values in another's set. */
struct search {
	const struct atoms *in, *from;
	uint32_t *id;
};

static void
search_slice(void *context, size_t task)
{
	const struct search *s = context;
	uint32_t first = (uint32_t)(task * SLICE) + 1, left = s->from->count - first + 1;

	atoms_look_up(s->in, s->from->value + first, left < SLICE ? left : SLICE, s->id + first);
}

/* Adds the values that the search did not find. */
static enum flow_status
add_missing(struct atoms *set, const struct atoms *from, uint32_t *id)
{
	uint32_t at[TOGETHER], n = 0;
	struct addr value[TOGETHER];
	atom_ref ref[TOGETHER];

	for (uint32_t i = 1; i <= from->count; i++) {
		if (id[i] == 0) {
			at[n] = i;
			value[n++] = from->value[i];
		}
		if (n < TOGETHER && i < from->count)
			continue;
		if (atoms_add(set, value, n, ref) != FLOW_OK)
			return FLOW_ENOMEM;
		for (uint32_t k = 0; k < n; k++)
			id[at[k]] = atom_id(ref[k]);
		n = 0;
	}
	return FLOW_OK;
}

/* All threads look up a worker's values first, as the first worker has most of them. */
static enum flow_status
merge_values(struct atoms *set, const struct atoms *from, size_t threads, bool last, uint32_t *id)
{
	struct search s = { set, from, id };

	team_run(threads, ((size_t)from->count + SLICE - 1) / SLICE, search_slice, &s);
	return last ? atoms_append(set, from, id) : add_missing(set, from, id);
}

static enum flow_status
merge_texts(struct atoms *set, const struct atoms *from, uint32_t *id)
{
	for (uint32_t i = 1; i <= from->count; i++) {
		atom_ref ref;
		enum flow_status st = atoms_add_text(set, atoms_text(from, i), &ref);

		if (st != FLOW_OK)
			return st;
		id[i] = atom_id(ref);
	}
	return FLOW_OK;
}

static enum flow_status
merge_worker(struct key_maps *into, const struct key_maps *from, size_t threads, bool last,
    uint32_t **values, uint32_t **texts)
{
	*values = calloc((size_t)from->values.count + 1, sizeof(**values));
	*texts = calloc((size_t)from->texts.count + 1, sizeof(**texts));
	if (*values == NULL || *texts == NULL ||
	    merge_values(&into->values, &from->values, threads, last, *values) != FLOW_OK)
		return FLOW_ENOMEM;
	return merge_texts(&into->texts, &from->texts, *texts);
}

enum flow_status
atoms_merge_workers(struct flow_agg *const *agg, size_t n, struct atoms_merged *values,
    struct atoms_merged *texts)
{
	enum flow_status st = FLOW_OK;

	values->id = calloc(n, sizeof(*values->id));
	texts->id = calloc(n, sizeof(*texts->id));
	if (values->id == NULL || texts->id == NULL)
		return FLOW_ENOMEM;
	for (size_t w = 1; w < n && st == FLOW_OK; w++)
		st = merge_worker(&agg[0]->maps, &agg[w]->maps, n, w + 1 == n, &values->id[w],
		    &texts->id[w]);
	return st;
}

void
atoms_merged_release(struct atoms_merged *m, size_t n)
{
	for (size_t w = 1; w < n && m->id != NULL; w++)
		free(m->id[w]);
	free(m->id);
	m->id = NULL;
}
