/* SPDX-License-Identifier: BSD-2-Clause */
/* Dictionaries of numbers, whatever the numbers are: in order, and each row has its own number still. */
#include "parquet/dict/number_dict.h"

#include <stdlib.h>

#include "base/hash.h"
#include "tap.h"

#define ROWS ((size_t)20000)

enum kind { ONE, PORTS, WIDE, EDGES, KINDS };

static uint64_t
number(enum kind kind, size_t i)
{
	static const uint64_t edge[] = { UINT64_MAX, 0, UINT64_C(1) << 63, 65535, 65536, 1 };

	switch (kind) {
	case ONE:
		return 7;
	case PORTS:
		return hash_mix64(i) % 65536;
	case WIDE:
		return hash_mix64(hash_mix64(i) % 5000);
	default:
		return edge[i * 7 % 6];
	}
}

static void
check(enum kind kind)
{
	struct number_dict d = NUMBER_DICT_INIT;
	uint64_t *value = calloc(ROWS, sizeof(*value));
	uint32_t *index = calloc(ROWS, sizeof(*index));
	bool failed = false, good = true, ascends = true;

	for (size_t i = 0; i < ROWS; i++)
		value[i] = number(kind, i);
	ok(number_dict_build(&d, value, ROWS, 65536, index, &failed) && !failed);
	is_uint(d.value[index[0]], value[0]);
	ok(number_dict_sort(&d, index, ROWS));
	for (size_t i = 0; i < ROWS; i++)
		good = good && index[i] < d.count && d.value[index[i]] == value[i];
	for (size_t i = 1; i < d.count; i++)
		ascends = ascends && d.value[i - 1] < d.value[i];
	ok(good);
	ok(ascends);
	number_dict_release(&d);
	free(value);
	free(index);
}

int
main(void)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		check(kind);
	return tap_done();
}
