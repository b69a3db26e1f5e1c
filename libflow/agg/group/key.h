/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows -> the values that keys are packed from. */

#include "agg/group/row_list.h"
#include "agg/group/groups.h"
#include "agg/group/key_map.h"

/*
 * The values of a part (its alternative `alt`) for some rows: atom_ref for
 * atoms, else value + 1 or 0, else (64 bits) the value alone.  flag[i]: has a
 * value; only filled for parts of 64 bits.
 */
enum flow_status key_values(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out, uint8_t *flag)
    NODISCARD;

/*
 * Numbers that are the same for equal values of a part (which others may share), and the
 * same in all workers: no atom is added for them.  For parts of groupings that have a sieve, and of shares.
 */
enum flow_status key_hashes(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *out) NODISCARD;

/*
 * The numbers of some rows' groups in a dense grouping, whose part this is: an atom's id, else
 * value + 1; 0 where there is no value.
 */
enum flow_status key_numbers(struct key_maps *maps, const struct key_part *part, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, int32_t *out) NODISCARD;

/*
 * The same by code, where all of a dictionary's entries were looked up and all of the rows have a value:
 * the number of row i's group is number[code[i]].  Else *number is NULL.
 */
enum flow_status key_numbers_by_code(struct key_maps *maps, const struct key_part *part,
    const struct flow_batch *batch, const struct rows *rows, const int32_t **number,
    const uint32_t **code) NODISCARD;

/* A part's value (an atom's hash in place of its reference) into the hash of a key, from 0. */
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

/* Whether a part takes a whole word, and so a flag. */
static inline bool
key_part_is_wide(const struct key_part *part)
{
	enum flow_type type = key_part_type(part);

	return type == FLOW_TYPE_U64 || type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME;
}
