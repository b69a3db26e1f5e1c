/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sort64.h"

#include <stdlib.h>

/* So few are sorted by insertion. */
#define FEW 24

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
insert_all(uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t x = v[i];
		size_t at = i;

		for (; at > 0 && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

static void
exchange(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

/*
 * Partitions v (n >= 3) by the median of three: none of v[0 .. cut-1] is greater than any of v[cut .. n-1],
 * and neither part is empty.
 */
static size_t
part(uint64_t *v, size_t n)
{
	size_t i = 0, j = n - 1;
	uint64_t pivot;

	if (v[n / 2] < v[0])
		exchange(&v[n / 2], &v[0]);
	if (v[n - 1] < v[0])
		exchange(&v[n - 1], &v[0]);
	if (v[n - 1] < v[n / 2])
		exchange(&v[n - 1], &v[n / 2]);
	pivot = v[n / 2];
	for (;;) {
		while (v[i] < pivot)
			i++;
		while (v[j] > pivot)
			j--;
		if (i >= j)
			return i > 0 ? i : 1;
		exchange(&v[i++], &v[j--]);
	}
}

/* How many bad partitions are allowed before qsort takes over. */
static unsigned
depth_of(size_t n)
{
	unsigned depth = 8;

	for (; n > 1; n /= 2)
		depth += 2;
	return depth;
}

static void
sort_within(uint64_t *v, size_t n, unsigned depth)
{
	while (n > FEW) {
		size_t cut;

		if (depth-- == 0) {
			qsort(v, n, sizeof(*v), compare);
			return;
		}
		cut = part(v, n);
		/* The smaller part first, so that calls do not nest deeply. */
		if (cut < n - cut) {
			sort_within(v, cut, depth);
			v += cut;
			n -= cut;
		} else {
			sort_within(v + cut, n - cut, depth);
			n = cut;
		}
	}
	insert_all(v, n);
}

void
sort64(uint64_t *v, size_t n)
{
	sort_within(v, n, depth_of(n));
}

uint64_t
select64(uint64_t *v, size_t n, size_t k)
{
	for (unsigned depth = depth_of(n); n > FEW; depth--) {
		size_t cut;

		if (depth == 0) {
			qsort(v, n, sizeof(*v), compare);
			return v[k];
		}
		cut = part(v, n);
		if (k < cut) {
			n = cut;
		} else {
			v += cut;
			n -= cut;
			k -= cut;
		}
	}
	insert_all(v, n);
	return v[k];
}
