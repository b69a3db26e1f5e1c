/* SPDX-License-Identifier: BSD-2-Clause */
/* flowgen's pace, by a clock that the test turns: how many flows leave in each second. */
#include "flowgen/pace.h"

#include "base/attr.h"
#include "tap.h"

#define SECONDS 20
#define NS INT64_C(1000000000)

/*
 * Datagrams of up to `size` flows, the last of each second with what is left of its flows, as flowgen makes them.
 * Returns by how many parts of a million a second's flows were more or fewer than the rate, at most.
 */
static uint64_t
worst(uint64_t rate, uint32_t size)
{
	uint64_t left[SECONDS] = { 0 }, worst_off = 0, made = 0, i;
	struct pace p = { .rate = rate };

	while (made < rate * SECONDS) {
		uint64_t rest = rate - made % rate, n = rest < size ? rest : size;
		int64_t due = pace_due(&p, (int64_t)(made * 1000 / rate));

		if (due / NS < SECONDS)
			left[due / NS] += n;
		pace_count(&p, (uint32_t)n);
		made += n;
	}
	for (i = 0; i < SECONDS; i++) {
		uint64_t off = left[i] > rate ? left[i] - rate : rate - left[i];

		if (off * 1000000 / rate > worst_off)
			worst_off = off * 1000000 / rate;
	}
	return worst_off;
}

int
main(void)
{
	static const uint64_t rates[] = { 1, 10, 11, 99, 100, 1000, 1234, 50000, 250000, 999983, 2000000 };
	struct pace p = { .factor = 2000 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(rates); i++) {
		is_uint(worst(rates[i], 1), 0);
		is_uint(worst(rates[i], 17), 0);
		is_uint(worst(rates[i], 30), 0);
	}
	/* Twice the original speed. */
	is_int(pace_due(&p, 5000), 0);
	is_int(pace_due(&p, 65000), 30 * NS);
	/* As fast as it goes. */
	p = (struct pace){ .rate = 0 };
	is_int(pace_due(&p, 5000), 0);
	pace_count(&p, 1000);
	is_int(pace_due(&p, 65000), 0);
	return tap_done();
}
