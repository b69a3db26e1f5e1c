/* SPDX-License-Identifier: BSD-2-Clause */
/* Cells of names that exporters gave to their interfaces and VRFs. */
#include <string.h>

#include "base/decimal.h"
#include "output/escape.h"
#include "output/people.h"

/* The exporter of a row as a text; of length 0 where there is none. */
static struct flow_text
exporter(const struct chunk *k, size_t i)
{
	const struct flow_column *c = &k->batch->column[FLOW_FIELD_EXPORTER];

	if (c->form != FLOW_FORM_DICT || !flow_column_has(c, k->row[i]))
		return (struct flow_text){ "", 0 };
	return flow_column_text(c, k->row[i]);
}

/* A name, or else the number, in at most CELL_INLINE_MAX bytes. */
static size_t
name_or_number(const struct column *c, const struct chunk *k, size_t i, enum flow_name_kind kind,
    char *out)
{
	const struct flow_column *column = &k->batch->column[c->field];
	char safe[6 * FLOW_NAME_MAX + 2];
	struct flow_text name = { "", 0 };
	uint64_t number = 0;
	size_t len;

	if (column->form != FLOW_FORM_NULL && flow_column_has(column, k->row[i]))
		number = flow_column_number(column, flow_field_info(c->field)->type, k->row[i]);
	if (c->names != NULL)
		name = flow_names_find(c->names, kind, exporter(k, i), number);
	if (name.len == 0)
		return decimal_u64(number, out);
	len = escape_plain(name.p, name.len, safe);
	/* Escaping may have made it longer: cut it at the end of a character. */
	if (len > CELL_INLINE_MAX)
		for (len = CELL_INLINE_MAX; len > 0 && ((uint8_t)safe[len] & 0xc0) == 0x80; len--)
			;
	memcpy(out, safe, len);
	return len;
}

static bool
print_names(const struct column *c, struct column_state *s, const struct chunk *k,
    enum flow_name_kind kind)
{
	size_t i, len;

	s->cells.copy = CELL_INLINE_MAX;
	for (i = 0; i < k->n; i++) {
		char *cell = s->cells.text + i * s->cells.stride;

		len = name_or_number(c, k, i, kind, cell);
		if (len < c->width) {
			memmove(cell + c->width - len, cell, len);
			memset(cell, ' ', c->width - len);
			len = c->width;
		}
		s->cells.len[i] = (uint32_t)len;
	}
	return true;
}

bool
people_interface(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return print_names(c, s, k, FLOW_NAME_INTERFACE);
}

bool
people_vrf(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return print_names(c, s, k, FLOW_NAME_VRF);
}
