/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A worker's caches that map entries of dictionaries (addresses, MACs, texts) to atoms. */

#include "agg/group/atom.h"
#include "agg/group/row_list.h"
#include "agg/ask/question.h"

/*
 * The atoms of a column's dictionary entries, masked in one way: looked up once per row
 * group, not once per row.  Dense groupings only need ids, which leaves more of the CPU's
 * cache to their groups.
 */
struct dict_map {
	enum key_kind kind;
	enum flow_field field;
	uint8_t bits4, bits6;
	bool hashes;		/* references have hashes but no id, and no atom is added: for sieves */
	bool wants_ref, wants_id;
	bool is_whole;		/* all entries were looked up */
	uint64_t serial;	/* of the dictionary of ref and id; 0: none */
	atom_ref *ref;		/* by code; ATOM_UNKNOWN: not looked up yet */
	int32_t *id;		/* likewise; ATOM_ID_UNKNOWN */
	uint8_t *mask;		/* KEY_NET: by code, the mask that was applied */
	uint32_t cap;
};

struct key_maps {
	struct dict_map *map;
	size_t count;
	struct atoms values, texts;
	const struct flow_geo *geo;
	bool is_lazy;		/* entries are looked up only when a row needs them */
};

void key_maps_init(struct key_maps *maps);
void key_maps_release(struct key_maps *maps);
size_t key_maps_bytes(const struct key_maps *maps);

/* The set of atoms that a part's ids are from. */
static inline const struct atoms *
key_maps_atoms(const struct key_maps *maps, const struct key_part *part)
{
	return key_part_type(part) == FLOW_TYPE_TEXT ? &maps->texts : &maps->values;
}

/* Makes the maps that a spec's keys need; call it before the first row. */
enum flow_status key_maps_make(struct key_maps *maps, const struct flow_agg_spec *spec) NODISCARD;

/* For shares: adds maps of hashes for all keys, and sets is_lazy. */
enum flow_status key_maps_share(struct key_maps *maps, const struct flow_agg_spec *spec) NODISCARD;

/*
 * The map of a part's column, ready for these rows and the batch's dictionary; *m is NULL if no row has a
 * value.  The part must be an atom.
 */
enum flow_status key_map_for(struct key_maps *maps, const struct key_part *part, enum flow_field field,
    const struct flow_batch *batch, const struct rows *rows, struct dict_map **m) NODISCARD;

/* The same for hashes; it may give a map of references, if all entries are known. */
enum flow_status key_map_of_hashes(struct key_maps *maps, const struct key_part *part,
    enum flow_field field, const struct flow_batch *batch, const struct rows *rows, struct dict_map **m) NODISCARD;

/* Whether an entry was looked up; not for KEY_NET, where masks differ. */
static inline bool
key_map_knows(const struct dict_map *m, uint32_t code)
{
	return m->ref != NULL ? m->ref[code] != ATOM_UNKNOWN : m->id[code] != ATOM_ID_UNKNOWN;
}

/* Looks up one entry of the dictionary; mask: for KEY_NET. */
enum flow_status key_map_one(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict,
    uint32_t code, unsigned mask) NODISCARD;
