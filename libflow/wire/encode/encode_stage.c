/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "base/hash.h"

/* Slots of the table of variants; a power of two, twice as many as there are stages. */
#define SLOTS 2048

static bool
omits(const struct flow_encoder *e)
{
	return e->fixed == NULL && e->device->habits.omit;
}

static bool
add_stage(struct flow_encoder *e, uint16_t id, const struct encode_layout *layout, const struct encode_template *t,
    size_t room)
{
	struct stage *s = &e->stage[e->stages];
	size_t i;

	*s = (struct stage){ .layout = *layout, .id = id, .template = t, .cap = room, .records = BUF_INIT };
	s->row = malloc(room * sizeof(*s->row));
	s->field = malloc(layout->fields * sizeof(*s->field));
	if (s->row == NULL || s->field == NULL) {
		free(s->row);
		free(s->field);
		return false;
	}
	memcpy(s->field, layout->field, layout->fields * sizeof(*s->field));
	s->layout.field = s->field;
	for (i = 0; i < layout->fields; i++)
		e->deltas |= layout->field[i].form == ENCODE_DELTA;
	e->stages++;
	return true;
}

/* The slot of that pattern of that template, or the free one where it belongs. */
static uint16_t *
slot_of(const struct flow_encoder *e, size_t base, const struct encode_pattern *pattern)
{
	uint64_t h = base;
	size_t i;

	for (i = 0; i < ARRAY_LEN(pattern->word); i++)
		h = hash_mix128(h, pattern->word[i]);
	for (;; h++) {
		uint16_t *slot = &e->slot[h % SLOTS];

		if (*slot == NO_STAGE || (e->stage[*slot].base == base &&
		    memcmp(&e->stage[*slot].pattern, pattern, sizeof(*pattern)) == 0))
			return slot;
	}
}

/* Templates without gaps are variants of themselves. */
static bool
prepare_variants(struct flow_encoder *e)
{
	size_t i;

	e->slot = malloc(SLOTS * sizeof(*e->slot));
	if (e->slot == NULL)
		return false;
	memset(e->slot, 0xff, SLOTS * sizeof(*e->slot));
	for (i = 0; i < e->bases; i++) {
		struct stage *s = &e->stage[i];

		s->base = (uint16_t)i;
		s->presence = malloc(sizeof(*s->presence));
		if (s->presence == NULL)
			return false;
		s->unused = encode_layout_has_both(&s->template->layout);
		encode_pattern_all(&s->template->layout, &s->pattern);
		*slot_of(e, i, &s->pattern) = (uint16_t)i;
	}
	return true;
}

bool
encode_stages_new(struct flow_encoder *e)
{
	size_t i, n = e->fixed != NULL ? 1 : e->device->templates;
	/* And for each template one of what all rows have. */
	size_t room = omits(e) ? 2 * n + ENCODE_VARIANTS_MAX : n;

	e->stage = calloc(room, sizeof(*e->stage));
	if (e->stage == NULL)
		return false;
	e->bases = n;
	if (e->fixed != NULL)
		return add_stage(e, 0, &e->fixed->layout, NULL, CHUNK_ROWS);
	for (i = 0; i < n; i++) {
		const struct encode_template *t = &e->device->template[i];

		if (!add_stage(e, t->id, &t->layout, t, CHUNK_ROWS))
			return false;
	}
	e->next_id = 256;
	e->context.template = e->stage[0].id;
	return !omits(e) || prepare_variants(e);
}

void
encode_stages_free(struct flow_encoder *e)
{
	size_t i;

	for (i = 0; i < e->stages; i++) {
		buf_release(&e->stage[i].records);
		free(e->stage[i].row);
		free(e->stage[i].field);
		free(e->stage[i].presence);
	}
	free(e->stage);
	free(e->slot);
}

void
encode_stages_begin(struct flow_encoder *e)
{
	size_t i;

	for (i = 0; i < e->stages; i++) {
		struct stage *s = &e->stage[i];
		size_t size = s->layout.size;

		if (s->taken > 0 && s->waiting > 0)
			memmove(s->records.data, s->records.data + s->taken * size, s->waiting * size);
		s->records.len = s->waiting * size;
		s->taken = 0;
		s->rows = 0;
		s->looked = false;
	}
}

/* The least number from 256 that neither the device nor another variant has. */
static uint16_t
free_id(struct flow_encoder *e)
{
	size_t i;

	for (;;) {
		bool taken = false;

		for (i = 0; i < e->bases; i++)
			taken |= e->device->template[i].id == e->next_id;
		for (i = 0; i < e->device->options; i++)
			taken |= e->device->option[i].id == e->next_id;
		if (!taken)
			return e->next_id++;
		e->next_id++;
	}
}

