/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers sorted, and the k-th of them found, whatever order they came in. */
#include "base/sort64.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define MOST 5000

/* Orders that sorts are slow at, and others. */
enum order { RISING, FALLING, SAME, ORGAN_PIPES, TWO_VALUES, MIXED, EXTREMES, ORDERS };

static uint64_t
value(enum order order, size_t i, size_t n)
{
	uint64_t mixed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	switch (order) {
	case RISING:
		return i;
	case FALLING:
		return n - i;
	case SAME:
		return 7;
	case ORGAN_PIPES:
		return i < n / 2 ? i : n - i;
	case TWO_VALUES:
		return mixed >> 63;
	case EXTREMES:
		return i % 3 == 0 ? 0 : i % 3 == 1 ? UINT64_MAX : mixed;
	default:
		return mixed ^ mixed >> 29;
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
check(enum order order, size_t n)
{
	static uint64_t from[MOST], want[MOST], got[MOST];
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++)
		from[i] = value(order, i, n);
	memcpy(want, from, sizeof(want));
	qsort(want, n, sizeof(*want), compare);
	memcpy(got, from, sizeof(got));
	sort64(got, n);
	is_mem(got, n * sizeof(*got), want, n * sizeof(*want));
	for (size_t k = 0; k < n; k += n / 7 + 1) {
		memcpy(got, from, sizeof(got));
		wrong += select64(got, n, k) != want[k];
	}
	memcpy(got, from, sizeof(got));
	wrong += n > 0 && select64(got, n, n - 1) != want[n - 1];
	is_uint(wrong, 0);
}

int
main(void)
{
	static const size_t sizes[] = { 0, 1, 2, 24, 25, 26, 100, 1001, MOST };

	for (int order = 0; order < ORDERS; order++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
			check((enum order)order, sizes[i]);
	return tap_done();
}
