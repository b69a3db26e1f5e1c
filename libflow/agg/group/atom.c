/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/atom.h"

#include <stdlib.h>
#include <string.h>

#include "agg/group/huge_pages.h"
#include "base/hash.h"

#define MIN_BUCKETS 128
#define MIN_VALUES 1024
/* Values looked up together, to overlap their cache misses. */
#define STRIDE 64

static size_t
table_bytes(const struct atom_table *t)
{
	return t->bucket != NULL ? ((size_t)t->mask + 1) * sizeof(*t->bucket) : 0;
}

void
atoms_init(struct atoms *set)
{
	memset(set, 0, sizeof(*set));
}

void
atoms_release(struct atoms *set)
{
	pages_free(set->value, set->cap * sizeof(*set->value));
	pages_free(set->hash, set->cap * sizeof(*set->hash));
	pages_free(set->v4.bucket, table_bytes(&set->v4));
	pages_free(set->rest.bucket, table_bytes(&set->rest));
	intern_free(set->text);
	atoms_init(set);
}

size_t
atoms_bytes(const struct atoms *set)
{
	return set->cap * (sizeof(struct addr) + sizeof(uint32_t)) + table_bytes(&set->v4) +
	    table_bytes(&set->rest) + (set->text != NULL ? intern_bytes(set->text) : 0);
}

static uint32_t
value_hash(const struct addr *v)
{
	return (uint32_t)(hash_mix128(addr_hi(v), addr_lo(v)) >> 32);
}

static uint32_t
v4_hash(uint32_t v4)
{
	return (uint32_t)(hash_mix64(v4) >> 32);
}

/* Makes room for `more` entries; a tag is the hash or, if v4, the address to hash again. */
static enum flow_status
table_grow(struct atom_table *t, size_t more, bool v4)
{
	size_t have = t->bucket != NULL ? (size_t)t->mask + 1 : 0, n = have > 0 ? have : MIN_BUCKETS;
	struct bucket *bucket;

	while (n * BUCKET_LOAD < t->used + more)
		n *= 2;
	if (n == have)
		return FLOW_OK;
	if (n > (size_t)UINT32_MAX + 1)
		return FLOW_ELIMIT;
	bucket = pages_alloc(n * sizeof(*bucket));
	if (bucket == NULL)
		return FLOW_ENOMEM;
	for (size_t k = 0; k < have; k++) {
		const struct bucket *old = &t->bucket[k];

		for (unsigned e = 0; e < BUCKET_PLACES && old->at[e] != 0; e++)
			bucket_place(bucket, n - 1, v4 ? v4_hash(old->tag[e]) : old->tag[e], old->tag[e],
			    old->at[e]);
	}
	pages_free(t->bucket, table_bytes(t));
	t->bucket = bucket;
	t->mask = (uint32_t)(n - 1);
	return FLOW_OK;
}

static enum flow_status
grow_values(struct atoms *set, size_t want)
{
	size_t cap = set->cap > 0 ? set->cap : MIN_VALUES;
	struct addr *value;
	uint32_t *hash;

	if (want > ATOMS_MAX)
		return FLOW_ELIMIT;
	if (want < set->cap)
		return FLOW_OK;
	while (cap <= want)
		cap *= 2;
	if (cap > ATOMS_MAX)
		cap = (size_t)ATOMS_MAX + 1;
	value = pages_grow(set->value, set->cap * sizeof(*value), cap * sizeof(*value));
	if (value == NULL)
		return FLOW_ENOMEM;
	set->value = value;
	hash = pages_grow(set->hash, set->cap * sizeof(*hash), cap * sizeof(*hash));
	if (hash == NULL)
		return FLOW_ENOMEM;
	set->hash = hash;
	set->cap = (uint32_t)cap;
	return FLOW_OK;
}

static enum flow_status
make_room(struct atoms *set, size_t n)
{
	enum flow_status st = grow_values(set, (size_t)set->count + n);

	if (st == FLOW_OK)
		st = table_grow(&set->v4, n, true);
	return st == FLOW_OK ? table_grow(&set->rest, n, false) : st;
}

enum flow_status
atoms_expect(struct atoms *set, size_t count)
{
	return count > set->count ? make_room(set, count - set->count) : FLOW_OK;
}

/* Adds a value under a new id; there must be room. */
static uint32_t
add(struct atoms *set, struct atom_table *t, struct bucket *b, uint32_t tag, const struct addr *v,
    uint32_t hash)
{
	set->count++;
	t->used++;
	set->value[set->count] = *v;
	set->hash[set->count] = hash;
	bucket_put(b, tag, set->count);
	return set->count;
}

/* The id of an address; 0: it has none, and *room is the bucket to put it into. */
static inline uint32_t
seek_v4(const struct atom_table *t, uint32_t v4, uint32_t hash, struct bucket **room)
{
	for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		uint32_t id = bucket_first(&t->bucket[i], v4);

		if (id != 0)
			return id;
		*room = &t->bucket[i];
		if (!bucket_full(*room))
			return 0;
	}
}

