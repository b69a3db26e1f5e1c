/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/dictify.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "net/mac.h"

#define MIN_SLOTS 256

/* Longest canonical text of an ADDR or MAC. */
#define TEXT_MAX (ADDR_TEXT_MAX > MAC_TEXT_LEN ? ADDR_TEXT_MAX : MAC_TEXT_LEN)

/*
 * One column's distinct values.  A slot holds code + 1, 0 = empty; values and
 * texts are found by code.  Texts are formatted once per distinct value.
 */
struct distinct {
	uint32_t *codes;	/* one per row */
	size_t codes_cap;
	uint32_t *slot;
	size_t slots;		/* a power of two, at least twice the values */
	struct addr *value;	/* MACs ride in the last eight bytes */
	char (*bytes)[TEXT_MAX + 1];	/* the texts */
	struct flow_text *text;
	size_t cap;
	struct flow_dict dict;
};

struct flow_dictify {
	struct distinct column[FLOW_FIELD_COUNT];
};

struct flow_dictify *
flow_dictify_new(void)
{
	return calloc(1, sizeof(struct flow_dictify));
}

void
flow_dictify_free(struct flow_dictify *d)
{
	unsigned f;

	if (d == NULL)
		return;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		struct distinct *c = &d->column[f];

		free(c->codes);
		free(c->slot);
		free(c->value);
		free(c->bytes);
		free(c->text);
	}
	free(d);
}

static uint64_t
value_hash(const struct addr *a)
{
	return hash_mix128(addr_hi(a), addr_lo(a));
}

static bool
resize_values(struct distinct *c)
{
	size_t cap = c->cap == 0 ? MIN_SLOTS / 2 : c->cap * 2;
	void *p;

	if ((p = realloc(c->value, cap * sizeof(*c->value))) == NULL)
		return false;
	c->value = p;
	if ((p = realloc(c->bytes, cap * sizeof(*c->bytes))) == NULL)
		return false;
	c->bytes = p;
	if ((p = realloc(c->text, cap * sizeof(*c->text))) == NULL)
		return false;
	c->text = p;
	c->cap = cap;
	return true;
}

