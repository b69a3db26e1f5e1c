/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Translates packed keys of one worker to those of another, whose atoms have different ids. */

#include "agg/group/key.h"

/* The parts of a key that are atoms, and the mapping of their ids. */
struct translation {
	struct {
		const struct key_part *part;
		const uint32_t *to;	/* id there -> id here */
	} atom[KEY_PARTS];
	size_t atoms;			/* 0: keys stay as they are */
};

/*
 * Translates n keys of `words` words each, part by part, so that more loads of ids overlap.
 */
static inline void
translate_keys(const struct translation *t, uint64_t *key, size_t n, size_t words)
{
	for (size_t k = 0; k < t->atoms; k++) {
		const struct key_part *part = t->atom[k].part;
		const uint32_t *to = t->atom[k].to;

		for (size_t i = 0; i < n; i++)
			key_set_atom(part, &key[i * words], to[key_atom(part, &key[i * words])]);
	}
}

static inline void
translate_key(const struct translation *t, uint64_t *key)
{
	translate_keys(t, key, 1, 0);
}
