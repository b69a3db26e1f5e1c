/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/addr_marks.h"

#include "detect/detector.h"

static bool
is_private(const struct addr *a)
{
	uint32_t v4 = addr_v4(a);

	if (!addr_is_v4(a))
		return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
	return v4 >> 24 == 10 || v4 >> 20 == (172 << 4 | 1) || v4 >> 16 == (192 << 8 | 168) ||
	    v4 >> 22 == (100 << 2 | 1) || v4 >> 16 == (169 << 8 | 254);
}

static bool
is_host(const struct addr *a)
{
	if (detect_is_multicast(a))
		return false;
	if (addr_is_v4(a))
		return addr_v4(a) >> 24 != 0 && addr_v4(a) >> 24 != 127;
	return addr_hi(a) != 0 || addr_lo(a) > 1;
}

uint32_t
addr_mark(const struct addr_marks *marks, const struct addr *a)
{
	if (!is_host(a))
		return 0;
	if (marks->own != NULL ? net_sets_find(marks->own, a) != 0 : is_private(a))
		return MARK_OWN;
	return net_sets_find(marks->listed, a);
}
