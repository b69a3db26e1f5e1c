/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a worker remembers of dictionaries of addresses, MACs and texts: which atoms their entries are. */

#include "agg/group/atom.h"
#include "agg/group/row_list.h"
#include "agg/ask/question.h"

/*
 * The atoms that a column's dictionary entries are, under one way of masking:
 * looked up once per row group, not once per row.  Dense groupings only want ids, which
 * leaves more of the cache to their groups.
 */
struct dict_map {
	enum key_kind kind;
	enum flow_field field;
	uint8_t bits4, bits6;
	bool hashes;		/* references have hashes alone, and no atom is added for them: for sieves */
	bool wants_ref, wants_id;
	bool is_whole;		/* all entries were looked up */
	uint64_t serial;	/* of the dictionary that ref and id are about; 0: none */
	atom_ref *ref;		/* by code; ATOM_UNKNOWN: not looked up yet */
	int32_t *id;		/* likewise; ATOM_ID_UNKNOWN */
	uint8_t *mask;		/* KEY_NET: the mask that they were made with */
	uint32_t cap;
};

struct key_maps {
	struct dict_map *map;
	size_t count;
	struct atoms values, texts;
	const struct flow_geo *geo;
	bool is_lazy;		/* entries are only looked up for rows that ask */
};

void key_maps_init(struct key_maps *maps);
void key_maps_release(struct key_maps *maps);
size_t key_maps_bytes(const struct key_maps *maps);

/* Where the ids of a part, an atom, come from. */
static inline const struct atoms *
key_maps_atoms(const struct key_maps *maps, const struct key_part *part)
{
	return key_part_type(part) == FLOW_TYPE_TEXT ? &maps->texts : &maps->values;
}

/* The maps that a spec's keys need; before the first row. */
enum flow_status key_maps_make(struct key_maps *maps, const struct flow_agg_spec *spec) NODISCARD;

/* Also those of hashes of all keys; and from now on entries are only looked up for rows that ask. */
enum flow_status key_maps_share(struct key_maps *maps, const struct flow_agg_spec *spec) NODISCARD;

/*
 * The map of a column of a part, an atom, ready for the dictionary that the batch has there, for
 * these rows of it; NULL where none of them has a value.
 */
enum flow_status key_map_for(struct key_maps *maps, const struct key_part *part, enum flow_field field,
    const struct flow_batch *batch, const struct rows *rows, struct dict_map **m) NODISCARD;

/* The same of a map that has hashes, be it one with references of which all are known. */
enum flow_status key_map_of_hashes(struct key_maps *maps, const struct key_part *part,
    enum flow_field field, const struct flow_batch *batch, const struct rows *rows, struct dict_map **m) NODISCARD;

/* Whether an entry of its dictionary was looked up; not of KEY_NET, where masks differ. */
static inline bool
key_map_knows(const struct dict_map *m, uint32_t code)
{
	return m->ref != NULL ? m->ref[code] != ATOM_UNKNOWN : m->id[code] != ATOM_ID_UNKNOWN;
}

/* Looks up one entry of its dictionary; mask: of KEY_NET. */
enum flow_status key_map_one(struct key_maps *maps, struct dict_map *m, const struct flow_dict *dict,
    uint32_t code, unsigned mask) NODISCARD;
