/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/key.h"

#include <string.h>

static enum flow_status
net_refs(struct key_maps *maps, struct dict_map *m, const struct flow_column *c,
    const struct flow_column *masks, const struct rows *rows, uint64_t *out)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i), code = c->codes[r];
		uint8_t mask;

		out[i] = 0;
		if (!flow_column_has(c, r) || !flow_column_has(masks, r))
			continue;
		mask = ((const uint8_t *)masks->values)[r];
		if (m->ref[code] == ATOM_UNKNOWN || m->mask[code] != mask) {
			if (key_map_one(maps, m, c->dict, code, mask) != FLOW_OK)
				return FLOW_ENOMEM;
			m->mask[code] = mask;
		}
		out[i] = m->ref[code];
	}
	return FLOW_OK;
}

/*
 * The references of adjacent rows that all have a value; false if one was not looked up yet.  The loop
 * is so short that many loads overlap.
 */
static bool
known_refs(const struct dict_map *m, const uint32_t *code, uint32_t n, uint64_t *out)
{
	const atom_ref *ref = m->ref;
	uint32_t unknown = 0;

	for (uint32_t i = 0; i < n; i++) {
		out[i] = ref[code[i]];
		unknown |= out[i] == ATOM_UNKNOWN;
	}
	return unknown == 0;
}

/* Looks up the rows' entries that are unknown so far. */
static enum flow_status
look_up_rows(struct key_maps *maps, struct dict_map *m, const struct flow_column *c,
    const struct rows *rows)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i), code = c->codes[r];

		if (flow_column_has(c, r) && UNLIKELY(!key_map_knows(m, code)) &&
		    key_map_one(maps, m, c->dict, code, 0) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

static enum flow_status
atom_refs(struct key_maps *maps, struct dict_map *m, const struct flow_column *c,
    const struct rows *rows, uint64_t *out)
{
	if (rows->row == NULL && c->valid == NULL && known_refs(m, c->codes + rows->from, rows->n, out))
		return FLOW_OK;
	if (!m->is_whole && look_up_rows(maps, m, c, rows) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		out[i] = flow_column_has(c, r) ? m->ref[c->codes[r]] : 0;
	}
	return FLOW_OK;
}

/* The rows' references from a map. */
static enum flow_status
map_values(struct key_maps *maps, struct dict_map *m, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out)
{
	const struct flow_column *c = &batch->column[part->field[alt]];

	if (m == NULL) {
		memset(out, 0, rows->n * sizeof(*out));
		return FLOW_OK;
	}
	if (part->kind == KEY_NET)
		return net_refs(maps, m, c, &batch->column[part->mask], rows, out);
	return atom_refs(maps, m, c, rows, out);
}

static enum flow_status
atom_values(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out)
{
	struct dict_map *m;

	if (key_map_for(maps, part, part->field[alt], batch, rows, &m) != FLOW_OK)
		return FLOW_ENOMEM;
	return map_values(maps, m, part, alt, batch, rows, out);
}

/* As known_refs. */
static bool
known_ids(const struct dict_map *m, const uint32_t *code, uint32_t n, int32_t *out)
{
	const int32_t *id = m->id;
	int32_t all = 0;

	for (uint32_t i = 0; i < n; i++) {
		out[i] = id[code[i]];
		all |= out[i];
	}
	return all >= 0;
}

static enum flow_status
atom_numbers(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, int32_t *out)
{
	const struct flow_column *c = &batch->column[part->field[alt]];
	struct dict_map *m;

	if (key_map_for(maps, part, part->field[alt], batch, rows, &m) != FLOW_OK)
		return FLOW_ENOMEM;
	if (m == NULL) {
		memset(out, 0, rows->n * sizeof(*out));
		return FLOW_OK;
	}
	if (rows->row == NULL && c->valid == NULL && known_ids(m, c->codes + rows->from, rows->n, out))
		return FLOW_OK;
	if (!m->is_whole && look_up_rows(maps, m, c, rows) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);

		out[i] = flow_column_has(c, r) ? m->id[c->codes[r]] : 0;
	}
	return FLOW_OK;
}

/* Rounds instants down to bins; neighbours are mostly in the same bin. */
static void
round_times(int64_t width_ms, uint64_t *value, uint32_t n)
{
	int64_t from = 0, at, rest;
	bool known = false;

	for (uint32_t i = 0; i < n; i++) {
		at = (int64_t)value[i];
		if (!known || at < from || (uint64_t)at - (uint64_t)from >= (uint64_t)width_ms) {
			rest = at % width_ms;
			/* The earliest bin begins at INT64_MIN. */
			if (__builtin_sub_overflow(at, rest < 0 ? rest + width_ms : rest, &from))
				from = INT64_MIN;
			known = from != INT64_MIN;
		}
		value[i] = (uint64_t)from;
	}
}

