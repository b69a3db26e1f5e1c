/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/spool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define N 300000

struct pair {
	uint64_t value;
	uint32_t place;
};

static uint64_t calls;

static int
compare_pairs(const void *pa, const void *pb, void *arg)
{
	const struct pair *a = pa, *b = pb;

	UNUSED(arg);
	calls++;
	return (a->value > b->value) - (a->value < b->value);
}

/* Ascending, and each element still there once, with its value. */
static void
check_sort(uint64_t (*value)(uint32_t i))
{
	struct spool s;
	struct pair *list;
	uint8_t *seen = calloc(N, 1);
	bool ordered = true, whole = seen != NULL;
	struct flow_error err;

	if (spool_alloc(&s, "/tmp", N * sizeof(*list), &err) != FLOW_OK) {
		is_str(err.message, "");
		free(seen);
		return;
	}
	ok(s.mapped);
	list = s.p;
	for (uint32_t i = 0; i < N; i++)
		list[i] = (struct pair){ value(i), i };
	calls = 0;
	spool_sort(list, N, sizeof(*list), compare_pairs, NULL);
	spool_rest(&s);
	for (uint32_t i = 0; i < N && whole; i++) {
		ordered &= i == 0 || list[i - 1].value <= list[i].value;
		whole = list[i].place < N && !seen[list[i].place] &&
		    list[i].value == value(list[i].place);
		seen[list[i].place] = 1;
	}
	ok(ordered);
	ok(whole);
	/* n log2 n is 5.5 million. */
	ok(calls < UINT64_C(40000000));
	free(seen);
	spool_free(&s);
}

static uint64_t
mixed(uint32_t i)
{
	return (i * UINT64_C(2654435761)) % 1000003;
}

static uint64_t
ascending(uint32_t i)
{
	return i;
}

static uint64_t
descending(uint32_t i)
{
	return N - i;
}

static uint64_t
equal(uint32_t i)
{
	UNUSED(i);
	return 7;
}

static uint64_t
few(uint32_t i)
{
	return i % 3;
}

static uint64_t
organ_pipe(uint32_t i)
{
	return i < N / 2 ? i : N - i;
}

int
main(void)
{
	struct spool s;
	struct flow_error err;

	check_sort(mixed);
	check_sort(ascending);
	check_sort(descending);
	check_sort(equal);
	check_sort(few);
	check_sort(organ_pipe);
	is_int(spool_alloc(&s, NULL, 1 << 20, &err), FLOW_OK);
	ok(!s.mapped);
	spool_free(&s);
	is_int(spool_alloc(&s, "/tmp", 100, &err), FLOW_OK);
	ok(!s.mapped);
	spool_free(&s);
	is_int(spool_alloc(&s, "/nonexistent", 1 << 20, &err), FLOW_EIO);
	ok(strstr(err.message, "/nonexistent") != NULL);
	return tap_done();
}
