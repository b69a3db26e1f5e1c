/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/text_cache.h"

#include <stdlib.h>

#include "agg/pages.h"
#include "base/hash.h"

#define MIN_ENTRIES 1024
/* More would cost more memory than time is saved. */
#define MAX_ENTRIES ((size_t)1 << 22)

void
text_cache_release(struct text_cache *cache)
{
	free(cache->entry);
	*cache = (struct text_cache){ .entry = NULL };
}

size_t
text_cache_bytes(const struct text_cache *cache)
{
	return cache->entry != NULL ? (cache->mask + 1) * sizeof(*cache->entry) : 0;
}

static size_t
start(const struct text_cache *cache, uint64_t lo, uint64_t hi)
{
	return (size_t)((lo ^ (hi * UINT64_C(0xd6e8feb86659fd93) >> 7)) *
	    UINT64_C(0x9e3779b97f4a7c15) >> 24) & cache->mask;
}

void
text_cache_prefetch(const struct text_cache *cache, uint64_t lo, uint64_t hi)
{
	if (cache->entry != NULL)
		__builtin_prefetch(&cache->entry[start(cache, lo, hi)]);
}

struct text_entry *
text_cache_find(const struct text_cache *cache, uint64_t lo, uint64_t hi)
{
	if (cache->entry == NULL)
		return NULL;
	for (size_t i = start(cache, lo, hi);; i = (i + 1) & cache->mask) {
		struct text_entry *e = &cache->entry[i];

		if (e->hi == 0 || (e->lo == lo && e->hi == hi))
			return e;
	}
}

static bool
grow(struct text_cache *cache)
{
	size_t n = cache->entry != NULL ? 2 * (cache->mask + 1) : MIN_ENTRIES;
	struct text_cache larger = { NULL, n - 1, cache->count };

	if (n > MAX_ENTRIES)
		return false;
	larger.entry = pages_zeroed(n * sizeof(*larger.entry));
	if (larger.entry == NULL)
		return false;
	for (size_t i = 0; cache->entry != NULL && i <= cache->mask; i++) {
		const struct text_entry *e = &cache->entry[i];

		if (e->hi != 0)
			*text_cache_find(&larger, e->lo, e->hi) = *e;
	}
	free(cache->entry);
	*cache = larger;
	return true;
}

void
text_cache_add(struct text_cache *cache, uint64_t lo, uint64_t hi, atom_ref ref)
{
	if ((cache->entry == NULL || cache->count >= cache->mask / 2) && !grow(cache))
		return;
	*text_cache_find(cache, lo, hi) = (struct text_entry){ lo, hi, ref };
	cache->count++;
}
