/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/key.h"

#include <stdlib.h>
#include <string.h>

#include "net/addr_fast.h"
#include "net/mac.h"

void
key_maps_init(struct key_maps *maps)
{
	memset(maps, 0, sizeof(*maps));
	atoms_init(&maps->values);
	atoms_init(&maps->texts);
}

void
key_maps_release(struct key_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		free(maps->map[i].ref);
		free(maps->map[i].id);
		free(maps->map[i].mask);
	}
	free(maps->map);
	atoms_release(&maps->values);
	atoms_release(&maps->texts);
	key_maps_init(maps);
}

/* Of a dictionary's entry. */
static size_t
map_bytes(const struct dict_map *m)
{
	return m->wants_ref * sizeof(*m->ref) + m->wants_id * sizeof(*m->id) +
	    (m->kind == KEY_NET) * sizeof(*m->mask);
}

size_t
key_maps_bytes(const struct key_maps *maps)
{
	size_t bytes = atoms_bytes(&maps->values) + atoms_bytes(&maps->texts);

	for (size_t i = 0; i < maps->count; i++)
		bytes += maps->map[i].cap * map_bytes(&maps->map[i]);
	return bytes;
}

static struct dict_map *
map_of(struct key_maps *maps, const struct key_part *part, enum flow_field field)
{
	for (size_t i = 0; i < maps->count; i++) {
		struct dict_map *m = &maps->map[i];

		if (m->kind == part->kind && m->field == field && m->bits4 == part->bits4 &&
		    m->bits6 == part->bits6)
			return m;
	}
	return NULL;
}

static enum flow_status
map_make(struct key_maps *maps, const struct key_part *part, bool dense)
{
	for (size_t a = 0; a < part->alts; a++) {
		struct dict_map *m = map_of(maps, part, part->field[a]);

		if (m != NULL) {
			m->wants_ref |= !dense;
			m->wants_id |= dense;
			continue;
		}
		m = realloc(maps->map, (maps->count + 1) * sizeof(*m));
		if (m == NULL)
			return FLOW_ENOMEM;
		maps->map = m;
		m += maps->count++;
		memset(m, 0, sizeof(*m));
		m->kind = part->kind;
		m->field = part->field[a];
		m->bits4 = part->bits4;
		m->bits6 = part->bits6;
		m->wants_ref = !dense;
		m->wants_id = dense;
	}
	return FLOW_OK;
}

