/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/addr_rename.h"

#include <stdlib.h>
#include <string.h>

/* Texts are written in blocks, which do not move. */
#define BLOCK_TEXTS 1024

struct block {
	struct block *next;
	size_t used;
	char text[BLOCK_TEXTS][ADDR_TEXT_MAX];
};

/* A column's translated dictionary; an entry without text is not translated yet, or was no address. */
struct translated {
	uint64_t source;	/* serial of the original; 0: none */
	struct flow_dict dict;
	struct flow_text *text;
	uint32_t cap;
	struct block *blocks;
	uint64_t *valid;
	size_t valid_words;
};

struct addr_renamer {
	addr_rename *rename;
	void *context;
	struct translated column[FLOW_FIELD_COUNT];
};

struct addr_renamer *
addr_renamer_new(addr_rename *rename, void *context)
{
	struct addr_renamer *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		r->rename = rename;
		r->context = context;
	}
	return r;
}

static void
forget(struct translated *t)
{
	while (t->blocks != NULL) {
		struct block *next = t->blocks->next;

		free(t->blocks);
		t->blocks = next;
	}
	t->source = 0;
}

void
addr_renamer_free(struct addr_renamer *r)
{
	if (r == NULL)
		return;
	for (size_t f = 0; f < FLOW_FIELD_COUNT; f++) {
		forget(&r->column[f]);
		free(r->column[f].text);
		free(r->column[f].valid);
	}
	free(r);
}

static bool
begin(struct translated *t, const struct flow_dict *source)
{
	forget(t);
	if (source->count > t->cap) {
		free(t->text);
		t->cap = 0;
		t->text = malloc(source->count * sizeof(*t->text));
		if (t->text == NULL)
			return false;
		t->cap = source->count;
	}
	for (uint32_t i = 0; i < source->count; i++)
		t->text[i] = (struct flow_text){ "", 0 };
	t->source = source->serial;
	t->dict.text = t->text;
	t->dict.count = source->count;
	t->dict.serial = flow_dict_serial();
	return true;
}

static char *
room_for_text(struct translated *t)
{
	if (t->blocks == NULL || t->blocks->used == BLOCK_TEXTS) {
		struct block *b = malloc(sizeof(*b));

		if (b == NULL)
			return NULL;
		b->next = t->blocks;
		b->used = 0;
		t->blocks = b;
	}
	return t->blocks->text[t->blocks->used++];
}

/* The translated entry of a code, made where it is missing; *is_address: there is one. */
static bool
translate(struct addr_renamer *r, struct translated *t, const struct flow_dict *source,
    uint32_t code, bool *made, bool *is_address)
{
	const struct flow_text *from = &source->text[code];
	struct addr a;
	char *to;

	*is_address = t->text[code].len > 0;
	if (*is_address || !addr_parse(from->p, from->len, &a))
		return true;
	to = room_for_text(t);
	if (to == NULL)
		return false;
	a = r->rename(r->context, &a);
	t->text[code] = (struct flow_text){ to, (uint32_t)addr_format(&a, to) };
	*made = true;
	*is_address = true;
	return true;
}

/* Copies the column's validity bitmap, to clear rows in it; all ones where it had none. */
static bool
copy_valid(struct translated *t, const struct flow_column *in, size_t rows)
{
	size_t words = BITMAP_WORDS(rows);

	if (words > t->valid_words) {
		free(t->valid);
		t->valid_words = 0;
		t->valid = malloc(words * sizeof(*t->valid));
		if (t->valid == NULL)
			return false;
		t->valid_words = words;
	}
	if (in->valid != NULL)
		memcpy(t->valid, in->valid, words * sizeof(*t->valid));
	else
		memset(t->valid, 0xff, words * sizeof(*t->valid));
	return true;
}

static bool
apply_column(struct addr_renamer *r, struct translated *t, const struct flow_batch *batch,
    const struct flow_selection *sel, const struct flow_column *in, struct flow_column *out)
{
	size_t rows = sel == NULL ? batch->rows : sel->count;
	bool made = false, copied = false, is_address;

	if (t->source != in->dict->serial) {
		if (!begin(t, in->dict))
			return false;
		/* Where most rows are wanted, translates all entries at once, so that the serial stays. */
		for (uint32_t i = 0; i < in->dict->count && rows >= batch->rows / 2; i++)
			if (!translate(r, t, in->dict, i, &made, &is_address))
				return false;
	}
	for (size_t i = 0; i < rows; i++) {
		size_t row = sel == NULL ? i : flow_selection_row(sel, (uint32_t)i);

		if (!flow_column_has(in, row))
			continue;
		if (!translate(r, t, in->dict, in->codes[row], &made, &is_address))
			return false;
		if (is_address)
			continue;
		if (!copied && !copy_valid(t, in, batch->rows))
			return false;
		copied = true;
		bitmap_unset(t->valid, row);
		out->valid = t->valid;
	}
	/* Caches by entry must see the new entries. */
	if (made)
		t->dict.serial = flow_dict_serial();
	out->dict = &t->dict;
	return true;
}

enum flow_status
addr_renamer_apply(struct addr_renamer *r, enum flow_field field, const struct flow_batch *in,
    const struct flow_selection *sel, struct flow_batch *out)
{
	const struct flow_column *column = &in->column[field];

	if (column->form != FLOW_FORM_DICT || column->dict->count == 0)
		return FLOW_OK;
	return apply_column(r, &r->column[field], in, sel, column, &out->column[field]) ? FLOW_OK : FLOW_ENOMEM;
}
