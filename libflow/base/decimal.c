/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/decimal.h"

const char decimal_pairs[201] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

size_t
decimal_large(uint64_t v, char *out)
{
	uint64_t high = v / 100000000;
	size_t len;

	if (high == 0)
		return decimal_below8((uint32_t)v, out);
	if (high < 100000000)
		len = decimal_below8((uint32_t)high, out);
	else {
		len = decimal_below8((uint32_t)(high / 100000000), out);
		decimal_fixed8((uint32_t)(high % 100000000), out + len);
		len += 8;
	}
	decimal_fixed8((uint32_t)(v % 100000000), out + len);
	return len + 8;
}

size_t
decimal_i64(int64_t v, char *out)
{
	if (v >= 0)
		return decimal_u64((uint64_t)v, out);
	*out = '-';
	return 1 + decimal_u64(0 - (uint64_t)v, out + 1);
}