enum flow_status
key_maps_make(struct key_maps *maps, const struct flow_agg_spec *spec)
{
	maps->geo = spec->geo;
	for (size_t i = 0; i < spec->groupings; i++) {
		const struct grouping *g = &spec->grouping[i];

		for (size_t k = 0; k < g->parts; k++)
			if (key_part_is_atom(&g->part[k]) &&
			    map_make(maps, &g->part[k], g->dense) != FLOW_OK)
				return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

static enum flow_status
map_grow(struct dict_map *m, uint32_t count)
{
	size_t cap = (size_t)count + count / 2;

	free(m->ref);
	free(m->id);
	free(m->mask);
	m->cap = 0;
	m->serial = 0;
	m->ref = m->wants_ref ? malloc(cap * sizeof(*m->ref)) : NULL;
	m->id = m->wants_id ? malloc(cap * sizeof(*m->id)) : NULL;
	m->mask = m->kind == KEY_NET ? malloc(cap) : NULL;
	if ((m->wants_ref && m->ref == NULL) || (m->wants_id && m->id == NULL) ||
	    (m->kind == KEY_NET && m->mask == NULL))
		return FLOW_ENOMEM;
	m->cap = (uint32_t)cap;
	return FLOW_OK;
}

/* Room for all codes of a dictionary, none known. */
static enum flow_status
map_reset(struct dict_map *m, const struct flow_dict *dict)
{
	if (dict->count > m->cap && map_grow(m, dict->count) != FLOW_OK)
		return FLOW_ENOMEM;
	if (m->ref != NULL)
		memset(m->ref, 0xff, dict->count * sizeof(*m->ref));
	if (m->id != NULL)
		memset(m->id, 0xff, dict->count * sizeof(*m->id));
	if (m->mask != NULL)
		memset(m->mask, 0xff, dict->count);
	m->serial = dict->serial;
	return FLOW_OK;
}

static void
map_set(struct dict_map *m, uint32_t code, atom_ref ref)
{
	if (m->ref != NULL)
		m->ref[code] = ref;
	if (m->id != NULL)
		m->id[code] = (int32_t)atom_id(ref);
}

/* A dictionary's entry as a value; false if it is no address or MAC (that is: no value). */
static bool
entry_value(const struct dict_map *m, struct flow_text t, unsigned mask, struct addr *out)
{
	uint64_t mac;

	if (flow_field_info(m->field)->type == FLOW_TYPE_MAC) {
		if (!mac_parse(t.p, t.len, &mac))
			return false;
		atom_from_mac(mac, out);
		return true;
	}
	if (!addr_parse_fast(t.p, t.len, out))
		return false;
	if (m->kind == KEY_PREFIX)
		*out = addr_mask(out, addr_is_v4(out) ? m->bits4 : m->bits6);
	else if (m->kind == KEY_NET)
		*out = addr_mask(out, mask);
	return true;
}

/* The reference of one entry. */
static enum flow_status
entry_ref(struct key_maps *maps, const struct dict_map *m, struct flow_text text, unsigned mask,
    atom_ref *ref)
{
	struct flow_text word;
	struct addr v;

	*ref = 0;
	if (flow_field_info(m->field)->type == FLOW_TYPE_TEXT)
		return atoms_add_text(&maps->texts, text, ref);
	if (!entry_value(m, text, mask, &v))
		return FLOW_OK;
	if (!key_kind_is_geo(m->kind))
		return atoms_add(&maps->values, &v, 1, ref);
	word = flow_geo_find(maps->geo, (enum flow_geo_word)(m->kind - KEY_COUNTRY), &v);
	return word.len > 0 ? atoms_add_text(&maps->texts, word, ref) : FLOW_OK;
}

/* Looks up one entry. */
static enum flow_status
map_one(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict, uint32_t code,
    unsigned mask)
{
	atom_ref ref;
	enum flow_status st = entry_ref(maps, m, dict->text[code], mask, &ref);

	if (st == FLOW_OK)
		map_set(m, code, ref);
	return st;
}

#define MAP_TOGETHER 256

/* Looks up all entries of a dictionary, many at a time. */
static enum flow_status
map_all(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict)
{
	struct addr value[MAP_TOGETHER];
	atom_ref ref[MAP_TOGETHER];
	uint32_t code[MAP_TOGETHER], n = 0;

	for (uint32_t c = 0; c <= dict->count; c++) {
		if (n == MAP_TOGETHER || c == dict->count) {
			if (atoms_add(&maps->values, value, n, ref) != FLOW_OK)
				return FLOW_ENOMEM;
			for (uint32_t i = 0; i < n; i++)
				map_set(m, code[i], ref[i]);
			n = 0;
		}
		if (c == dict->count)
			break;
		map_set(m, c, 0);
		code[n] = c;
		n += entry_value(m, dict->text[c], 0, &value[n]);
	}
	return FLOW_OK;
}

/* A new row group: all entries at once where most will be needed, else as rows ask. */
static enum flow_status
map_begin(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict,
    const struct rows *rows)
{
	bool dense = rows->row == NULL || rows->row[rows->n - 1] < 8 * rows->n;
	enum flow_status st = map_reset(m, dict);

	if (st != FLOW_OK || !dense || m->kind == KEY_NET || key_kind_is_geo(m->kind) ||
	    flow_field_info(m->field)->type == FLOW_TYPE_TEXT)
		return st;
	return map_all(maps, m, dict);
}

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
			if (map_one(maps, m, c->dict, code, mask) != FLOW_OK)
				return FLOW_ENOMEM;
			m->mask[code] = mask;
		}
		out[i] = m->ref[code];
	}
	return FLOW_OK;
}

/*
 * The references of rows that lie one behind the other and all have a value; false if one of
 * them is not known yet.  So short a loop has many loads on their way at a time.
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

static enum flow_status
atom_refs(struct key_maps *maps, struct dict_map *m, const struct flow_column *c,
    const struct rows *rows, uint64_t *out)
{
	if (rows->row == NULL && c->valid == NULL && known_refs(m, c->codes + rows->from, rows->n, out))
		return FLOW_OK;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i), code = c->codes[r];

		if (UNLIKELY(c->valid != NULL && !bitmap_get(c->valid, r))) {
			out[i] = 0;
			continue;
		}
		if (UNLIKELY(m->ref[code] == ATOM_UNKNOWN) &&
		    map_one(maps, m, c->dict, code, 0) != FLOW_OK)
			return FLOW_ENOMEM;
		out[i] = m->ref[code];
	}
	return FLOW_OK;
}

/* The map of an atom's column, made ready for the dictionary; NULL: rows have no value. */
static enum flow_status
map_for(struct key_maps *maps, const struct key_part *part, const struct flow_column *c,
    enum flow_field field, const struct rows *rows, struct dict_map **m)
{
	*m = NULL;
	if (c->form != FLOW_FORM_DICT || c->dict->count == 0)
		return FLOW_OK;
	*m = map_of(maps, part, field);
	return (*m)->serial != c->dict->serial ? map_begin(maps, *m, c->dict, rows) : FLOW_OK;
}

