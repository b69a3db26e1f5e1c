/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sorting and selection (the k-th smallest) of unsigned numbers. */

#include <stddef.h>
#include <stdint.h>

/* Ascending. */
void sort64(uint64_t *v, size_t n);

/*
 * Returns the number that would be v[k] (k < n) if v were sorted; reorders v.  O(n), where sorting takes O(n
 * log n).
 */
uint64_t select64(uint64_t *v, size_t n, size_t k);
