/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed_dense.h"

#include "agg/feed_keys.h"
#include "agg/feed_scratch.h"

/* Allocates all groups of a dense grouping that rows can have. */
static enum flow_status
reserve_dense(const struct key_maps *maps, struct groups *g)
{
	const struct key_part *part = &g->grouping->part[0];
	uint32_t count;

	if (key_part_is_atom(part))
		count = key_maps_atoms(maps, part)->count + 1;
	else
		count = key_part_type(part) == FLOW_TYPE_U8 ? 257 : 65537;
	return groups_dense_reserve(g, count);
}

/* Adds rows to the groups with these numbers. */
static enum flow_status
add_dense(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const int32_t *number)
{
	uint64_t **state = agg->scratch->state;

	if (g->narrow) {
		narrow_add(agg->scratch->line, rows->n, g->dense, number, NULL);
		return FLOW_OK;
	}
	if (feed_values(agg, g, batch, rows, number) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		state[i] = groups_state(g, groups_dense_at(g, number[i]));
	return feed_add_rows(agg, g, batch, rows, NULL);
}

/* Directs rows that an earlier alternative counted to the hidden group -1. */
static void
send_nowhere(int32_t number[KEY_ALTS][GROUP_ROWS], size_t alt, uint32_t n)
{
	for (size_t b = 0; b < alt; b++)
		for (uint32_t i = 0; i < n; i++)
			number[alt][i] = number[b][i] == number[alt][i] ? -1 : number[alt][i];
}

/* Gives the rows that no earlier alternative counted, and moves up their numbers. */
static struct rows
leave_counted(struct feed_scratch *s, size_t alt, const struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		bool again = false;

		for (size_t b = 0; b < alt; b++)
			again |= s->number[b][i] == s->number[alt][i];
		s->row[n] = (uint16_t)rows_at(rows, i);
		s->left[n] = (uint16_t)i;
		n += !again;
	}
	for (uint32_t k = 0; k < n; k++)
		s->number[alt][k] = s->number[alt][s->left[k]];
	return (struct rows){ s->row, 0, n };
}

/*
 * The columns of the key's one or two small numbers, if rows can be added to narrow groups straight
 * from them; else false.
 */
static bool
small_values(const struct groups *g, const struct flow_batch *batch, const struct rows *rows,
    const void *values[2])
{
	const struct key_part *part = &g->grouping->part[0];
	size_t width = flow_type_size(key_part_type(part));

	if (!g->narrow || rows->row != NULL || part->kind != KEY_FIELD || key_part_is_atom(part) ||
	    part->alts > 2)
		return false;
	values[1] = NULL;
	for (size_t a = 0; a < part->alts; a++) {
		const struct flow_column *c = &batch->column[part->field[a]];

		if (!column_whole(c))
			return false;
		values[a] = (const uint8_t *)c->values + rows->from * width;
	}
	return true;
}

/* Fast path: adds rows to narrow groups straight from the columns; *done is false if that is not possible. */
static enum flow_status
feed_columns(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, bool *done)
{
	const struct key_part *part = &g->grouping->part[0];
	const uint64_t *line = agg->scratch->line;
	enum flow_status st = FLOW_OK;
	const int32_t *number = NULL;
	const uint32_t *code = NULL;
	const void *values[2];
	bool small = small_values(g, batch, rows, values);

	if (!small && g->narrow)
		st = key_numbers_by_code(&agg->maps, part, batch, rows, &number, &code);
	*done = small || number != NULL;
	if (st == FLOW_OK && *done)
		st = reserve_dense(&agg->maps, g);
	if (st != FLOW_OK || !*done)
		return st;
	if (small)
		narrow_add_small(line, rows->n, g->dense, values[0], values[1],
		    (unsigned)flow_type_size(key_part_type(part)));
	else
		narrow_add(line, rows->n, g->dense, number, code);
	return FLOW_OK;
}

enum flow_status
feed_dense(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	const struct key_part *part = &g->grouping->part[0];
	bool done;
	enum flow_status st = feed_columns(agg, g, batch, rows, &done);

	if (st != FLOW_OK || done)
		return st;
	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++)
		st = key_numbers(&agg->maps, part, a, batch, rows, s->number[a]);
	if (st == FLOW_OK)
		st = reserve_dense(&agg->maps, g);
	for (size_t a = 0; a < part->alts && st == FLOW_OK; a++) {
		struct rows some = *rows;

		if (a > 0 && grouping_has_nowhere(g->grouping))
			send_nowhere(s->number, a, rows->n);
		else if (a > 0)
			some = leave_counted(s, a, rows);
		st = add_dense(agg, g, batch, &some, s->number[a]);
	}
	return st;
}

enum flow_status
feed_dense_values(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch, const struct rows *rows)
{
	struct feed_scratch *s = agg->scratch;
	bool is_atom = key_part_is_atom(&g->grouping->part[0]);

	if (reserve_dense(&agg->maps, g) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		s->number[0][i] = (int32_t)(is_atom ? atom_id(s->value[0][i]) : s->value[0][i]);
	return add_dense(agg, g, batch, rows, s->number[0]);
}
