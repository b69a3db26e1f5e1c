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

/* v * scale to the nearest integer, ties to even; v < 2^53, scale <= 1000. */
static uint64_t
scaled(double v, uint64_t scale)
{
	uint64_t bits, whole, rest, half;
	unsigned exponent, shift;

	memcpy(&bits, &v, sizeof(bits));
	exponent = (unsigned)(bits >> 52);
	/* Below 2^-11, v * 1000 is less than 1/2; from 2^52 on, v has no fraction. */
	if (exponent < 1023 - 11)
		return 0;
	shift = 1023 + 52 - exponent;
	bits = ((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52) * scale;
	if (shift == 0)
		return bits;
	whole = bits >> shift;
	rest = bits & ((UINT64_C(1) << shift) - 1);
	half = UINT64_C(1) << (shift - 1);
	return whole + (rest > half || (rest == half && (whole & 1) != 0));
}

size_t
decimal_real(double v, unsigned places, char *out)
{
	static const uint32_t scales[DECIMAL_PLACES + 1] = { 1, 10, 100, 1000 };
	uint64_t number = scaled(v, scales[places]);
	uint32_t rest = (uint32_t)(number % scales[places]);
	size_t len = decimal_u64(number / scales[places], out);

	if (places == 0)
		return len;
	out[len++] = '.';
	for (unsigned i = places; i-- > 0; rest /= 10)
		out[len + i] = (char)('0' + rest % 10);
	return len + places;
}

size_t
decimal_i64(int64_t v, char *out)
{
	if (v >= 0)
		return decimal_u64((uint64_t)v, out);
	*out = '-';
	return 1 + decimal_u64(0 - (uint64_t)v, out + 1);
}
