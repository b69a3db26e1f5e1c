/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/result_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts lie in blocks that never move, so that values can point at them. */
#define BLOCK_BYTES 65536

struct flow_table_texts {
	struct flow_table_texts *next;
	size_t used, size;
	char bytes[];
};

static void
texts_free(struct flow_table_texts *block)
{
	while (block != NULL) {
		struct flow_table_texts *next = block->next;

		free(block);
		block = next;
	}
}

struct flow_table *
flow_table_new(const char *title)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t != NULL)
		(void)snprintf(t->title, sizeof(t->title), "%s", title);
	return t;
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->columns; i++) {
		free(t->column[i].values);
		free(t->column[i].valid);
	}
	free(t->column);
	free(t->note);
	free(t->rest);
	texts_free(t->texts);
	free(t);
}

enum flow_status
flow_table_add(struct flow_table *t, const char *name, const char *label, enum flow_kind kind,
    bool key)
{
	struct flow_table_column *c = realloc(t->column, (t->columns + 1) * sizeof(*c));

	if (c == NULL)
		return FLOW_ENOMEM;
	t->column = c;
	c += t->columns++;
	memset(c, 0, sizeof(*c));
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->label, sizeof(c->label), "%s", label);
	c->kind = kind;
	c->key = key;
	return FLOW_OK;
}

enum flow_status
flow_table_insert(struct flow_table *t, size_t at, const char *name, const char *label,
    enum flow_kind kind, bool key)
{
	size_t room = t->capacity > 0 ? t->capacity : 1;
	struct flow_table_column c;

	if (flow_table_add(t, name, label, kind, key) != FLOW_OK)
		return FLOW_ENOMEM;
	c = t->column[t->columns - 1];
	c.values = calloc(room, flow_kind_size(kind));
	c.valid = calloc(BITMAP_WORDS(room), sizeof(*c.valid));
	if (c.values == NULL || c.valid == NULL) {
		free(c.values);
		free(c.valid);
		t->columns--;
		return FLOW_ENOMEM;
	}
	memmove(&t->column[at + 1], &t->column[at], (t->columns - 1 - at) * sizeof(c));
	t->column[at] = c;
	return FLOW_OK;
}

struct flow_table_note *
flow_table_note(struct flow_table *t, const char *name, enum flow_kind kind)
{
	struct flow_table_note *n = realloc(t->note, (t->notes + 1) * sizeof(*n));

	if (n == NULL)
		return NULL;
	t->note = n;
	n += t->notes++;
	memset(n, 0, sizeof(*n));
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	n->kind = kind;
	return n;
}

enum flow_status
flow_table_reserve(struct flow_table *t, size_t rows)
{
	size_t room = rows > 0 ? rows : 1;

	texts_free(t->texts);
	t->texts = NULL;
	t->rows = 0;
	t->capacity = 0;
	free(t->rest);
	t->rest = calloc(BITMAP_WORDS(room), sizeof(*t->rest));
	if (t->rest == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < t->columns; i++) {
		struct flow_table_column *c = &t->column[i];

		free(c->values);
		free(c->valid);
		c->values = calloc(room, flow_kind_size(c->kind));
		c->valid = calloc(BITMAP_WORDS(room), sizeof(*c->valid));
		if (c->values == NULL || c->valid == NULL)
			return FLOW_ENOMEM;
	}
	t->capacity = rows;
	return FLOW_OK;
}

size_t
flow_kind_size(enum flow_kind kind)
{
	switch (kind) {
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		return sizeof(double);
	case FLOW_KIND_ADDR:
		return sizeof(struct addr);
	case FLOW_KIND_PREFIX:
		return sizeof(struct flow_prefix);
	case FLOW_KIND_TEXT:
		return sizeof(struct flow_text);
	default:
		return sizeof(uint64_t);
	}
}

bool
flow_kind_is_number(enum flow_kind kind)
{
	switch (kind) {
	case FLOW_KIND_COUNT:
	case FLOW_KIND_ID:
	case FLOW_KIND_DURATION:
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		return true;
	default:
		return false;
	}
}

void
flow_table_set(struct flow_table *t, size_t column, size_t row, const void *value)
{
	struct flow_table_column *c = &t->column[column];
	size_t size = flow_kind_size(c->kind);

	memcpy((char *)c->values + row * size, value, size);
	bitmap_set(c->valid, row);
}

/* Room for len bytes that stay where they are; NULL when out of memory. */
static char *
texts_room(struct flow_table *t, size_t len)
{
	struct flow_table_texts *b = t->texts;
	size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;

	if (b == NULL || b->size - b->used < len) {
		b = malloc(sizeof(*b) + size);
		if (b == NULL)
			return NULL;
		b->next = t->texts;
		b->used = 0;
		b->size = size;
		t->texts = b;
	}
	b->used += len;
	return b->bytes + b->used - len;
}

enum flow_status
flow_table_set_text(struct flow_table *t, size_t column, size_t row, const char *text, size_t len)
{
	struct flow_text v;
	char *room = texts_room(t, len);

	if (room == NULL)
		return FLOW_ENOMEM;
	if (len > 0)
		memcpy(room, text, len);
	v.p = room;
	v.len = (uint32_t)len;
	flow_table_set(t, column, row, &v);
	return FLOW_OK;
}

size_t
flow_table_find(const struct flow_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->columns; i++)
		if (strcmp(t->column[i].name, name) == 0)
			break;
	return i;
}
