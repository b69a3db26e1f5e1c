/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An IP address as a 16-byte value in network byte order; IPv4 is stored
 * IPv4-mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so that one type, one order
 * and one prefix match serve both families.  A real IPv4-mapped IPv6 address
 * is therefore the IPv4 address: it prints as a dotted quad.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

struct addr {
	uint8_t b[16];
};

/* Longest text, without a NUL: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff". */
#define ADDR_TEXT_MAX 39

static const struct addr addr_any4 = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0 } };

static inline struct addr
addr_from_v4(uint32_t host_order)
{
	struct addr a;

	store_be64(a.b, 0);
	store_be64(a.b + 8, UINT64_C(0xffff) << 32 | host_order);
	return a;
}

static inline struct addr
addr_from_v6(const uint8_t bytes[16])
{
	struct addr a;

	memcpy(a.b, bytes, 16);
	return a;
}

static inline uint64_t
addr_hi(const struct addr *a)
{
	return load_be64(a->b);
}

static inline uint64_t
addr_lo(const struct addr *a)
{
	return load_be64(a->b + 8);
}

static inline bool
addr_is_v4(const struct addr *a)
{
	return addr_hi(a) == 0 && (addr_lo(a) >> 32) == 0xffff;
}

/* The IPv4 address in host order; only for addr_is_v4. */
static inline uint32_t
addr_v4(const struct addr *a)
{
	return load_be32(a->b + 12);
}

static inline bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16) == 0;
}

/* <0, 0, >0 in the order of the bytes: IPv4 sorts together, numerically. */
static inline int
addr_compare(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16);
}

/*
 * Writes the canonical text (dotted quad, or RFC 5952) at `out`, which has
 * room for ADDR_TEXT_MAX bytes; returns its length; writes no NUL.
 */
size_t addr_format(const struct addr *a, char *out);

/*
 * Reads an address from exactly `len` bytes: dotted quad or any RFC 4291 text
 * form, no zone, no blanks.  False, and *out untouched, if it is none.
 */
bool addr_parse(const char *text, size_t len, struct addr *out);

/* *a with all but the first `bits` bits of its own family cleared (32 or 128). */
struct addr addr_mask(const struct addr *a, unsigned bits);

/* Whether *a lies in net/bits; bits counts in net's family, families must agree. */
bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits);
