/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Unsigned numbers in order, or only one of them in its place. */

#include <stddef.h>
#include <stdint.h>

/* Ascending. */
void sort64(uint64_t *v, size_t n);

/*
 * The number that would be v[k] (k < n) if they were sorted; moves them.  Takes time in proportion to n,
 * where sorting takes n log n.
 */
uint64_t select64(uint64_t *v, size_t n, size_t k);
