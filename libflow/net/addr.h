/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * An IP address as a 16-byte value in network byte order; IPv4 is stored IPv4-mapped (::ffff:a.b.c.d, RFC
 * 4291 2.5.5.2), so that one type, one order and one prefix match serve both families.
 *
 * An IPv4-mapped address in the header of an IPv6 packet is an IPv6 address: another host than a.b.c.d.  It
 * is stored as ::fffe:a.b.c.d, and read and printed as ::ffff:a.b.c.d.  No host has an address in
 * ::fffe:0:0/96 (RFC 4291 2.4 reserves ::/8); a packet that has one nevertheless counts as having the
 * IPv4-mapped one.  The block is next to ::ffff:0:0/96, so that both are in the same prefixes of up to 94
 * bits.
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

/* From the 16 bytes of a socket address, or of a field in which IPv4-mapped means IPv4. */
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

/* Whether it is an IPv6 address that is IPv4-mapped. */
static inline bool
addr_is_mapped(const struct addr *a)
{
	return addr_hi(a) == 0 && (addr_lo(a) >> 32) == 0xfffe;
}

/* a.b.c.d becomes the IPv6 address ::ffff:a.b.c.d; others stay. */
static inline void
addr_to_mapped(struct addr *a)
{
	if (addr_is_v4(a))
		a->b[11] = 0xfe;
}

/* The IPv6 address ::ffff:a.b.c.d becomes the IPv4 address a.b.c.d; others stay. */
static inline void
addr_to_v4(struct addr *a)
{
	if (addr_is_mapped(a))
		a->b[11] = 0xff;
}

/* From the header of an IPv6 packet: an IPv4-mapped address is an IPv6 one. */
static inline struct addr
addr_from_header6(const uint8_t bytes[16])
{
	struct addr a = addr_from_v6(bytes);

	addr_to_mapped(&a);
	return a;
}

/* The bytes for an IPv6 header or field; IPv4 becomes IPv4-mapped. */
static inline void
addr_store_v6(const struct addr *a, uint8_t out[16])
{
	memcpy(out, a->b, 16);
	if (addr_is_mapped(a))
		out[11] = 0xff;
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

/* <0, 0, >0 in bytewise order: IPv4 addresses are together, in numeric order, after IPv4-mapped IPv6 ones. */
static inline int
addr_compare(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16);
}

/*
 * Writes the canonical text (dotted quad, or RFC 5952; IPv4-mapped with dots, as its section 5 has it) at
 * `out`, which has room for ADDR_TEXT_MAX bytes; returns its length; writes no NUL.
 */
size_t addr_format(const struct addr *a, char *out);

/* The same of the bytes of an IPv6 header or field. */
size_t addr_format_v6(const uint8_t bytes[16], char *out);

/*
 * Reads an address from exactly `len` bytes: dotted quad or any RFC 4291 text
 * form, no zone, no blanks.  False, and *out untouched, if it is none, or one of ::fffe:0:0/96.
 */
bool addr_parse(const char *text, size_t len, struct addr *out);

/* *a with all but the first `bits` bits of its own family cleared (32 or 128). */
struct addr addr_mask(const struct addr *a, unsigned bits);

/* Whether *a lies in net/bits; bits counts in net's family, families must agree. */
bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits);
