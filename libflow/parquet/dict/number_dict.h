/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Distinct integers of a chunk, in the order in which they come or, when they were sorted, ascending. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_dict {
	uint64_t *value;
	size_t count, cap;
	uint32_t *slot;		/* index + 1, 0 = empty; open addressing */
	size_t slots;
};

#define NUMBER_DICT_INIT { NULL, 0, 0, NULL, 0 }

void number_dict_release(struct number_dict *d);

/*
 * Replaces n values by their indexes in the dictionary; false when that takes more than
 * `most` entries (then it is not worth going on) or memory runs out (*failed).
 */
bool number_dict_build(struct number_dict *d, const uint64_t *values, size_t n, size_t most,
    uint32_t *index, bool *failed);

/*
 * Puts the dictionary that was built into ascending order (of unsigned numbers), and n indexes with it: what
 * stands beside each other is alike, which codecs see.  False when memory runs out.
 */
bool number_dict_sort(struct number_dict *d, uint32_t *index, size_t n);
