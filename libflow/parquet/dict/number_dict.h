/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A dictionary of the distinct integers of a chunk, in order of first appearance or, once sorted, ascending. */

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
 * Replaces n values by their indexes in the dictionary; false if that takes more than `most` entries (a larger
 * dictionary does not pay) or memory runs out (*failed).
 */
bool number_dict_build(struct number_dict *d, const uint64_t *values, size_t n, size_t most,
    uint32_t *index, bool *failed);

/*
 * Sorts the dictionary in unsigned order, and maps n indexes to it: neighbours are then similar, which codecs
 * exploit.  False when out of memory.
 */
bool number_dict_sort(struct number_dict *d, uint32_t *index, size_t n);
