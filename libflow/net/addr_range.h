/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Ranges of addresses, and how people write them. */

#include "net/addr.h"

/* Addresses lo .. hi, both included, of one family. */
struct addr_range {
	struct addr lo, hi;
};

/* The range of net/bits, bits in its family. */
struct addr_range addr_range_prefix(const struct addr *net, unsigned bits);

/* The bits of an IPv4 netmask; false if its ones are not together. */
bool addr_mask_bits(uint32_t mask, unsigned *bits);

enum addr_range_fault {
	ADDR_RANGE_GOOD,
	ADDR_RANGE_NONE,	/* nothing of that kind */
	ADDR_RANGE_NET,		/* what stands before the '/' is no address */
	ADDR_RANGE_BITS,	/* an address, "/", and no valid prefix length; out->lo is the address */
	ADDR_RANGE_ORDER,	/* ADDRESS-ADDRESS ends before it begins, or in another family */
};

/*
 * Reads ADDRESS, ADDRESS/BITS or ADDRESS-ADDRESS from exactly `len` bytes without blanks.  Host bits may be
 * set, as in 192.0.2.1/24.  *out is valid only where the answer is ADDR_RANGE_GOOD.
 */
enum addr_range_fault addr_range_parse(const char *text, size_t len, struct addr_range *out);
