/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Short texts (IPv4 addresses, above all) that were looked up before, with the atom
 * they are: row groups repeat each other's dictionaries, and a text met again
 * need not be parsed again.  One cache line a look-up.
 */

#include "agg/atom.h"

/* Longest text that is remembered. */
#define TEXT_CACHE_LEN 15

struct text_entry {
	_Alignas(32) uint64_t lo, hi;	/* the text and, in the last byte, its length; 0: free */
	atom_ref ref;
};

struct text_cache {
	struct text_entry *entry;
	size_t mask;
	size_t count;
};

void text_cache_release(struct text_cache *cache);
size_t text_cache_bytes(const struct text_cache *cache);

/* The key of a text of 1 .. TEXT_CACHE_LEN bytes. */
static inline void
text_cache_key(const char *text, size_t len, uint64_t *lo, uint64_t *hi)
{
	uint8_t part[8] = { 0 };

	*hi = (uint64_t)len << 56;
	if (len > 8) {
		*lo = load_le64(text);
		*hi |= load_le64(text + len - 8) >> (8 * (16 - len));
	} else {
		memcpy(part, text, len);
		*lo = load_le64(part);
	}
}

/* Where the key is or would be put; NULL where the cache is empty. */
struct text_entry *text_cache_find(const struct text_cache *cache, uint64_t lo, uint64_t hi);

/* Asks for the memory that text_cache_find will look at. */
void text_cache_prefetch(const struct text_cache *cache, uint64_t lo, uint64_t hi);

/* Remembers a text that is not there; forgetting it instead is no error. */
void text_cache_add(struct text_cache *cache, uint64_t lo, uint64_t hi, atom_ref ref);
