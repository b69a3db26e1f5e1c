/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/atom.h"

#include <stdlib.h>
#include <string.h>

#include "agg/pages.h"
#include "base/hash.h"

#define MIN_SLOTS 1024
/* Values looked up together, so that their cache misses overlap. */
#define STRIDE 64

void
atoms_init(struct atoms *set)
{
	memset(set, 0, sizeof(*set));
}

void
atoms_release(struct atoms *set)
{
	free(set->value);
	free(set->hash);
	free(set->slot);
	intern_free(set->text);
	atoms_init(set);
}

size_t
atoms_bytes(const struct atoms *set)
{
	size_t slots = set->slot != NULL ? (size_t)set->mask + 1 : 0;

	return set->cap * (sizeof(struct addr) + sizeof(uint32_t)) +
	    slots * sizeof(struct atom_slot) + (set->text != NULL ? intern_bytes(set->text) : 0);
}

static uint32_t
value_hash(const struct addr *v)
{
	return (uint32_t)(hash_mix128(addr_hi(v), addr_lo(v)) >> 32);
}

static enum flow_status
grow_slots(struct atoms *set, size_t want)
{
	struct atom_slot *slot;
	size_t n = set->slot != NULL ? (size_t)set->mask + 1 : MIN_SLOTS;

	while (n < 2 * want)
		n *= 2;
	if (set->slot != NULL && n == (size_t)set->mask + 1)
		return FLOW_OK;
	slot = pages_zeroed(n * sizeof(*slot));
	if (slot == NULL)
		return FLOW_ENOMEM;
	for (uint32_t id = 1; id <= set->count; id++) {
		size_t i = set->hash[id] & (n - 1);

		while (slot[i].id != 0)
			i = (i + 1) & (n - 1);
		slot[i] = (struct atom_slot){ set->hash[id], id };
	}
	free(set->slot);
	set->slot = slot;
	set->mask = (uint32_t)(n - 1);
	return FLOW_OK;
}

static enum flow_status
grow_values(struct atoms *set, size_t want)
{
	size_t cap = set->cap > 0 ? set->cap : MIN_SLOTS;
	size_t used = set->cap > 0 ? (size_t)set->count + 1 : 0;
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
	value = pages_grow(set->value, used * sizeof(*value), cap * sizeof(*value));
	if (value == NULL)
		return FLOW_ENOMEM;
	set->value = value;
	hash = pages_grow(set->hash, used * sizeof(*hash), cap * sizeof(*hash));
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

	return st == FLOW_OK ? grow_slots(set, (size_t)set->count + n) : st;
}

/* Room is there. */
static uint32_t
find_or_add(struct atoms *set, const struct addr *v, uint32_t hash)
{
	size_t i = hash & set->mask;

	for (; set->slot[i].id != 0; i = (i + 1) & set->mask)
		if (set->slot[i].hash == hash && addr_equal(&set->value[set->slot[i].id], v))
			return set->slot[i].id;
	set->count++;
	set->value[set->count] = *v;
	set->hash[set->count] = hash;
	set->slot[i] = (struct atom_slot){ hash, set->count };
	return set->count;
}

static void
add_stride(struct atoms *set, const struct addr *value, size_t n, atom_ref *out)
{
	uint32_t hash[STRIDE];

	for (size_t i = 0; i < n; i++) {
		hash[i] = value_hash(&value[i]);
		__builtin_prefetch(&set->slot[hash[i] & set->mask]);
	}
	for (size_t i = 0; i < n; i++) {
		const struct atom_slot *s = &set->slot[hash[i] & set->mask];

		if (s->id != 0)
			__builtin_prefetch(&set->value[s->id]);
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (atom_ref)hash[i] << 32 | find_or_add(set, &value[i], hash[i]);
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

/* A text's value: its hash and its code, of which each alone tells it from the others. */
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
	/* The code depends on the worker: only the text's own hash may count. */
	*out = load_be64(v.b) >> 32 << 32;
	*out |= find_or_add(set, &v, (uint32_t)(*out >> 32));
	return FLOW_OK;
}

struct flow_text
atoms_text(const struct atoms *set, uint32_t id)
{
	return intern_dict(set->text)->text[load_be64(set->value[id].b + 8)];
}

enum flow_status
atoms_merge(struct atoms *set, const struct atoms *from, bool texts, atom_ref *out)
{
	enum flow_status st;

	out[0] = 0;
	if (from->count == 0)
		return FLOW_OK;
	if (!texts)
		return atoms_add(set, from->value + 1, from->count, out + 1);
	for (uint32_t id = 1; id <= from->count; id++) {
		st = atoms_add_text(set, atoms_text(from, id), &out[id]);
		if (st != FLOW_OK)
			return st;
	}
	return FLOW_OK;
}