static inline uint32_t
seek_rest(const struct atoms *set, const struct addr *v, uint32_t hash, struct bucket **room)
{
	const struct atom_table *t = &set->rest;

	for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		struct bucket *b = &t->bucket[i];

		for (unsigned match = bucket_match(b, hash); match != 0; match &= match - 1) {
			uint32_t id = b->at[__builtin_ctz(match)];

			if (id != 0 && addr_equal(&set->value[id], v))
				return id;
		}
		*room = b;
		if (!bucket_full(b))
			return 0;
	}
}

static uint32_t
find_v4(struct atoms *set, const struct addr *v, uint32_t hash)
{
	struct bucket *room;
	uint32_t id = seek_v4(&set->v4, addr_v4(v), hash, &room);

	return id != 0 ? id : add(set, &set->v4, room, addr_v4(v), v, hash);
}

static uint32_t
find_rest(struct atoms *set, const struct addr *v, uint32_t hash)
{
	struct bucket *room;
	uint32_t id = seek_rest(set, v, hash, &room);

	return id != 0 ? id : add(set, &set->rest, room, hash, v, hash);
}

/* The hash of a value; prefetches its bucket. */
static inline uint32_t
hash_ahead(const struct atoms *set, const struct addr *v)
{
	uint32_t hash;

	if (addr_is_v4(v)) {
		hash = v4_hash(addr_v4(v));
		__builtin_prefetch(&set->v4.bucket[hash & set->v4.mask]);
	} else {
		hash = value_hash(v);
		__builtin_prefetch(&set->rest.bucket[hash & set->rest.mask]);
	}
	return hash;
}

static void
add_stride(struct atoms *set, const struct addr *value, size_t n, atom_ref *out)
{
	uint32_t hash[STRIDE];

	for (size_t i = 0; i < n; i++)
		hash[i] = hash_ahead(set, &value[i]);
	for (size_t i = 0; i < n; i++) {
		uint32_t id = addr_is_v4(&value[i]) ? find_v4(set, &value[i], hash[i]) :
		    find_rest(set, &value[i], hash[i]);

		out[i] = (atom_ref)hash[i] << 32 | id;
	}
}

static void
look_up_stride(const struct atoms *set, const struct addr *value, size_t n, uint32_t *id)
{
	uint32_t hash[STRIDE];
	struct bucket *room;

	for (size_t i = 0; i < n; i++)
		hash[i] = hash_ahead(set, &value[i]);
	for (size_t i = 0; i < n; i++)
		id[i] = addr_is_v4(&value[i]) ? seek_v4(&set->v4, addr_v4(&value[i]), hash[i], &room) :
		    seek_rest(set, &value[i], hash[i], &room);
}

atom_ref
atoms_hash(const struct addr *value)
{
	return (atom_ref)(addr_is_v4(value) ? v4_hash(addr_v4(value)) : value_hash(value)) << 32;
}

void
atoms_look_up(const struct atoms *set, const struct addr *value, size_t n, uint32_t *id)
{
	if (set->v4.bucket == NULL) {
		memset(id, 0, n * sizeof(*id));
		return;
	}
	for (size_t i = 0; i < n; i += STRIDE)
		look_up_stride(set, value + i, n - i < STRIDE ? n - i : STRIDE, id + i);
}

enum flow_status
atoms_add(struct atoms *set, const struct addr *value, size_t n, atom_ref *out)
{
	enum flow_status st;

	for (size_t i = 0; i < n; i += STRIDE) {
		size_t part = n - i < STRIDE ? n - i : STRIDE;

		st = make_room(set, part);
		if (st != FLOW_OK)
			return st;
		add_stride(set, value + i, part, out + i);
	}
	return FLOW_OK;
}

enum flow_status
atoms_append(struct atoms *set, const struct atoms *from, uint32_t *id)
{
	enum flow_status st;
	size_t missing = 0;

	for (uint32_t i = 1; i <= from->count; i++)
		missing += id[i] == 0;
	st = grow_values(set, set->count + missing);
	for (uint32_t i = 1; i <= from->count && st == FLOW_OK; i++) {
		if (id[i] != 0)
			continue;
		id[i] = ++set->count;
		set->value[id[i]] = from->value[i];
		set->hash[id[i]] = from->hash[i];
	}
	return st;
}

atom_ref
atoms_hash_text(struct flow_text text)
{
	return hash_xxh64(text.p, text.len, 0) >> 32 << 32;
}

/* A text's value is its 64-bit hash and its code in the intern table. */
enum flow_status
atoms_add_text(struct atoms *set, struct flow_text text, atom_ref *out)
{
	enum flow_status st;
	struct addr v;
	uint32_t code;

	if (set->text == NULL) {
		set->text = intern_new();
		if (set->text == NULL)
			return FLOW_ENOMEM;
	}
	st = make_room(set, 1);
	if (st == FLOW_OK)
		st = intern_code(set->text, text.p, text.len, &code);
	if (st != FLOW_OK)
		return st;
	store_be64(v.b, hash_xxh64(text.p, text.len, 0));
	store_be64(v.b + 8, code);
	/* Codes differ between workers, so the reference has the text's own hash. */
	*out = load_be64(v.b) >> 32 << 32;
	*out |= find_rest(set, &v, (uint32_t)(*out >> 32));
	return FLOW_OK;
}

struct flow_text
atoms_text(const struct atoms *set, uint32_t id)
{
	return intern_dict(set->text)->text[load_be64(set->value[id].b + 8)];
}