/* A stage of the pattern's fields alone, in that slot; NO_STAGE when out of memory. */
static uint16_t
add_variant(struct flow_encoder *e, size_t base, const struct encode_pattern *pattern, uint16_t *slot)
{
	const struct encode_layout *whole = &e->stage[base].template->layout;
	struct encode_field field[ENCODE_FIELDS_MAX];
	struct encode_layout layout = { field, 0, 0 };
	struct stage *s = &e->stage[e->stages];
	size_t i;

	for (i = 0; i < whole->fields; i++) {
		if (!bitmap_get(pattern->word, i))
			continue;
		field[layout.fields++] = whole->field[i];
		layout.size += (size_t)whole->field[i].prefix + whole->field[i].width;
	}
	if (!add_stage(e, free_id(e), &layout, e->stage[base].template, 8))
		return NO_STAGE;
	s->base = (uint16_t)base;
	s->pattern = *pattern;
	s->fresh = true;
	return *slot = (uint16_t)(e->stages - 1);
}

/* Where there are too many patterns: the template with most of its fields, and no others. */
static enum flow_status
find_shorter(struct flow_encoder *e, size_t base, const struct encode_pattern *pattern, uint16_t *stage)
{
	struct encode_pattern required;
	size_t i, most = 0;
	uint16_t *slot;

	*stage = NO_STAGE;
	for (i = 0; i < e->stages; i++) {
		const struct stage *s = &e->stage[i];
		size_t fields;

		if (s->base != base || !encode_pattern_within(&s->pattern, pattern))
			continue;
		fields = encode_pattern_count(&s->pattern);
		if (fields > most)
			*stage = (uint16_t)i;
		most = fields > most ? fields : most;
	}
	e->shortened += *stage != NO_STAGE;
	if (*stage != NO_STAGE)
		return FLOW_OK;
	encode_pattern_required(&e->stage[base].template->layout, &required);
	if (encode_pattern_count(&required) == 0)
		return FLOW_OK;
	slot = slot_of(e, base, &required);
	*stage = *slot == NO_STAGE ? add_variant(e, base, &required, slot) : *slot;
	e->shortened++;
	return *stage == NO_STAGE ? FLOW_ENOMEM : FLOW_OK;
}

static enum flow_status
find_variant(struct flow_encoder *e, const struct flow_batch *batch, size_t row, size_t base, uint16_t *stage)
{
	struct stage *b = &e->stage[base];
	const struct encode_layout *layout = &b->template->layout;
	struct encode_pattern pattern;
	uint16_t *slot;

	if (!b->looked) {
		encode_presence_begin(b->presence, layout, &e->addrs, batch);
		b->looked = true;
		b->last = NO_STAGE;
	}
	if (b->last != NO_STAGE && b->presence->doubts == 0) {
		*stage = b->last;
		return FLOW_OK;
	}
	encode_presence_row(b->presence, row, &pattern);
	if (b->last != NO_STAGE && memcmp(&e->stage[b->last].pattern, &pattern, sizeof(pattern)) == 0) {
		*stage = b->last;
		return FLOW_OK;
	}
	*stage = NO_STAGE;
	if (encode_pattern_count(&pattern) == 0)
		return FLOW_OK;
	slot = slot_of(e, base, &pattern);
	if (*slot == NO_STAGE && e->stages >= e->bases + ENCODE_VARIANTS_MAX)
		return find_shorter(e, base, &pattern, stage);
	*stage = *slot == NO_STAGE ? add_variant(e, base, &pattern, slot) : *slot;
	b->last = *stage;
	return *stage == NO_STAGE ? FLOW_ENOMEM : FLOW_OK;
}

static bool
takes(const struct stage *s, const struct flow_batch *batch, size_t row, unsigned family)
{
	const struct encode_template *t = s->template;

	if (t == NULL)
		return family == 4;
	if (t->family != 0 && t->family != family)
		return false;
	if (t->where == FLOW_FIELD_NONE)
		return true;
	return flow_column_has(&batch->column[t->where], row) &&
	    (!t->equals || encode_number(batch, t->where, row) == t->value);
}

static enum flow_status
put_row(struct stage *s, size_t row)
{
	if (s->rows == s->cap) {
		uint32_t *grown = realloc(s->row, 2 * s->cap * sizeof(*grown));

		if (grown == NULL)
			return FLOW_ENOMEM;
		s->row = grown;
		s->cap *= 2;
	}
	s->row[s->rows++] = (uint32_t)row;
	return FLOW_OK;
}

enum flow_status
encode_stage_row(struct flow_encoder *e, const struct flow_batch *batch, size_t row, unsigned family, uint16_t *stage)
{
	enum flow_status st = FLOW_OK;
	size_t k;

	for (k = 0; k < e->bases && !takes(&e->stage[k], batch, row, family); k++)
		;
	*stage = k < e->bases ? (uint16_t)k : NO_STAGE;
	if (*stage != NO_STAGE && e->slot != NULL)
		st = find_variant(e, batch, row, k, stage);
	if (st == FLOW_OK && *stage != NO_STAGE)
		return put_row(&e->stage[*stage], row);
	e->skipped += st == FLOW_OK;
	return st;
}
