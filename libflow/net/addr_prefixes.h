/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Ranges of addresses put together, and as the fewest prefixes. */

#include <stdbool.h>
#include <stddef.h>

#include "net/addr_range.h"

/*
 * Sorts ranges, IPv4 first, and joins those that overlap or touch, never across the families; returns how many are
 * left at the beginning of the array.
 */
size_t addr_ranges_join(struct addr_range *range, size_t n);

/* The rest of a range, while its prefixes are taken. */
struct addr_prefixes {
	struct addr_range rest;
	bool v4, more;
};

/*
 * Takes the prefixes (RFC 4632, RFC 4291 2.3) that cover a range and nothing else, in order; of joined ranges they are
 * the fewest.  Where a range of IPv6 spans the addresses that stand for IPv4 (addr.h), these are left out.
 */
void addr_prefixes_begin(struct addr_prefixes *p, const struct addr_range *range);

/* The next one: net/bits, bits in its family; false after the last. */
bool addr_prefixes_next(struct addr_prefixes *p, struct addr *net, unsigned *bits);

/* Room for ADDRESS/BITS and a NUL. */
#define ADDR_PREFIX_TEXT_MAX (ADDR_TEXT_MAX + 5)

/* Writes it, a single address without its length; returns the text's length. */
size_t addr_prefix_format(const struct addr *net, unsigned bits, char out[ADDR_PREFIX_TEXT_MAX]);
