/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Evidence in order: by the hash that each record begins with, then by a number, then by a comparison of records.
 * Records of one key are many, and moved once; a sort of them by comparisons took two thirds of the time of judging.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

struct evidence_order {
	size_t record;					/* bytes of one */
	uint64_t (*number)(const void *record);		/* in which records of one key come first */
	int (*compare)(const void *a, const void *b);	/* of all: by hash, key, number, and the rest */
	int (*compare_key)(const void *a, const void *b);
};

/* Sorts n records; FLOW_ENOMEM leaves them in any order. */
enum flow_status evidence_sort(const struct evidence_order *order, void *records, size_t n) NODISCARD;

/* A signed number as one of evidence_order. */
static inline uint64_t
evidence_signed(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

/* The same of an address, in the order of addr_compare: its upper half, or the lower one where that is 0, as of IPv4. */
static inline uint64_t
evidence_addr(const struct addr *a)
{
	return addr_hi(a) != 0 ? addr_hi(a) >> 1 | UINT64_C(1) << 63 : addr_lo(a) >> 1;
}
