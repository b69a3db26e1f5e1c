/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Arrays that grow: a pointer, how many elements there is room for, and how many are used. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Has room for `need` elements in an array of `*cap`: nothing is done where it has, else the room at
 * least doubles.  `items` and `cap` are lvalues, a pointer from malloc (or NULL) and a size_t.  False when
 * out of memory, and nothing has changed.
 */
#define VEC_RESERVE(items, cap, need) vec_reserve(&(items), &(cap), (need), sizeof(*(items)))

/* The same; `items` points to the pointer to elements of `size` bytes. */
bool vec_reserve(void *items, size_t *cap, size_t need, size_t size) NODISCARD;
