/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sort_key.h"

#include <stdlib.h>
#include <string.h>

#include "record/derived.h"

static const struct {
	const char *word;
	enum flow_sort_key key;
	enum flow_field field, per;
} words[] = {
	{ "flows", FLOW_SORT_FIELD, FLOW_FIELD_FLOWS, FLOW_FIELD_NONE },
	{ "packets", FLOW_SORT_FIELD, FLOW_FIELD_PACKETS, FLOW_FIELD_NONE },
	{ "ipackets", FLOW_SORT_FIELD, FLOW_FIELD_PACKETS, FLOW_FIELD_NONE },
	{ "opackets", FLOW_SORT_FIELD, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_NONE },
	{ "bytes", FLOW_SORT_FIELD, FLOW_FIELD_BYTES, FLOW_FIELD_NONE },
	{ "ibytes", FLOW_SORT_FIELD, FLOW_FIELD_BYTES, FLOW_FIELD_NONE },
	{ "obytes", FLOW_SORT_FIELD, FLOW_FIELD_REV_BYTES, FLOW_FIELD_NONE },
	{ "tstart", FLOW_SORT_FIELD, FLOW_FIELD_FIRST, FLOW_FIELD_NONE },
	{ "tend", FLOW_SORT_FIELD, FLOW_FIELD_LAST, FLOW_FIELD_NONE },
	{ "duration", FLOW_SORT_DURATION, FLOW_FIELD_NONE, FLOW_FIELD_NONE },
	{ "pps", FLOW_SORT_RATE, FLOW_FIELD_PACKETS, FLOW_FIELD_NONE },
	{ "ipps", FLOW_SORT_RATE, FLOW_FIELD_PACKETS, FLOW_FIELD_NONE },
	{ "opps", FLOW_SORT_RATE, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_NONE },
	{ "bps", FLOW_SORT_RATE, FLOW_FIELD_BYTES, FLOW_FIELD_NONE },
	{ "ibps", FLOW_SORT_RATE, FLOW_FIELD_BYTES, FLOW_FIELD_NONE },
	{ "obps", FLOW_SORT_RATE, FLOW_FIELD_REV_BYTES, FLOW_FIELD_NONE },
	{ "bpp", FLOW_SORT_RATIO, FLOW_FIELD_BYTES, FLOW_FIELD_PACKETS },
	{ "ibpp", FLOW_SORT_RATIO, FLOW_FIELD_BYTES, FLOW_FIELD_PACKETS },
	{ "obpp", FLOW_SORT_RATIO, FLOW_FIELD_REV_BYTES, FLOW_FIELD_REV_PACKETS },
};

static bool
find_word(const char *text, size_t len, struct flow_sort_by *order)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == len && strncmp(words[i].word, text, len) == 0) {
			order->key = words[i].key;
			order->field = words[i].field;
			order->per = words[i].per;
			return true;
		}
	}
	order->key = FLOW_SORT_FIELD;
	order->per = FLOW_FIELD_NONE;
	order->field = flow_field_find(text, len);
	return order->field != FLOW_FIELD_NONE && (flow_field_info(order->field)->type == FLOW_TYPE_ADDR ||
	    !flow_type_is_text(flow_field_info(order->field)->type));
}

static enum flow_status
no_word(const char *text, size_t len, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, text, len);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		nearest_try_text(&meant, words[i].word);
	flow_field_nearest(&meant);
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no order: a column of numbers or "
	    "addresses, or flows, packets, bytes, pps, bps, bpp (ipps, opps, ...), duration, "
	    "tstart, tend%s", (int)len, text,
	    nearest_hint(&meant, hint));
}

/* Parses one order of a list; it is `len` bytes long. */
static enum flow_status
parse_one(const char *text, size_t len, struct flow_sort_order *order, struct flow_error *err)
{
	const char *colon = memchr(text, ':', len);
	size_t word = colon != NULL ? (size_t)(colon - text) : len;
	struct flow_sort_by by;
	bool addr;

	if (!find_word(text, word, &by))
		return no_word(text, word, err);
	addr = by.key == FLOW_SORT_FIELD && flow_field_info(by.field)->type == FLOW_TYPE_ADDR;
	by.descending = by.key != FLOW_SORT_FIELD || (!addr && flow_field_info(by.field)->type != FLOW_TYPE_TIME);
	if (colon != NULL && (len != word + 2 || (colon[1] != 'a' && colon[1] != 'd')))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s': the direction is a or d", (int)len, text);
	if (colon != NULL)
		by.descending = colon[1] == 'd';
	if (order->keys + (addr ? 3 : 1) > FLOW_SORT_KEYS)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "too many orders at '%.*s'", (int)len, text);
	if (addr)
		by.key = FLOW_SORT_ADDR_HAS;
	order->by[order->keys++] = by;
	for (unsigned i = 1; addr && i < 3; i++) {
		by.key = (enum flow_sort_key)(FLOW_SORT_ADDR_HAS + i);
		order->by[order->keys++] = by;
	}
	return FLOW_OK;
}

