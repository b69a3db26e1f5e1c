/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is printed of a dictionary's entries, prepared once per entry when a
 * row first needs it.  A slot is `stride` bytes, 16 or 48, chosen so that most
 * texts fit into it and cost one cache line:
 *
 *	[ text ................ | tag ]   tag: 0 empty, 255 in the arena, else length + 1
 *	[ offset 8 | len 4 | .. | 255 ]   in the arena, which may move as it grows
 */
#include <stdlib.h>
#include <string.h>

#include "net/resolve.h"
#include "output/cell_column.h"
#include "output/escape.h"

#define SLOT_SMALL 16
#define SLOT_LARGE 48
#define TAG_ARENA 255

/* Entries that are sampled to choose the stride. */
#define SAMPLE 64

/* Beyond this many entries per printed row, clearing a table of slots does not pay. */
#define SPARSE 64

/* The text that is printed for an entry; mostly itself. */
static inline struct flow_text
entry(const struct column *c, const struct flow_dict *dict, uint32_t code, char *room)
{
	return c->made == MADE_NOT ? dict->text[code] : column_made_text(c, &dict->text[code], room);
}

static uint32_t
choose_stride(const struct column *c, const struct flow_dict *dict)
{
	if (c->width >= SLOT_SMALL || c->made > MADE_PLACE ||
	    (c->made == MADE_PLACE && c->word != FLOW_GEO_COUNTRY))
		return SLOT_LARGE;
	/* Samples all over the dictionary, because it may be sorted. */
	for (uint64_t i = 0; i < SAMPLE && dict->count > 0; i++)
		if (dict->text[i * dict->count / SAMPLE].len >= SLOT_SMALL)
			return SLOT_LARGE;
	return SLOT_SMALL;
}

static bool
cache_begin(const struct column *c, struct text_cache *t, const struct flow_dict *dict)
{
	uint32_t stride = choose_stride(c, dict);
	size_t bytes = (size_t)dict->count * stride;

	if (bytes > t->slots_cap) {
		free(t->slots);
		t->slots_cap = 0;
		t->serial = 0;
		t->slots = malloc(bytes);
		if (t->slots == NULL)
			return false;
		t->slots_cap = bytes;
	}
	memset(t->slots, 0, bytes);
	buf_clear(&t->arena);
	t->stride = stride;
	t->serial = dict->serial;
	return true;
}

/* Appends the printed form to the arena, padded so that steps of 16 bytes may be read. */
static bool
arena_add(const struct column *c, struct text_cache *t, const struct flow_text *text,
    uint64_t *offset, uint32_t *len)
{
	size_t room = escape_room(text->len) + CELL_INLINE_MAX + 16, n;

	if (!buf_reserve(&t->arena, room))
		return false;
	if (c->as_it_is && escape_needless(text->p, text->len)) {
		n = text->len;
		memcpy(buf_end(&t->arena), text->p, n);
	} else {
		n = c->text(c, text, (char *)buf_end(&t->arena));
	}
	memset(buf_end(&t->arena) + n, 0, 16);
	*offset = t->arena.len;
	*len = (uint32_t)n;
	t->arena.len += n + 16;
	return true;
}

static bool
slot_fill(const struct column *c, struct text_cache *t, const struct flow_text *text, uint8_t *slot)
{
	size_t start = t->arena.len;
	uint64_t offset;
	uint32_t len;

	if (c->as_it_is && text->len < t->stride && escape_needless(text->p, text->len)) {
		memcpy(slot, text->p, text->len);
		slot[t->stride - 1] = (uint8_t)(text->len + 1);
		return true;
	}
	if (!arena_add(c, t, text, &offset, &len))
		return false;
	if (len < t->stride) {
		memcpy(slot, t->arena.data + offset, len);
		slot[t->stride - 1] = (uint8_t)(len + 1);
		t->arena.len = start;
	} else {
		memcpy(slot, &offset, sizeof(offset));
		memcpy(slot + sizeof(offset), &len, sizeof(len));
		slot[t->stride - 1] = TAG_ARENA;
	}
	return true;
}

