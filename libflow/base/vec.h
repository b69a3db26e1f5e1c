/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Arrays that grow: a pointer, how many elements there is room for, and how many are used. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Makes room for `need` elements in an array of `*cap`: does nothing where there is enough, else at least
 * doubles the room.  `items` and `cap` are lvalues, a pointer from malloc (or NULL) and a size_t.  False when
 * out of memory; then nothing has changed.
 */
#define VEC_RESERVE(items, cap, need) vec_reserve(&(items), &(cap), (need), sizeof(*(items)))

/* The same; `items` points to the pointer to elements of `size` bytes. */
bool vec_reserve(void *items, size_t *cap, size_t need, size_t size) NODISCARD;
