/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube_codes.h"

#include <stdlib.h>
#include <string.h>

/* The code of a dictionary entry: its value's number, and flags: it is local; neither is known yet. */
#define LOCAL 0x40
#define UNKNOWN 0x80
#define CODE 0x1f

enum { ENTRY_EXPORTER, ENTRY_SOURCE, ENTRY_DESTINATION };

static const struct {
	enum cube_dim dim;
	enum flow_field field;
} addresses[] = {
	[ENTRY_EXPORTER] = { CUBE_EXPORTER, FLOW_FIELD_EXPORTER },
	[ENTRY_SOURCE] = { CUBE_SOURCE, FLOW_FIELD_SRC_ADDR },
	[ENTRY_DESTINATION] = { CUBE_DESTINATION, FLOW_FIELD_DST_ADDR },
};

static const struct {
	enum cube_dim dim;
	enum flow_field field;
} numbers[] = {
	{ CUBE_IN_IF, FLOW_FIELD_IN_IF }, { CUBE_OUT_IF, FLOW_FIELD_OUT_IF }, { CUBE_PROTO, FLOW_FIELD_PROTO },
	{ CUBE_SOURCE_AS, FLOW_FIELD_SRC_AS }, { CUBE_DESTINATION_AS, FLOW_FIELD_DST_AS },
};