/* For few rows of a large dictionary: formats each one, without a table. */
static bool
sparse_cells(const struct column *c, struct column_state *s, const struct chunk *chunk,
    const struct flow_column *in)
{
	struct text_cache *t = &s->cache;
	uint64_t offset[OUTPUT_CHUNK];
	char room[MADE_BYTES_MAX];

	t->serial = 0;
	buf_clear(&t->arena);
	for (size_t i = 0; i < chunk->n; i++) {
		const struct flow_text text = entry(c, in->dict, in->codes[chunk->row[i]], room);

		if (!arena_add(c, t, &text, &offset[i], &s->cells.len[i]))
			return false;
	}
	/* Pointers are taken last, because the arena moves as it grows. */
	for (size_t i = 0; i < chunk->n; i++)
		s->cells.ref[i] = (const char *)t->arena.data + offset[i];
	return true;
}

/* Whether most rows of the batch are printed: then most entries will be needed. */
static bool
cache_fill(const struct column *c, struct text_cache *t, const struct chunk *chunk,
    const struct flow_dict *dict)
{
	char room[MADE_BYTES_MAX];

	t->complete = chunk->call_rows >= chunk->batch->rows / 2 && c->resolver == NULL;
	for (uint32_t i = 0; i < dict->count && t->complete; i++) {
		const struct flow_text text = entry(c, dict, i, room);

		if (!slot_fill(c, t, &text, t->slots + (size_t)i * t->stride))
			return false;
	}
	return true;
}

/* Fills the slots that the chunk's rows need. */
static bool
cache_need(const struct column *c, struct text_cache *t, const struct chunk *chunk,
    const struct flow_column *in)
{
	for (size_t i = 0; i < chunk->n; i++) {
		uint32_t code = in->codes[chunk->row[i]];
		uint8_t *slot = t->slots + (size_t)code * t->stride;
		char room[MADE_BYTES_MAX];
		struct flow_text text;

		if (slot[t->stride - 1] != 0)
			continue;
		text = entry(c, in->dict, code, room);
		if (!slot_fill(c, t, &text, slot))
			return false;
	}
	return true;
}

/* Starts to resolve all addresses of the chunk before waiting for the first answer. */
static void
want_hosts(const struct column *c, const struct chunk *chunk, const struct flow_column *in)
{
	for (size_t i = 0; i < chunk->n; i++) {
		const struct flow_text *text = &in->dict->text[in->codes[chunk->row[i]]];
		struct addr a;

		if (addr_parse(text->p, text->len, &a))
			resolver_want(c->resolver, &a);
	}
}

bool
text_cache_cells(const struct column *c, struct column_state *s, const struct chunk *chunk)
{
	const struct flow_column *in = &chunk->batch->column[c->field];
	struct text_cache *t = &s->cache;
	size_t stride;

	s->cells.copy = 0;
	if (c->resolver != NULL && c->made == MADE_NOT && flow_field_info(c->field)->type == FLOW_TYPE_ADDR)
		want_hosts(c, chunk, in);
	if (t->serial != in->dict->serial) {
		if (chunk->call_rows < in->dict->count / SPARSE)
			return sparse_cells(c, s, chunk, in);
		if (!cache_begin(c, t, in->dict) || !cache_fill(c, t, chunk, in->dict))
			return false;
	}
	if (!t->complete && !cache_need(c, t, chunk, in))
		return false;
	stride = t->stride;
	for (size_t i = 0; i < chunk->n; i++) {
		const uint8_t *slot = t->slots + in->codes[chunk->row[i]] * stride;

		/* In half of the large slots the text begins in another cache line than the tag. */
		__builtin_prefetch(slot);
		s->cells.len[i] = slot[stride - 1] - 1u;
		s->cells.ref[i] = (const char *)slot;
		if (UNLIKELY(slot[stride - 1] == TAG_ARENA)) {
			uint64_t offset;

			memcpy(&offset, slot, sizeof(offset));
			memcpy(&s->cells.len[i], slot + sizeof(offset), sizeof(uint32_t));
			s->cells.ref[i] = (const char *)t->arena.data + offset;
		}
	}
	return true;
}

void
text_cache_release(struct text_cache *t)
{
	free(t->slots);
	buf_release(&t->arena);
}
