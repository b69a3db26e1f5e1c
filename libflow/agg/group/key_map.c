/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/key_map.h"

#include <stdlib.h>
#include <string.h>

#include "agg/ask/sieve_rule.h"
#include "base/bytes.h"
#include "net/addr_fast.h"
#include "net/mac.h"
#include "payload/payload.h"

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

/* Bytes of a map per entry of the dictionary. */
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
map_of(struct key_maps *maps, const struct key_part *part, enum flow_field field, bool hashes)
{
	for (size_t i = 0; i < maps->count; i++) {
		struct dict_map *m = &maps->map[i];

		if (m->kind == part->kind && m->field == field && m->bits4 == part->bits4 &&
		    m->bits6 == part->bits6 && m->hashes == hashes)
			return m;
	}
	return NULL;
}

static enum flow_status
map_make(struct key_maps *maps, const struct key_part *part, bool dense, bool hashes)
{
	for (size_t a = 0; a < part->alts; a++) {
		struct dict_map *m = map_of(maps, part, part->field[a], hashes);

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
		m->hashes = hashes;
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
			if (key_part_is_atom(&g->part[k]) && (map_make(maps, &g->part[k], g->dense, false) != FLOW_OK ||
			    (grouping_sieve(spec, i).by != SIEVE_NOTHING &&
			    map_make(maps, &g->part[k], false, true) != FLOW_OK)))
				return FLOW_ENOMEM;
	}
	for (size_t i = 0; i < spec->values; i++)
		if (key_part_is_atom(&spec->value[i].part) &&
		    map_make(maps, &spec->value[i].part, false, false) != FLOW_OK)
			return FLOW_ENOMEM;
	return FLOW_OK;
}

enum flow_status
key_maps_share(struct key_maps *maps, const struct flow_agg_spec *spec)
{
	maps->is_lazy = true;
	for (size_t i = 0; i < spec->groupings; i++) {
		const struct grouping *g = &spec->grouping[i];

		for (size_t k = 0; k < g->parts; k++)
			if (key_part_is_atom(&g->part[k]) && map_make(maps, &g->part[k], false, true) != FLOW_OK)
				return FLOW_ENOMEM;
		/* Ends of a row are compared by reference (share_rows_new). */
		if (key_part_is_atom(&g->part[0]) && g->part[0].alts > 1 &&
		    map_make(maps, &g->part[0], false, false) != FLOW_OK)
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

/* Makes room for all codes of a dictionary, all unknown. */
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
	m->is_whole = false;
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

/* Parses a dictionary's entry; false if it is no address or MAC, which counts as null. */
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

/* The reference of a text. */
static enum flow_status
text_ref(struct key_maps *maps, const struct dict_map *m, struct flow_text text, atom_ref *ref)
{
	if (!m->hashes)
		return atoms_add_text(&maps->texts, text, ref);
	*ref = atoms_hash_text(text);
	return FLOW_OK;
}

/* The reference of a text from the hello in an entry of `extra`. */
static enum flow_status
hello_ref(struct key_maps *maps, const struct dict_map *m, struct flow_text extra, atom_ref *ref)
{
	enum payload_word word = (enum payload_word)(PAYLOAD_TLS_VERSION + (m->kind - KEY_TLS_VERSION));
	char room[PAYLOAD_TEXT_MAX];
	struct flow_text text = { room, 0 };
	bool is_server;

	text.len = (uint32_t)payload_hello(word, &extra, room, &is_server);
	return text.len > 0 ? text_ref(maps, m, text, ref) : FLOW_OK;
}

/* The references of n addresses or MACs. */
static enum flow_status
values_refs(struct key_maps *maps, const struct dict_map *m, const struct addr *value, size_t n, atom_ref *ref)
{
	if (!m->hashes)
		return atoms_add(&maps->values, value, n, ref);
	for (size_t i = 0; i < n; i++)
		ref[i] = atoms_hash(&value[i]);
	return FLOW_OK;
}

/* The reference of one entry. */
static enum flow_status
entry_ref(struct key_maps *maps, const struct dict_map *m, struct flow_text text, unsigned mask,
    atom_ref *ref)
{
	struct flow_text word;
	struct addr v;

	*ref = 0;
	if (key_kind_is_hello(m->kind))
		return hello_ref(maps, m, text, ref);
	if (flow_field_info(m->field)->type == FLOW_TYPE_TEXT)
		return text_ref(maps, m, text, ref);
	if (!entry_value(m, text, mask, &v))
		return FLOW_OK;
	if (!key_kind_is_geo(m->kind))
		return values_refs(maps, m, &v, 1, ref);
	word = flow_geo_find(maps->geo, (enum flow_geo_word)(m->kind - KEY_COUNTRY), &v);
	return word.len > 0 ? text_ref(maps, m, word, ref) : FLOW_OK;
}

enum flow_status
key_map_one(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict, uint32_t code,
    unsigned mask)
{
	atom_ref ref;
	enum flow_status st = entry_ref(maps, m, dict->text[code], mask, &ref);

	if (st == FLOW_OK)
		map_set(m, code, ref);
	return st;
}

/*
 * Another column's dictionary, whose atoms are known.  Our dictionaries are sorted, so both are merged:
 * 94 % of destinations are sources, too, and finding that takes a fifth of the time of parsing and
 * looking up an address.
 */
struct twin {
	const struct dict_map *map;	/* NULL: there is none */
	const struct flow_dict *dict;
	uint32_t next;			/* the entry to compare next */
};

/* Finds a map of the same kind as m that has all entries of another dictionary of the batch. */
static struct twin
twin_of(const struct key_maps *maps, const struct dict_map *m, const struct flow_batch *batch)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct dict_map *other = &maps->map[i];
		const struct flow_column *c = &batch->column[other->field];

		if (other != m && other->is_whole && other->kind == m->kind && other->hashes <= m->hashes &&
		    other->bits4 == m->bits4 && other->bits6 == m->bits6 &&
		    flow_field_info(other->field)->type == flow_field_info(m->field)->type &&
		    other->wants_ref >= m->wants_ref && other->wants_id >= m->wants_id &&
		    c->form == FLOW_FORM_DICT && c->dict->serial == other->serial)
			return (struct twin){ other, c->dict, 0 };
	}
	return (struct twin){ .map = NULL };
}

