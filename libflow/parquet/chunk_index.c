/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/attr.h"
#include "parquet/chunk_inner.h"

/*
 * Whether all indexes are below count (at most 2^31): their differences to it are then negative.  AND and OR are
 * vector instructions on all machines; an unsigned maximum is not.
 */
static bool
all_below(const uint32_t *v, size_t n, uint32_t count)
{
	uint32_t any = 0, negative = UINT32_MAX;
	size_t i;

	for (i = 0; i < n; i++) {
		any |= v[i];
		negative &= v[i] - count;
	}
	return any >> 31 == 0 && negative >> 31 == 1;
}

bool
chunk_read_indexes(struct pq_chunk_reader *r, size_t n, uint32_t *out)
{
	if (!rle_decode(&r->indexes, n, out))
		return false;
	return all_below(out, n, r->dictionary_count);
}
