/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/decimal.h"
#include "filter/filter_program.h"

/* From this many ranges on a table of all values is faster. */
#define TABLE_MIN 3

/* Up to this many addresses, or networks of whole octets, are compared as texts. */
#define TEXTS_MAX 4

/* "255.255.255." */
#define OCTETS_ROOM (3 * DECIMAL_ROOM_32)

static bool
make_table(struct arena *arena, struct predicate *p)
{
	size_t values = (size_t)field_max(p->field[0]) + 1;
	uint8_t *table;

	if (!predicate_is_whole(p) || p->ranges.count < TABLE_MIN ||
	    flow_type_size(flow_field_info(p->field[0])->type) > 2)
		return true;
	if ((table = arena_alloc(arena, values)) == NULL)
		return false;
	for (size_t i = 0; i < p->ranges.count; i++)
		memset(table + p->ranges.range[i].lo, 1,
		    (size_t)(p->ranges.range[i].hi - p->ranges.range[i].lo) + 1);
	p->number.table = table;
	return true;
}

/* The canonical texts of a few addresses. */
static bool
make_hosts(struct arena *arena, struct predicate *p)
{
	struct addr host[TEXTS_MAX];
	size_t n = addr_set_enumerate(p->set, host, TEXTS_MAX);
	struct flow_text *text;

	if (n > TEXTS_MAX)
		return true;
	if ((text = arena_array(arena, n, sizeof(*text))) == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		char *p_text = arena_alloc(arena, ADDR_TEXT_MAX);

		if (p_text == NULL)
			return false;
		text[i] = (struct flow_text){ p_text, (uint32_t)addr_format(&host[i], p_text) };
	}
	p->text = text;
	p->texts = n;
	return true;
}

/* The first `octets` octets, each with a dot behind it. */
static uint32_t
format_octets(uint32_t net, unsigned octets, char *out)
{
	size_t len = 0;

	for (unsigned i = 0; i < octets; i++) {
		len += decimal_below8(net >> (24 - 8 * i) & 0xff, out + len);
		out[len++] = '.';
	}
	return (uint32_t)len;
}

/* Appends the networks of one, two or three octets that make up the range; false if too many. */
static bool
add_octets(struct arena *arena, const struct addr_range *r, struct flow_text *text, size_t *n)
{
	uint64_t lo, end, step;
	unsigned octets;

	if (!addr_is_v4(&r->lo))
		return false;
	lo = addr_v4(&r->lo);
	end = (uint64_t)addr_v4(&r->hi) + 1;
	for (octets = 1; octets <= 3; octets++) {
		step = UINT64_C(1) << (32 - 8 * octets);
		if (lo % step == 0 && end % step == 0)
			break;
	}
	if (octets > 3 || (end - lo) / step > TEXTS_MAX - *n)
		return false;
	for (; lo < end; lo += step) {
		char *p_text = arena_alloc(arena, OCTETS_ROOM);

		if (p_text == NULL)
			return false;
		text[(*n)++] = (struct flow_text){ p_text,
		    format_octets((uint32_t)lo, octets, p_text) };
	}
	return true;
}

/* Networks that end between octets become text prefixes ("192.0.2."), which only dotted quads begin with. */
static bool
make_octets(struct arena *arena, struct predicate *p)
{
	struct flow_text *text = arena_array(arena, TEXTS_MAX, sizeof(*text));
	struct addr_list list = { 0 };
	size_t n = 0;
	bool ok;

	if (p->texts > 0 || addr_set_ranges(p->set) > TEXTS_MAX)
		return true;
	ok = text != NULL && addr_set_list(p->set, &list);
	for (size_t i = 0; i < list.count && ok; i++)
		ok = add_octets(arena, &list.range[i], text, &n);
	addr_list_release(&list);
	if (ok) {
		p->text = text;
		p->texts = n;
		p->by_prefix = true;
	}
	return text != NULL;
}

bool
predicate_prepare(struct flow_filter *f, struct predicate *p)
{
	for (size_t i = 0; i < p->fields; i++)
		flow_fieldset_add(&f->fields, p->field[i]);
	if (p->kind == PREDICATE_IF_NAME)
		flow_fieldset_add(&f->fields, FLOW_FIELD_EXPORTER);
	if (p->kind == PREDICATE_PORT_BLOCK) {
		flow_fieldset_add(&f->fields, FLOW_FIELD_PORT_BLOCK_START);
		flow_fieldset_add(&f->fields, FLOW_FIELD_PORT_BLOCK_END);
	}
	if (predicate_has_cache(p))
		p->id = f->caches++;
	f->ordered = f->ordered || p->kind == PREDICATE_COUNT;
	f->asks_file = f->asks_file || p->kind == PREDICATE_IDENT || p->kind == PREDICATE_IF_NAME;
	f->asks_names = f->asks_names || p->kind == PREDICATE_IF_NAME;
	if (p->kind == PREDICATE_NUMBER)
		return make_table(f->arena, p);
	if (p->kind == PREDICATE_ADDR)
		return make_hosts(f->arena, p) && make_octets(f->arena, p);
	return true;
}