static inline bool
text_same(const struct flow_text *a, const struct flow_text *b)
{
	if (a->len != b->len)
		return false;
	if (a->len < 8 || a->len > 16)
		return memcmp(a->p, b->p, a->len) == 0;
	return load_le64(a->p) == load_le64(b->p) &&
	    load_le64(a->p + a->len - 8) == load_le64(b->p + b->len - 8);
}

/* Advances the twin, and copies the code's entry from it; false if the twin lacks it. */
static inline bool
twin_copy(struct twin *t, struct dict_map *m, const struct flow_text *text, uint32_t code)
{
	while (t->map != NULL && t->next < t->dict->count) {
		const struct flow_text *other = &t->dict->text[t->next];

		if (text_same(other, text)) {
			if (m->ref != NULL)
				m->ref[code] = t->map->ref[t->next];
			if (m->id != NULL)
				m->id[code] = t->map->id[t->next];
			t->next++;
			return true;
		}
		if (text_compare(other, text) > 0)
			return false;
		t->next++;
	}
	return false;
}

#define MAP_TOGETHER 256

/* Entries that are looked up together. */
struct together {
	struct addr value[MAP_TOGETHER];
	uint32_t code[MAP_TOGETHER];
	uint32_t n;
};

static enum flow_status
look_up(struct key_maps *maps, struct dict_map *m, struct together *t)
{
	atom_ref ref[MAP_TOGETHER];

	if (values_refs(maps, m, t->value, t->n, ref) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < t->n; i++)
		map_set(m, t->code[i], ref[i]);
	t->n = 0;
	return FLOW_OK;
}

/* Looks up all entries of a dictionary of addresses or MACs, many at a time. */
static enum flow_status
map_all(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict, struct twin twin)
{
	struct together t = { .n = 0 };

	if (!m->hashes && atoms_expect(&maps->values, dict->count) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t c = 0; c < dict->count; c++) {
		if (twin_copy(&twin, m, &dict->text[c], c))
			continue;
		map_set(m, c, 0);
		t.code[t.n] = c;
		t.n += entry_value(m, dict->text[c], 0, &t.value[t.n]);
		if (t.n == MAP_TOGETHER && look_up(maps, m, &t) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	m->is_whole = true;
	return look_up(maps, m, &t);
}

/* Begins a new row group: looks up all entries at once if most will be needed, else as rows need them. */
static enum flow_status
map_begin(struct key_maps *maps, struct dict_map *m, const struct flow_batch *batch,
    const struct rows *rows)
{
	const struct flow_dict *dict = batch->column[m->field].dict;
	bool dense = rows->row == NULL || rows->row[rows->n - 1] < 8 * rows->n;
	enum flow_status st = map_reset(m, dict);

	if (st != FLOW_OK || !dense || (maps->is_lazy && !m->hashes) || m->kind == KEY_NET ||
	    key_kind_is_geo(m->kind) || flow_field_info(m->field)->type == FLOW_TYPE_TEXT)
		return st;
	return map_all(maps, m, dict, twin_of(maps, m, batch));
}

/* Makes a map ready for the batch's dictionary, if it is new. */
static enum flow_status
map_ready(struct key_maps *maps, const struct flow_batch *batch, const struct rows *rows, struct dict_map *m)
{
	return m->serial != batch->column[m->field].dict->serial ? map_begin(maps, m, batch, rows) : FLOW_OK;
}

enum flow_status
key_map_of_hashes(struct key_maps *maps, const struct key_part *part, enum flow_field field,
    const struct flow_batch *batch, const struct rows *rows, struct dict_map **m)
{
	const struct flow_column *c = &batch->column[field];

	*m = NULL;
	if (c->form != FLOW_FORM_DICT || c->dict->count == 0)
		return FLOW_OK;
	*m = map_of(maps, part, field, false);
	if (*m != NULL && (*m)->is_whole && (*m)->ref != NULL && (*m)->serial == c->dict->serial)
		return FLOW_OK;
	*m = map_of(maps, part, field, true);
	return map_ready(maps, batch, rows, *m);
}

enum flow_status
key_map_for(struct key_maps *maps, const struct key_part *part, enum flow_field field,
    const struct flow_batch *batch, const struct rows *rows, struct dict_map **m)
{
	const struct flow_column *c = &batch->column[field];

	*m = NULL;
	if (c->form != FLOW_FORM_DICT || c->dict->count == 0)
		return FLOW_OK;
	*m = map_of(maps, part, field, false);
	return map_ready(maps, batch, rows, *m);
}