static enum flow_status
atom_values(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out)
{
	const struct flow_column *c = &batch->column[part->field[alt]];
	struct dict_map *m;

	if (map_for(maps, part, c, part->field[alt], rows, &m) != FLOW_OK)
		return FLOW_ENOMEM;
	if (m == NULL) {
		memset(out, 0, rows->n * sizeof(*out));
		return FLOW_OK;
	}
	if (part->kind == KEY_NET)
		return net_refs(maps, m, c, &batch->column[part->mask], rows, out);
	return atom_refs(maps, m, c, rows, out);
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
atom_numbers(struct key_maps *maps, const struct key_part *part, const struct flow_column *c,
    enum flow_field field, const struct rows *rows, int32_t *out)
{
	struct dict_map *m;

	if (map_for(maps, part, c, field, rows, &m) != FLOW_OK)
		return FLOW_ENOMEM;
	if (m == NULL) {
		memset(out, 0, rows->n * sizeof(*out));
		return FLOW_OK;
	}
	if (rows->row == NULL && c->valid == NULL && known_ids(m, c->codes + rows->from, rows->n, out))
		return FLOW_OK;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i), code = c->codes[r];

		out[i] = 0;
		if (UNLIKELY(c->valid != NULL && !bitmap_get(c->valid, r)))
			continue;
		if (UNLIKELY(m->id[code] == ATOM_ID_UNKNOWN) &&
		    map_one(maps, m, c->dict, code, 0) != FLOW_OK)
			return FLOW_ENOMEM;
		out[i] = m->id[code];
	}
	return FLOW_OK;
}

/* Instants rounded down; neighbours mostly fall into the same bin. */
static void
round_times(int64_t width_ms, uint64_t *value, uint32_t n)
{
	int64_t from = 0, at, rest;
	bool known = false;

	for (uint32_t i = 0; i < n; i++) {
		at = (int64_t)value[i];
		if (!known || at < from || (uint64_t)at - (uint64_t)from >= (uint64_t)width_ms) {
			rest = at % width_ms;
			/* The first bin of all begins with time itself. */
			if (__builtin_sub_overflow(at, rest < 0 ? rest + width_ms : rest, &from))
				from = INT64_MIN;
			known = from != INT64_MIN;
		}
		value[i] = (uint64_t)from;
	}
}

/* The rows' values or, where there is none, 0. */
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

/* Those of a column of small numbers, all of them there, one behind the other. */
VECTORIZED static void
plain_numbers(const struct flow_column *c, enum flow_type type, const struct rows *rows, int32_t *out)
{
	if (type == FLOW_TYPE_U8) {
		const uint8_t *v = (const uint8_t *)c->values + rows->from;

		for (uint32_t i = 0; i < rows->n; i++)
			out[i] = v[i] + 1;
	} else {
		const uint16_t *v = (const uint16_t *)c->values + rows->from;

		for (uint32_t i = 0; i < rows->n; i++)
			out[i] = v[i] + 1;
	}
}

enum flow_status
key_numbers(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, int32_t *out)
{
	const struct flow_column *c = &batch->column[part->field[alt]];
	uint64_t value[GROUP_ROWS];
	enum flow_status st;

	if (key_part_is_atom(part))
		return atom_numbers(maps, part, c, part->field[alt], rows, out);
	if (part->kind == KEY_FIELD && column_whole(c) && rows->row == NULL) {
		plain_numbers(c, key_part_type(part), rows, out);
		return FLOW_OK;
	}
	st = key_values(maps, part, alt, batch, rows, value, NULL);
	for (uint32_t i = 0; i < rows->n && st == FLOW_OK; i++)
		out[i] = (int32_t)value[i];
	return st;
}
