/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sorts evidence: by the hash that each record begins with, then by a number, then by a comparison of records.
 * Many records share a key; this moves each once.  Sorting them by comparisons took two thirds of the time of judging.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

struct evidence_order {
	size_t record;					/* its size in bytes */
	uint64_t (*number)(const void *record);		/* first order of a key's records */
	int (*compare)(const void *a, const void *b);	/* full: by hash, key, number, rest */
	int (*compare_key)(const void *a, const void *b);
};

/* Sorts n records; FLOW_ENOMEM leaves them in any order. */
enum flow_status evidence_sort(const struct evidence_order *order, void *records, size_t n) NODISCARD;

/* Maps a signed number to an unsigned one of the same order, for evidence_order.number. */
static inline uint64_t
evidence_signed(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

/* The same for an address, in the order of addr_compare: its upper half or, if that is 0 as for IPv4, the lower one. */
static inline uint64_t
evidence_addr(const struct addr *a)
{
	return addr_hi(a) != 0 ? addr_hi(a) >> 1 | UINT64_C(1) << 63 : addr_lo(a) >> 1;
}
