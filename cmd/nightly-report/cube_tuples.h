/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sums of a cube by all its dimensions at once, over all of the time: what has several values is their sum, exactly.
 * So that a page stays small, only the first `values` of each dimension are told apart, as many as give at most
 * CUBE_TUPLES_MAX combinations; the others are "other". Directions are always told apart.
 */

#include "nightly-report/cube.h"

#define CUBE_TUPLES_MAX 6000

/* A combination: of dimension d CUBE_TUPLE_BITS bits from d * CUBE_TUPLE_BITS on; CUBE_TUPLE_OTHER is "other". */
#define CUBE_TUPLE_BITS 5
#define CUBE_TUPLE_OTHER CUBE_VALUES

struct cube_tuple {
	uint64_t key;
	struct cube_sums sums;
};

struct cube_tuples {
	size_t values;		/* of each dimension that are told apart */
	struct cube_tuple *slot;	/* in order of keys once finished; before, by hash, with keys of one more */
	size_t slots, used;
};

/* NULL when out of memory. */
struct cube_tuples *cube_tuples_new(void) NODISCARD;
void cube_tuples_free(struct cube_tuples *tuples);

/* Adds sums to a combination of values below CUBE_VALUES, or CUBE_TUPLE_OTHER. False when out of memory. */
bool cube_tuples_add(struct cube_tuples *tuples, uint64_t key, const struct cube_sums *sums) NODISCARD;

/* Adds all of another one. False when out of memory. */
bool cube_tuples_merge(struct cube_tuples *to, const struct cube_tuples *from) NODISCARD;

/* Brings them to at most CUBE_TUPLES_MAX, in the order of keys. False when out of memory. */
bool cube_tuples_finish(struct cube_tuples *tuples) NODISCARD;
