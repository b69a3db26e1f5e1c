/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BLOCK_BYTES 65536
#define MIN_SLOTS 64

/* Texts live in blocks that never move, so that struct flow_text may point at them. */
struct block {
	struct block *next;
	size_t used, cap;
	char bytes[];
};

struct intern {
	struct flow_dict dict;
	struct flow_text *text;
	uint64_t *hash;
	size_t cap;		/* of text and hash */
	uint32_t *slot;		/* code + 1, 0 = empty; open addressing */
	size_t slots;		/* a power of two, at least twice the texts */
	struct block *block;
	size_t bytes;
	uint32_t shown;		/* texts when dict was last handed out */
};

struct intern *
intern_new(void)
{
	struct intern *in = calloc(1, sizeof(*in));

	if (in != NULL)
		in->dict.serial = flow_dict_serial();
	return in;
}

static void
free_blocks(struct intern *in)
{
	while (in->block != NULL) {
		struct block *next = in->block->next;

		in->bytes -= in->block->cap;
		free(in->block);
		in->block = next;
	}
}

void
intern_free(struct intern *in)
{
	if (in == NULL)
		return;
	free_blocks(in);
	free(in->text);
	free(in->hash);
	free(in->slot);
	free(in);
}

void
intern_clear(struct intern *in)
{
	free_blocks(in);
	if (in->slot != NULL)
		memset(in->slot, 0, in->slots * sizeof(*in->slot));
	in->dict.count = 0;
	in->shown = 0;
	in->dict.serial = flow_dict_serial();
}

static bool
grow_texts(struct intern *in)
{
	size_t cap = in->cap == 0 ? MIN_SLOTS : in->cap * 2;
	struct flow_text *text = realloc(in->text, cap * sizeof(*text));
	uint64_t *hash;

	if (text == NULL)
		return false;
	in->text = text;
	in->dict.text = text;
	hash = realloc(in->hash, cap * sizeof(*hash));
	if (hash == NULL)
		return false;
	in->hash = hash;
	in->bytes += (cap - in->cap) * (sizeof(*text) + sizeof(*hash));
	in->cap = cap;
	return true;
}

static bool
grow_slots(struct intern *in)
{
	size_t slots = in->slots == 0 ? MIN_SLOTS : in->slots * 2;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	uint32_t code;

	if (slot == NULL)
		return false;
	for (code = 0; code < in->dict.count; code++) {
		size_t at = in->hash[code] & (slots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (slots - 1);
		slot[at] = code + 1;
	}
	in->bytes += (slots - in->slots) * sizeof(*slot);
	free(in->slot);
	in->slot = slot;
	in->slots = slots;
	return true;
}

static char *
copy_text(struct intern *in, const char *text, size_t len)
{
	struct block *b = in->block;
	char *copy;

	if (b == NULL || b->cap - b->used < len) {
		size_t cap = len > BLOCK_BYTES ? len : BLOCK_BYTES;

		b = malloc(sizeof(*b) + cap);
		if (b == NULL)
			return NULL;
		*b = (struct block){ in->block, 0, cap };
		in->block = b;
		in->bytes += cap;
	}
	copy = b->bytes + b->used;
	memcpy(copy, text, len);
	b->used += len;
	return copy;
}

static enum flow_status
add(struct intern *in, const char *text, size_t len, uint64_t hash, size_t at, uint32_t *code)
{
	char *copy;

	if (in->dict.count == UINT32_MAX - 1 || len > UINT32_MAX)
		return FLOW_ELIMIT;
	if (in->dict.count == in->cap && !grow_texts(in))
		return FLOW_ENOMEM;
	copy = copy_text(in, text, len);
	if (copy == NULL)
		return FLOW_ENOMEM;
	*code = in->dict.count++;
	in->text[*code] = (struct flow_text){ copy, (uint32_t)len };
	in->hash[*code] = hash;
	in->slot[at] = *code + 1;
	return FLOW_OK;
}

/* The slot of a text, or the free one where it belongs; one is always free. */
static size_t
find_slot(const struct intern *in, const char *text, size_t len, uint64_t hash)
{
	size_t at = hash & (in->slots - 1);

	for (; in->slot[at] != 0; at = (at + 1) & (in->slots - 1)) {
		uint32_t c = in->slot[at] - 1;

		if (in->hash[c] == hash && in->text[c].len == len &&
		    memcmp(in->text[c].p, text, len) == 0)
			break;
	}
	return at;
}

enum flow_status
intern_code(struct intern *in, const char *text, size_t len, uint32_t *code)
{
	uint64_t hash = hash_xxh64(text, len, 0);
	size_t at;

	if ((size_t)in->dict.count * 2 >= in->slots && !grow_slots(in))
		return FLOW_ENOMEM;
	at = find_slot(in, text, len, hash);
	if (in->slot[at] == 0)
		return add(in, text, len, hash, at, code);
	*code = in->slot[at] - 1;
	return FLOW_OK;
}

bool
intern_has(const struct intern *in, const char *text, size_t len)
{
	return in->slots > 0 && in->slot[find_slot(in, text, len, hash_xxh64(text, len, 0))] != 0;
}

const struct flow_dict *
intern_dict(struct intern *in)
{
	if (in->shown != in->dict.count) {
		in->shown = in->dict.count;
		in->dict.serial = flow_dict_serial();
	}
	return &in->dict;
}

size_t
intern_bytes(const struct intern *in)
{
	return sizeof(*in) + in->bytes;
}