static bool
resize_slots(struct distinct *c)
{
	size_t slots = c->slots == 0 ? MIN_SLOTS : c->slots * 2;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	uint32_t code;

	if (slot == NULL)
		return false;
	for (code = 0; code < c->dict.count; code++) {
		size_t at = value_hash(&c->value[code]) & (slots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (slots - 1);
		slot[at] = code + 1;
	}
	free(c->slot);
	c->slot = slot;
	c->slots = slots;
	return true;
}

static bool
add_value(struct distinct *c, const struct addr *value, size_t at, uint32_t *code)
{
	if (c->dict.count == c->cap && !resize_values(c))
		return false;
	*code = c->dict.count++;
	c->value[*code] = *value;
	c->slot[at] = *code + 1;
	return true;
}

static bool
value_code(struct distinct *c, const struct addr *value, uint64_t hash, uint32_t *code)
{
	size_t at;

	if ((size_t)c->dict.count * 2 >= c->slots && !resize_slots(c))
		return false;
	at = hash & (c->slots - 1);
	for (; c->slot[at] != 0; at = (at + 1) & (c->slots - 1)) {
		if (addr_equal(&c->value[c->slot[at] - 1], value)) {
			*code = c->slot[at] - 1;
			return true;
		}
	}
	return add_value(c, value, at, code);
}

static bool
begin_column(struct distinct *c, size_t rows)
{
	if (rows > c->codes_cap) {
		uint32_t *codes = realloc(c->codes, rows * sizeof(*codes));

		if (codes == NULL)
			return false;
		c->codes = codes;
		c->codes_cap = rows;
	}
	if (c->slots != 0)
		memset(c->slot, 0, c->slots * sizeof(*c->slot));
	c->dict.count = 0;
	c->dict.serial = flow_dict_serial();
	return true;
}

static struct addr
row_value(const struct flow_column *in, enum flow_type type, size_t row)
{
	struct addr a;

	if (type == FLOW_TYPE_ADDR)
		return ((const struct addr *)in->values)[row];
	memset(&a, 0, sizeof(a));
	store_be64(a.b + 8, ((const uint64_t *)in->values)[row]);
	return a;
}

/* How many rows ahead the slots, and then the values, are prefetched. */
#define ROWS_AHEAD 32

/* Computes values and hashes of `rows` rows from `from` on, and prefetches what they will be compared with. */
static void
look_ahead(const struct distinct *c, const struct flow_column *in, enum flow_type type, size_t from,
    size_t rows, struct addr *value, uint64_t *hash)
{
	size_t i;

	for (i = 0; i < rows; i++) {
		value[i] = row_value(in, type, from + i);
		if (i > 0 && addr_equal(&value[i], &value[i - 1])) {
			hash[i] = hash[i - 1];
			continue;
		}
		hash[i] = value_hash(&value[i]);
		if (c->slots > 0)
			__builtin_prefetch(&c->slot[hash[i] & (c->slots - 1)]);
	}
	for (i = 0; i < rows && c->slots > 0; i++) {
		uint32_t slot;

		if (i > 0 && hash[i] == hash[i - 1])
			continue;
		slot = c->slot[hash[i] & (c->slots - 1)];
		__builtin_prefetch(&c->value[slot - (slot > 0)]);
	}
}

static bool
encode_rows(struct distinct *c, const struct flow_column *in, enum flow_type type, size_t rows)
{
	struct addr last = { { 0 } }, value[ROWS_AHEAD];
	uint64_t hash[ROWS_AHEAD];
	uint32_t code = 0;
	bool have_last = false;
	size_t i;

	for (i = 0; i < rows; i++) {
		size_t k = i % ROWS_AHEAD;

		if (k == 0)
			look_ahead(c, in, type, i, rows - i < ROWS_AHEAD ? rows - i : ROWS_AHEAD, value, hash);
		if (in->valid != NULL && !bitmap_get(in->valid, i)) {
			c->codes[i] = 0;
			continue;
		}
		/* Runs are common: one exporter, one client's flows. */
		if (!have_last || !addr_equal(&value[k], &last)) {
			if (!value_code(c, &value[k], hash[k], &code))
				return false;
			last = value[k];
			have_last = true;
		}
		c->codes[i] = code;
	}
	return true;
}

static void
format_values(struct distinct *c, enum flow_type type)
{
	uint32_t code;

	for (code = 0; code < c->dict.count; code++) {
		char *text = c->bytes[code];
		size_t len = type == FLOW_TYPE_ADDR ?
		    addr_format(&c->value[code], text) :
		    mac_format(addr_lo(&c->value[code]), text);

		c->text[code] = (struct flow_text){ text, (uint32_t)len };
	}
	c->dict.text = c->text;
}

enum flow_status
flow_dictify(struct flow_dictify *d, const struct flow_batch *in, struct flow_batch *out)
{
	unsigned f;

	*out = *in;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		const struct flow_column *from = &in->column[f];
		enum flow_type type = flow_field_info((enum flow_field)f)->type;
		struct distinct *c = &d->column[f];

		if (from->form != FLOW_FORM_FLAT || !flow_type_is_text(type))
			continue;
		if (!begin_column(c, in->rows) || !encode_rows(c, from, type, in->rows))
			return FLOW_ENOMEM;
		format_values(c, type);
		out->column[f] = (struct flow_column){ FLOW_FORM_DICT, NULL, c->codes, &c->dict,
			from->valid };
	}
	return FLOW_OK;
}

void
flow_batch_slice(const struct flow_batch *in, size_t from, size_t rows, struct flow_batch *out)
{
	unsigned f;

	*out = *in;
	out->rows = rows;
	for (f = 0; f < FLOW_FIELD_COUNT; f++) {
		struct flow_column *c = &out->column[f];
		size_t size = flow_type_size(flow_field_info((enum flow_field)f)->type);

		if (c->form == FLOW_FORM_FLAT)
			c->values = (const uint8_t *)c->values + from * size;
		else if (c->form == FLOW_FORM_DICT)
			c->codes += from;
		if (c->valid != NULL)
			c->valid += from / 64;
	}
}
