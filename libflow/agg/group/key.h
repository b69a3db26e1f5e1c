/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads the values of keys from rows. */

#include "agg/group/row_list.h"
#include "agg/group/groups.h"
#include "agg/group/key_map.h"

/*
 * The values of a part (its alternative `alt`) for some rows: atom_ref for
 * atoms; the value for types of 64 bits, with flag[i]: not null; else the
 * value + 1, 0 for null.
 */
enum flow_status key_values(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out, uint8_t *flag)
    NODISCARD;

/*
 * Hashes of a part's values, which are the same in all workers (unlike ids), and need no atoms.  For
 * groupings with a sieve, and for shares.
 */
enum flow_status key_hashes(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out) NODISCARD;

/*
 * The rows' group numbers in a dense grouping with this part: an atom's id, else value + 1; 0 for
 * null.
 */
enum flow_status key_numbers(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, int32_t *out) NODISCARD;

/*
 * The same by code: the number of row i's group is number[code[i]].  *number is NULL unless all entries of
 * the dictionary were looked up and all rows have a value.
 */
enum flow_status key_numbers_by_code(struct key_maps *maps, const struct key_part *part,
    const struct flow_batch *batch, const struct rows *rows, const int32_t **number,
    const uint32_t **code) NODISCARD;

/* Mixes a part's value (for atoms its hash) into the hash of a key, which starts at 0. */
static inline uint64_t
key_mix(uint64_t mixed, uint64_t value)
{
	mixed = (mixed ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return mixed ^ mixed >> 32;
}

/* The id of a packed key's atom; 0: no value. */
static inline uint32_t
key_atom(const struct key_part *part, const uint64_t *key)
{
	return (uint32_t)(key[part->word] >> part->shift);
}

static inline void
key_set_atom(const struct key_part *part, uint64_t *key, uint32_t id)
{
	key[part->word] &= ~((uint64_t)UINT32_MAX << part->shift);
	key[part->word] |= (uint64_t)id << part->shift;
}

/* Whether a part takes a whole word, and so needs a flag for null. */
static inline bool
key_part_is_wide(const struct key_part *part)
{
	enum flow_type type = key_part_type(part);

	return type == FLOW_TYPE_U64 || type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME;
}
