/* SPDX-License-Identifier: BSD-2-Clause */
/* Places of buckets: which tags they have, in what order they fill, and where the rest goes. */
#include "agg/group/bucket.h"

#include <string.h>

#include "agg/group/huge_pages.h"
#include "tap.h"

#define BUCKETS 4

static void
test_match(struct bucket *b)
{
	const uint32_t tags[BUCKET_PLACES] = { 7, 0, 9, 7, UINT32_MAX, 1U << 31, 9, 8 };

	is_uint(bucket_first(b, 7), 0);
	is_uint(bucket_first(b, 0), 0);
	for (uint32_t i = 0; i < BUCKET_PLACES; i++) {
		ok(!bucket_full(b));
		bucket_put(b, tags[i], 100 + i);
	}
	ok(bucket_full(b));
	is_uint(bucket_match(b, 7), 1U << 0 | 1U << 3);
	is_uint(bucket_match(b, 0), 1U << 1);
	is_uint(bucket_match(b, 9), 1U << 2 | 1U << 6);
	is_uint(bucket_match(b, UINT32_MAX), 1U << 4);
	is_uint(bucket_match(b, 1U << 31), 1U << 5);
	is_uint(bucket_match(b, 8), 1U << 7);
	is_uint(bucket_match(b, 10), 0);
	is_uint(bucket_first(b, 9), 102);
	is_uint(bucket_first(b, 10), 0);
}

/* A tag of 0 is not taken for a free place's. */
static void
test_zero(struct bucket *b)
{
	bucket_put(b, 5, 1);
	is_uint(bucket_first(b, 0), 0);
	bucket_put(b, 0, 2);
	bucket_put(b, 6, 3);
	is_uint(bucket_first(b, 0), 2);
}

static void
test_place(struct bucket *table)
{
	/* The last bucket is the home of ten: two go to the first one. */
	for (uint32_t i = 0; i < BUCKET_PLACES + 2; i++)
		bucket_place(table, BUCKETS - 1, 4 * 9 + 3, i, 1 + i);
	ok(bucket_full(&table[3]));
	is_uint(bucket_first(&table[3], 7), 8);
	is_uint(bucket_first(&table[3], 8), 0);
	is_uint(bucket_first(&table[0], 8), 9);
	is_uint(bucket_first(&table[0], 9), 10);
	ok(!bucket_full(&table[0]));
	is_uint(table[1].at[0], 0);
}

int
main(void)
{
	struct bucket *table = pages_alloc(BUCKETS * sizeof(*table));

	if (table == NULL)
		return 1;
	test_match(&table[0]);
	test_zero(&table[1]);
	memset(table, 0, BUCKETS * sizeof(*table));
	test_place(table);
	pages_free(table, BUCKETS * sizeof(*table));
	return tap_done();
}