/* The rows' values + 1, 0 for null. */
static void
narrow_values(const struct flow_batch *batch, enum flow_field field, const struct rows *rows,
    uint64_t *out)
{
	const struct flow_column *c = &batch->column[field];

	if (c->form != FLOW_FORM_FLAT) {
		memset(out, 0, rows->n * sizeof(*out));
		return;
	}
	column_widen(c, flow_field_info(field)->type, rows, 1, out);
	for (uint32_t i = 0; c->valid != NULL && i < rows->n; i++)
		out[i] &= -(uint64_t)bitmap_get(c->valid, rows_at(rows, i));
}

static void
wide_values(const struct key_part *part, size_t alt, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *out, uint8_t *flag)
{
	const struct flow_column *c = &batch->column[part->field[alt]];

	if (c->form != FLOW_FORM_FLAT) {
		memset(out, 0, rows->n * sizeof(*out));
		memset(flag, 0, rows->n);
		return;
	}
	column_widen(c, FLOW_TYPE_U64, rows, 0, out);
	memset(flag, 1, rows->n);
	for (uint32_t i = 0; c->valid != NULL && i < rows->n; i++)
		flag[i] = bitmap_get(c->valid, rows_at(rows, i));
	if (part->kind == KEY_BIN)
		round_times(part->width_ms, out, rows->n);
	for (uint32_t i = 0; c->valid != NULL && i < rows->n; i++)
		out[i] &= -(uint64_t)flag[i];
}

enum flow_status
key_values(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out, uint8_t *flag)
{
	uint64_t other[GROUP_ROWS];

	if (key_part_is_atom(part))
		return atom_values(maps, part, alt, batch, rows, out);
	if (key_part_is_wide(part)) {
		wide_values(part, alt, batch, rows, out, flag);
		return FLOW_OK;
	}
	narrow_values(batch, part->field[alt], rows, out);
	if (part->kind == KEY_SERVICE) {
		narrow_values(batch, part->mask, rows, other);
		for (uint32_t i = 0; i < rows->n; i++)
			if (out[i] == 0 || (other[i] != 0 && other[i] < out[i]))
				out[i] = other[i];
	} else if (part->kind == KEY_TUNNEL) {
		narrow_values(batch, part->mask, rows, other);
		for (uint32_t i = 0; i < rows->n; i++)
			if (other[i] == 0)
				out[i] = 0;
	} else if (part->kind == KEY_LABEL) {
		for (uint32_t i = 0; i < rows->n; i++)
			out[i] = out[i] != 0 ? ((out[i] - 1) >> 4) + 1 : 0;
	}
	return FLOW_OK;
}

enum flow_status
key_hashes(struct key_maps *maps, const struct key_part *part, size_t alt, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *out)
{
	uint8_t flag[GROUP_ROWS];
	struct dict_map *m;

	if (!key_part_is_atom(part))
		return key_values(maps, part, alt, batch, rows, out, flag);
	if (key_map_of_hashes(maps, part, part->field[alt], batch, rows, &m) != FLOW_OK ||
	    map_values(maps, m, part, alt, batch, rows, out) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		out[i] >>= 32;
	return FLOW_OK;
}

enum flow_status
key_numbers(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, int32_t *out)
{
	uint64_t value[GROUP_ROWS];
	enum flow_status st;

	if (key_part_is_atom(part))
		return atom_numbers(maps, part, alt, batch, rows, out);
	st = key_values(maps, part, alt, batch, rows, value, NULL);
	for (uint32_t i = 0; i < rows->n && st == FLOW_OK; i++)
		out[i] = (int32_t)value[i];
	return st;
}

enum flow_status
key_numbers_by_code(struct key_maps *maps, const struct key_part *part, const struct flow_batch *batch,
    const struct rows *rows, const int32_t **number, const uint32_t **code)
{
	const struct flow_column *c = &batch->column[part->field[0]];
	struct dict_map *m;

	*number = NULL;
	if (!key_part_is_atom(part) || part->alts > 1 || rows->row != NULL || c->valid != NULL)
		return FLOW_OK;
	if (key_map_for(maps, part, part->field[0], batch, rows, &m) != FLOW_OK)
		return FLOW_ENOMEM;
	if (m != NULL && m->is_whole) {
		*number = m->id;
		*code = c->codes + rows->from;
	}
	return FLOW_OK;
}