enum flow_status
flow_sort_order_parse(const char *text, struct flow_sort_order *order, struct flow_error *err)
{
	struct flow_sort_order o = { .keys = 0 };
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK) {
		size_t len = strcspn(text, ",");

		st = parse_one(text, len, &o, err);
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	if (st == FLOW_OK)
		*order = o;
	return st;
}

void
flow_sort_order_fields(const struct flow_sort_order *order, struct flow_fieldset *fields)
{
	for (unsigned i = 0; i < order->keys; i++) {
		const struct flow_sort_by *by = &order->by[i];

		if (by->field != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, by->field);
		if (by->per != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, by->per);
		if (by->key == FLOW_SORT_DURATION || by->key == FLOW_SORT_RATE) {
			flow_fieldset_add(fields, FLOW_FIELD_FIRST);
			flow_fieldset_add(fields, FLOW_FIELD_LAST);
		}
	}
}

static int64_t
whole(const struct flow_batch *b, enum flow_field field, size_t row)
{
	const struct flow_column *c = &b->column[field];

	return flow_column_has(c, row) ? ((const int64_t *)c->values)[row] : 0;
}

static double
number(const struct flow_batch *b, enum flow_field field, size_t row)
{
	return (double)whole(b, field, row);
}

static double
derived(const struct flow_sort_by *order, const struct flow_batch *b, size_t row)
{
	uint64_t duration_ms;

	if (order->key == FLOW_SORT_RATIO)
		return derived_ratio_real(number(b, order->field, row), number(b, order->per, row));
	duration_ms = derived_duration_ms(whole(b, FLOW_FIELD_FIRST, row), whole(b, FLOW_FIELD_LAST, row));
	if (order->key == FLOW_SORT_DURATION)
		return (double)duration_ms;
	return derived_rate_real(number(b, order->field, row), DERIVED_PER_S, duration_ms);
}

/* A part of an address.  Absent or invalid ones come last: FLOW_SORT_ADDR_HAS is 1 for them. */
static uint64_t
addr_key(const struct flow_sort_by *by, const struct flow_text *text)
{
	struct addr a;
	uint64_t v;
	bool has = text != NULL && addr_parse(text->p, text->len, &a);

	if (by->key == FLOW_SORT_ADDR_HAS)
		return !has;
	if (!has)
		return 0;
	v = by->key == FLOW_SORT_ADDR_HIGH ? addr_hi(&a) : addr_lo(&a);
	return by->descending ? ~v : v;
}

bool
sort_key_entries(const struct flow_sort_by *order, const struct flow_batch *b, uint64_t **entry)
{
	const struct flow_dict *dict;

	*entry = NULL;
	if (order->key < FLOW_SORT_ADDR_HAS || b->column[order->field].form != FLOW_FORM_DICT)
		return true;
	dict = b->column[order->field].dict;
	*entry = malloc(((size_t)dict->count + 1) * sizeof(**entry));
	for (uint32_t i = 0; *entry != NULL && i < dict->count; i++)
		(*entry)[i] = addr_key(order, &dict->text[i]);
	return *entry != NULL;
}

uint64_t
sort_key(const struct flow_sort_by *order, const struct flow_batch *b, size_t row)
{
	const struct flow_column *c = order->field != FLOW_FIELD_NONE ? &b->column[order->field] : NULL;
	uint64_t v;

	if (order->key >= FLOW_SORT_ADDR_HAS)
		return addr_key(order, flow_column_has(c, row) ? &c->dict->text[c->codes[row]] : NULL);
	if (c != NULL && !flow_column_has(c, row))
		return UINT64_MAX;
	if (order->key == FLOW_SORT_FIELD) {
		enum flow_type type = flow_field_info(order->field)->type;

		v = flow_column_number(c, type, row);
		if (type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME)
			v ^= UINT64_C(1) << 63;
		else if (type != FLOW_TYPE_U64)
			v++;	/* keeps ~v from UINT64_MAX, which absent values have */
	} else {
		double d = derived(order, b, row);

		/* Doubles that are not negative have the order of their bits. */
		memcpy(&v, &d, sizeof(v));
	}
	v = order->descending ? ~v : v;
	return v == UINT64_MAX ? v - 1 : v;
}
