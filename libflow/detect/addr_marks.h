/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which lists of networks hold an address: looked up once per address of a dictionary, not once per row. */

#include "net/net_sets.h"

struct addr_marks {
	const struct net_sets *listed;	/* NULL: nothing is looked up */
	const struct net_sets *own;	/* own networks; NULL: not known */
};

/* This bit of a mark says that the address is an own one; the other bits are the set of lists, 0: on none. */
#define MARK_OWN (UINT32_C(1) << 31)

/*
 * Gives the mark of an address.  An own address counts as on no list.  If own networks are not known, private ones are
 * own (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16: RFC 1918; 100.64.0.0/10: RFC 6598; 169.254.0.0/16: RFC 3927;
 * fc00::/7: RFC 4193; fe80::/10: RFC 4291), since lists of bogons contain them.  Addresses of no host (0.0.0.0/8,
 * 127.0.0.0/8, 224.0.0.0/4, 255.255.255.255, ::, ::1, ff00::/8) have the mark 0.
 */
uint32_t addr_mark(const struct addr_marks *marks, const struct addr *a);
