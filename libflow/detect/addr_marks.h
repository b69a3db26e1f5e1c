/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What lists of networks say of an address: looked up once for each address of a dictionary, not for each row. */

#include "net/net_sets.h"

struct addr_marks {
	const struct net_sets *listed;	/* NULL: nothing is looked up */
	const struct net_sets *own;	/* own networks; NULL: not known */
};

/* The bit of a mark that tells an own address; the rest is the set of lists, 0: on none. */
#define MARK_OWN (UINT32_C(1) << 31)

/*
 * An own address is on no list.  Where own networks are not known, those are taken for own that nobody has on the
 * Internet (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16: RFC 1918; 100.64.0.0/10: RFC 6598; 169.254.0.0/16: RFC 3927;
 * fc00::/7: RFC 4193; fe80::/10: RFC 4291), which lists of bogons have.  What is no address of a host (0.0.0.0/8,
 * 127.0.0.0/8, 224.0.0.0/4, 255.255.255.255, ::, ::1, ff00::/8) has the mark 0.
 */
uint32_t addr_mark(const struct addr_marks *marks, const struct addr *a);
