/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sets of addresses: ranges of both families, sorted and merged, searched with
 * an index on the first 16 bits, so that a million prefixes cost no more than
 * a few steps.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "net/addr_range.h"

/* A growing list of ranges; all zero at first. */
struct addr_list {
	struct addr_range *range;
	size_t count;
	size_t cap;
};

struct addr_set;

/* False when out of memory. */
bool addr_list_add(struct addr_list *list, struct addr_range r) NODISCARD;
void addr_list_release(struct addr_list *list);

/* Copies the ranges; NULL when out of memory. */
const struct addr_set *addr_set_new(struct arena *arena, const struct addr_range *range, size_t n)
    NODISCARD;

/* All addresses that are not in the set. */
const struct addr_set *addr_set_complement(struct arena *arena, const struct addr_set *set)
    NODISCARD;

/* Appends the ranges of the set; false when out of memory. */
bool addr_set_list(const struct addr_set *set, struct addr_list *list) NODISCARD;

bool addr_set_has(const struct addr_set *set, const struct addr *a);

/* The same for an address's text; false also where it is no address. */
bool addr_set_has_text(const struct addr_set *set, const char *text, size_t len);

/*
 * The single addresses of the set, in order, at most `max`; their number, or
 * max + 1 if there are more.
 */
size_t addr_set_enumerate(const struct addr_set *set, struct addr *out, size_t max);

/* Number of ranges. */
size_t addr_set_ranges(const struct addr_set *set);
