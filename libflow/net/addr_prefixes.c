/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/addr_prefixes.h"

#include <stdio.h>
#include <stdlib.h>

/* Bits of an address that stands for one of IPv4, behind the common ones (addr.h). */
#define MAPPED_BITS 32

/* IPv4 first, since an IPv6 range may reach across the addresses that stand for IPv4. */
static int
compare_lo(const void *a, const void *b)
{
	const struct addr_range *x = a, *y = b;
	bool x4 = addr_is_v4(&x->lo), y4 = addr_is_v4(&y->lo);

	return x4 != y4 ? y4 - x4 : addr_compare(&x->lo, &y->lo);
}

/* Adds 2^bits; false if no address is so large. */
static bool
add_power(struct addr *a, unsigned bits)
{
	unsigned carry = bits < 128 ? 1u << (bits % 8) : 0;

	for (size_t i = 16 - bits / 8; i-- > 0 && carry > 0; carry >>= 8) {
		carry += a->b[i];
		a->b[i] = (uint8_t)carry;
	}
	return carry == 0 && bits < 128;
}

size_t
addr_ranges_join(struct addr_range *r, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(r, n, sizeof(*r), compare_lo);
	for (size_t i = 0; i < n; i++) {
		struct addr next;

		if (kept > 0) {
			next = r[kept - 1].hi;
			if (addr_is_v4(&r[kept - 1].lo) == addr_is_v4(&r[i].lo) &&
			    (!add_power(&next, 0) || addr_compare(&r[i].lo, &next) <= 0)) {
				if (addr_compare(&r[i].hi, &r[kept - 1].hi) > 0)
					r[kept - 1].hi = r[i].hi;
				continue;
			}
		}
		r[kept++] = r[i];
	}
	return kept;
}

void
addr_prefixes_begin(struct addr_prefixes *p, const struct addr_range *range)
{
	*p = (struct addr_prefixes){ *range, addr_is_v4(&range->lo) && addr_is_v4(&range->hi), true };
}

/* The last address of 2^bits ones, the first of which is given and ends in so many zeros. */
static struct addr
last_of(const struct addr *first, unsigned bits)
{
	struct addr last = *first;

	for (unsigned i = 0; i < bits; i++)
		last.b[15 - i / 8] |= (uint8_t)(1u << (i % 8));
	return last;
}

static bool
ends_in_zeros(const struct addr *a, unsigned bits)
{
	return bits == 0 || (bits <= 128 && (a->b[15 - (bits - 1) / 8] >> ((bits - 1) % 8) & 1) == 0);
}

bool
addr_prefixes_next(struct addr_prefixes *p, struct addr *net, unsigned *bits)
{
	unsigned most = p->v4 ? 32 : 128, size = 0;
	struct addr last;

	if (p->more && !p->v4 && addr_is_v4(&p->rest.lo)) {
		p->more = !addr_is_v4(&p->rest.hi) && add_power(&p->rest.lo, MAPPED_BITS);
		if (!p->more)
			return false;
	}
	if (!p->more)
		return false;
	last = p->rest.lo;
	while (size < most && ends_in_zeros(&p->rest.lo, size + 1)) {
		struct addr wider = last_of(&p->rest.lo, size + 1);

		if (addr_compare(&wider, &p->rest.hi) > 0)
			break;
		last = wider;
		size++;
	}
	*net = p->rest.lo;
	*bits = most - size;
	p->more = addr_compare(&last, &p->rest.hi) < 0 && add_power(&p->rest.lo, size);
	return true;
}

size_t
addr_prefix_format(const struct addr *net, unsigned bits, char out[ADDR_PREFIX_TEXT_MAX])
{
	size_t len = addr_format(net, out);

	if (bits < (addr_is_v4(net) ? 32u : 128u))
		len += (size_t)snprintf(out + len, ADDR_PREFIX_TEXT_MAX - len, "/%u", bits);
	return len;
}
