/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/source/learned.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define MIN_SLOTS 16

void
known_free(struct known *k)
{
	size_t i;

	for (i = 0; i < k->slots; i++)
		free(k->slot[i].text);
	free(k->slot);
	*k = (struct known){ NULL, 0, 0 };
}

/* The key's slot, or the empty slot where it belongs. */
static size_t
place(const struct known_entry *slot, size_t slots, uint64_t key)
{
	size_t at = hash_mix64(key) & (slots - 1);

	while (slot[at].key != 0 && slot[at].key != key)
		at = (at + 1) & (slots - 1);
	return at;
}

static uint64_t
full_key(enum known_kind kind, uint64_t key)
{
	return (uint64_t)kind << 56 | (key & KNOWN_KEY_MAX);
}

struct known_entry *
known_find(const struct known *k, enum known_kind kind, uint64_t key)
{
	struct known_entry *e;

	if (k->used == 0)
		return NULL;
	e = &k->slot[place(k->slot, k->slots, full_key(kind, key))];
	return e->key != 0 ? e : NULL;
}

static bool
grow(struct known *k)
{
	size_t slots = k->slots == 0 ? MIN_SLOTS : k->slots * 2, i;
	struct known_entry *slot = calloc(slots, sizeof(*slot));

	if (slot == NULL)
		return false;
	for (i = 0; i < k->slots; i++)
		if (k->slot[i].key != 0)
			slot[place(slot, slots, k->slot[i].key)] = k->slot[i];
	free(k->slot);
	k->slot = slot;
	k->slots = slots;
	return true;
}

static bool
set_text(struct known_entry *e, const char *text, size_t len)
{
	char *copy;

	if (len > KNOWN_TEXT_MAX)
		len = KNOWN_TEXT_MAX;
	if (len == e->len && (len == 0 || memcmp(e->text, text, len) == 0))
		return true;
	copy = malloc(len > 0 ? len : 1);
	if (copy == NULL)
		return false;
	if (len > 0)
		memcpy(copy, text, len);
	free(e->text);
	e->text = copy;
	e->len = (uint32_t)len;
	return true;
}

enum flow_status
known_begin(struct known *k, size_t slots)
{
	if (slots < MIN_SLOTS)
		slots = MIN_SLOTS;
	k->slot = calloc(slots, sizeof(*k->slot));
	if (k->slot == NULL)
		return FLOW_ENOMEM;
	k->slots = slots;
	return FLOW_OK;
}

enum flow_status
known_put(struct known *k, enum known_kind kind, uint64_t key, uint64_t number, uint32_t owner,
    const char *text, size_t len, size_t limit, bool *added)
{
	struct known_entry *e = known_find(k, kind, key);

	*added = false;
	if (e == NULL) {
		if (k->used >= limit)
			return FLOW_ELIMIT;
		if (k->used * 2 >= k->slots && !grow(k))
			return FLOW_ENOMEM;
		e = &k->slot[place(k->slot, k->slots, full_key(kind, key))];
		e->key = full_key(kind, key);
		k->used++;
		*added = true;
	}
	e->number = number;
	e->owner = owner;
	return set_text(e, text, len) ? FLOW_OK : FLOW_ENOMEM;
}
