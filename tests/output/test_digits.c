/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/digits.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

#define STRIDE 16

typedef void digits_fn(const uint32_t *, char *, uint32_t, uint32_t *);

/* printf is the oracle, for every number of the chunk. */
static bool
same(digits_fn *format, const uint32_t *v)
{
	char out[OUTPUT_CHUNK * STRIDE];
	uint32_t len[OUTPUT_CHUNK];
	bool good = true;

	memset(out, 'x', sizeof(out));
	format(v, out, STRIDE, len);
	for (size_t i = 0; i < OUTPUT_CHUNK; i++) {
		char want[16];
		int n = snprintf(want, sizeof(want), "%u", (unsigned)v[i]);

		good = good && len[i] == (uint32_t)n && memcmp(out + i * STRIDE, want, (size_t)n) == 0;
	}
	return good;
}

int
main(void)
{
	uint32_t v[OUTPUT_CHUNK], next;
	bool good = true;

	for (next = 0; next < 10000;) {
		for (size_t i = 0; i < OUTPUT_CHUNK; i++)
			v[i] = next++ % 10000;
		good = good && same(digits_below4, v) && same(digits_below8, v);
	}
	ok(good);
	for (next = 0; next < 99990000;) {
		for (size_t i = 0; i < OUTPUT_CHUNK; i++, next += 1009)
			v[i] = next % 100000000;
		good = good && same(digits_below8, v);
	}
	ok(good);
	for (size_t i = 0; i < OUTPUT_CHUNK; i++)
		v[i] = 99999999 - (uint32_t)i;
	ok(same(digits_below8, v));
	return tap_done();
}
