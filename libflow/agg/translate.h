/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Packed keys of one worker into those of another, whose atoms have other ids. */

#include "agg/key.h"

/* The parts of a key that are atoms, and where their ids lead. */
struct translation {
	struct {
		const struct key_part *part;
		const atom_ref *to;	/* by id there */
	} atom[KEY_PARTS];
	size_t atoms;			/* 0: keys stay as they are */
};

static inline void
translate_key(const struct translation *t, uint64_t *key)
{
	for (size_t k = 0; k < t->atoms; k++) {
		const struct key_part *part = t->atom[k].part;

		key_set_atom(part, key, atom_id(t->atom[k].to[key_atom(part, key)]));
	}
}