void
cube_codes_fields(struct flow_fieldset *fields)
{
	static const enum flow_field others[] = { FLOW_FIELD_FIRST, FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS,
	    FLOW_FIELD_BYTES,
		FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		flow_fieldset_add(fields, others[i]);
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		flow_fieldset_add(fields, addresses[i].field);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		flow_fieldset_add(fields, numbers[i].field);
}

#define SEVERAL UINT8_MAX

static uint8_t
slot_of(uint32_t number, uint8_t exporter)
{
	return (uint8_t)((number * 0x9e3779b1U + exporter * 0x85ebca6bU) >> 24);
}

static void
fill_slots(struct cube_codes *c)
{
	for (size_t d = 0; d < CUBE_DIMS; d++) {
		for (size_t i = 0; i < c->cube->dim[d].count; i++) {
			const struct cube_value *v = &c->cube->dim[d].value[i];
			uint8_t *slot = &c->slot[d][slot_of(v->number, v->exporter)];

			*slot = *slot == 0 ? (uint8_t)(i + 1) : SEVERAL;
		}
	}
}

struct cube_codes *
cube_codes_new(const struct cube *cube, const struct net_sets *local)
{
	struct cube_codes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->cube = cube;
	c->local = local;
	fill_slots(c);
	memset(c->service, (int)cube->dim[CUBE_SERVICE].count, sizeof(c->service));
	for (size_t i = cube->dim[CUBE_SERVICE].count; i-- > 0;)
		c->service[cube->dim[CUBE_SERVICE].value[i].number & 0xffff] = (uint8_t)i;
	return c;
}

void
cube_codes_free(struct cube_codes *codes)
{
	for (size_t i = 0; codes != NULL && i < ARRAY_LEN(codes->entry); i++)
		free(codes->entry[i].code);
	free(codes);
}

/* Finds the value of an entry among a few, and whether it is in a few networks. */
static uint8_t
look_up(const struct cube_codes *c, enum cube_dim dim, const struct flow_text *text)
{
	size_t count = c->cube->dim[dim].count, i = 0;
	const struct cube_value *value = c->cube->dim[dim].value;
	struct addr addr;
	uint8_t code;

	while (i < count && (text->p[text->len - 1] != value[i].text[text->len - 1] ||
	    value[i].text[text->len] != '\0' || memcmp(value[i].text, text->p, text->len) != 0))
		i++;
	code = (uint8_t)i;
	if (c->local != NULL && dim != CUBE_EXPORTER && addr_parse(text->p, text->len, &addr) &&
	    net_sets_find(c->local, &addr) != 0)
		code |= LOCAL;
	return code;
}

static bool
begin_dict(struct entry_codes *e, const struct flow_dict *dict)
{
	if (e->serial == dict->serial && e->code != NULL)
		return true;
	if (e->room < dict->count || e->code == NULL) {
		uint8_t *more = realloc(e->code, dict->count + 1);

		if (more == NULL)
			return false;
		e->code = more;
		e->room = dict->count;
	}
	e->serial = dict->serial;
	memset(e->code, UNKNOWN, dict->count);
	return true;
}

static bool
fill_addresses(struct cube_codes *c, const struct flow_batch *batch, size_t which)
{
	const struct flow_column *column = &batch->column[addresses[which].field];
	enum cube_dim dim = addresses[which].dim;
	struct entry_codes *e = &c->entry[which];
	uint8_t *out = c->code[dim], none = (uint8_t)c->cube->dim[dim].count;

	if (column->form != FLOW_FORM_DICT) {
		memset(out, none, batch->rows);
		return true;
	}
	if (!begin_dict(e, column->dict))
		return false;
	for (size_t r = 0; r < batch->rows; r++) {
		uint32_t entry = column->codes[r];

		if (!flow_column_has(column, r)) {
			out[r] = none;
			continue;
		}
		if (e->code[entry] == UNKNOWN) {
			const struct flow_text *text = &column->dict->text[entry];

			e->code[entry] = text->len > 0 && text->len <= ADDR_TEXT_MAX ? look_up(c, dim, text) : none;
		}
		out[r] = e->code[entry];
	}
	return true;
}

/* The value of a number; of an interface, that of the row's exporter. */
static inline uint8_t
find_number(const struct cube_codes *c, enum cube_dim dim, uint32_t number, uint8_t exporter)
{
	size_t count = c->cube->dim[dim].count, i;
	const struct cube_value *value = c->cube->dim[dim].value;
	uint8_t slot = c->slot[dim][slot_of(number, exporter)];

	if (slot == 0)
		return (uint8_t)count;
	for (i = slot == SEVERAL ? 0 : slot - 1U; i < count &&
	    (value[i].number != number || value[i].exporter != exporter); i++)
		if (slot != SEVERAL)
			return (uint8_t)count;
	return (uint8_t)i;
}

static void
fill_numbers(struct cube_codes *c, const struct flow_batch *batch, size_t which)
{
	enum cube_dim dim = numbers[which].dim;
	const struct flow_column *column = &batch->column[numbers[which].field];
	bool interface = dim == CUBE_IN_IF || dim == CUBE_OUT_IF, narrow = dim == CUBE_PROTO;
	const uint8_t *bytes = column->values, *exporter = c->code[CUBE_EXPORTER];
	const uint32_t *words = column->values;
	uint8_t *out = c->code[dim], none = (uint8_t)c->cube->dim[dim].count;

	if (column->form != FLOW_FORM_FLAT) {
		memset(out, none, batch->rows);
		return;
	}
	for (size_t r = 0; r < batch->rows; r++)
		out[r] = column->valid != NULL && !bitmap_get(column->valid, r) ? none : find_number(c, dim,
		    narrow ? bytes[r] : words[r], interface ? exporter[r] : 0);
}

/* The lower of the two ports, or the one that exists, as in statistics. */
static void
fill_services(struct cube_codes *c, const struct flow_batch *batch)
{
	const struct flow_column *src = &batch->column[FLOW_FIELD_SRC_PORT], *dst = &batch->column[FLOW_FIELD_DST_PORT];
	uint8_t none = (uint8_t)c->cube->dim[CUBE_SERVICE].count;

	for (size_t r = 0; r < batch->rows; r++) {
		uint16_t a = flow_column_has(src, r) ? ((const uint16_t *)src->values)[r] : UINT16_MAX;
		uint16_t b = flow_column_has(dst, r) ? ((const uint16_t *)dst->values)[r] : UINT16_MAX;

		c->code[CUBE_SERVICE][r] = flow_column_has(src, r) ||
		    flow_column_has(dst, r) ? c->service[a < b ? a : b] : none;
	}
}

/* Removes the flag for local from the codes of addresses. */
static void
fill_directions(struct cube_codes *c, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		bool from = (c->code[CUBE_SOURCE][r] & LOCAL) != 0, to = (c->code[CUBE_DESTINATION][r] & LOCAL) != 0;

		c->code[CUBE_DIRECTION][r] = from && to ? CUBE_INSIDE : to ? CUBE_IN : from ? CUBE_OUT : CUBE_TRANSIT;
		c->code[CUBE_SOURCE][r] &= CODE;
		c->code[CUBE_DESTINATION][r] &= CODE;
	}
}

bool
cube_codes_fill(struct cube_codes *c, const struct flow_batch *batch)
{
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		if (!fill_addresses(c, batch, i))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		fill_numbers(c, batch, i);
	fill_services(c, batch);
	fill_directions(c, batch->rows);
	return true;
}
