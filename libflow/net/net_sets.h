/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Finds which of many lists of networks contain an address.
 *
 *	m = net_sets_maker_new()
 *	net_sets_add(m, list, &range)       any order; ranges of a list and of several may overlap
 *	net_sets_make(m, &sets, err)        frees the maker
 *	id = net_sets_find(sets, &addr)     0: on none
 *	list = net_sets_lists(sets, id, &count)
 *
 * The address space of each family is cut where the covering lists change; each piece has the number of a set of
 * lists.  So a lookup is one binary search, however deeply networks nest, and finds all lists, not only that of the
 * longest prefix.  An isolated network takes 16 bytes (IPv4) or 48 (IPv6), also while sets are made (sorting IPv6
 * takes as much again).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr_range.h"

/* Lists are numbered from 0 to NET_SETS_LISTS - 1. */
#define NET_SETS_LISTS 4096

struct net_sets_maker;
struct net_sets;

struct net_sets_maker *net_sets_maker_new(void) NODISCARD;
void net_sets_maker_free(struct net_sets_maker *m);

/* list < NET_SETS_LISTS.  FLOW_ENOMEM. */
enum flow_status net_sets_add(struct net_sets_maker *m, unsigned list, const struct addr_range *range) NODISCARD;

/* FLOW_ENOMEM; FLOW_ELIMIT where lists overlap in too many ways.  The maker is freed in any case. */
enum flow_status net_sets_make(struct net_sets_maker *m, struct net_sets **sets, struct flow_error *err) NODISCARD;
void net_sets_free(struct net_sets *sets);

/* The set of lists that an address is on; 0: on none. */
uint32_t net_sets_find(const struct net_sets *sets, const struct addr *a);

/* The lists of a set, ascending; *count of them. */
const uint16_t *net_sets_lists(const struct net_sets *sets, uint32_t set, size_t *count);

/* Memory held. */
size_t net_sets_bytes(const struct net_sets *sets);
