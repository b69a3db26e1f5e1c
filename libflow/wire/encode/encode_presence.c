/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_presence.h"

#include <string.h>

#include "base/bitmap.h"

/* Families of a dictionary, as bits. */
#define HAS_V4 1u
#define HAS_V6 2u

static bool
is_addr(const struct encode_field *f)
{
	return f->form == ENCODE_ADDR4 || f->form == ENCODE_ADDR6;
}

/* Whether its value is a row's. */
static bool
of_row(const struct encode_field *f)
{
	switch (f->form) {
	case ENCODE_RATE: case ENCODE_PROBABILITY: case ENCODE_DOMAIN: case ENCODE_TEMPLATE: case ENCODE_SUBJECT:
	case ENCODE_BOOT: case ENCODE_EXPORTER: case ENCODE_CONSTANT: case ENCODE_ZERO:
		return false;
	default:
		return f->field != FLOW_FIELD_NONE;
	}
}

/* Whether another field has the same column as an address of the other family. */
static bool
has_twin(const struct encode_layout *layout, const struct encode_field *f)
{
	size_t i;

	for (i = 0; is_addr(f) && i < layout->fields; i++)
		if (layout->field[i].field == f->field && is_addr(&layout->field[i]) &&
		    layout->field[i].form != f->form)
			return true;
	return false;
}

void
encode_pattern_all(const struct encode_layout *layout, struct encode_pattern *out)
{
	memset(out, 0, sizeof(*out));
	bitmap_fill(out->word, 0, layout->fields, true);
}

void
encode_pattern_required(const struct encode_layout *layout, struct encode_pattern *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < layout->fields; i++)
		if (!of_row(&layout->field[i]) || flow_field_info(layout->field[i].field)->required)
			bitmap_set(out->word, i);
}

bool
encode_layout_has_both(const struct encode_layout *layout)
{
	size_t i;

	for (i = 0; i < layout->fields; i++)
		if (has_twin(layout, &layout->field[i]))
			return true;
	return false;
}

/* The family that an address must have for that field; 0: any. */
static uint8_t
wanted_family(const struct encode_layout *layout, const struct encode_field *f, const struct flow_column *c)
{
	bool twin;

	if (!is_addr(f))
		return 0;
	twin = has_twin(layout, f);
	if (c->form == FLOW_FORM_FLAT && !twin)
		return 0;
	if (f->form == ENCODE_ADDR4)
		return 4;
	return !twin && (f->field == FLOW_FIELD_SRC_ADDR || f->field == FLOW_FIELD_DST_ADDR) ? 0 : 6;
}

void
encode_presence_begin(struct encode_presence *p, const struct encode_layout *layout, const struct encode_addrs *addrs,
    const struct flow_batch *batch)
{
	size_t i;

	encode_pattern_all(layout, &p->likely);
	p->doubts = 0;
	for (i = 0; i < layout->fields; i++) {
		const struct encode_field *f = &layout->field[i];
		const struct flow_column *c;
		unsigned families;
		uint8_t family;

		if (!of_row(f))
			continue;
		c = &batch->column[f->field];
		family = wanted_family(layout, f, c);
		families = c->form == FLOW_FORM_DICT && family != 0 ? addrs->families[f->field] : HAS_V4 | HAS_V6;
		if (c->form == FLOW_FORM_NULL || (family != 0 && (families & (family == 4 ? HAS_V4 : HAS_V6)) == 0))
			bitmap_unset(p->likely.word, i);
		else if (c->valid != NULL || (family != 0 && families == (HAS_V4 | HAS_V6)))
			p->doubt[p->doubts++] = (struct encode_doubt){ c->valid,
				c->form == FLOW_FORM_DICT ? addrs->addr[f->field] : c->values,
				c->form == FLOW_FORM_DICT ? c->codes : NULL, (uint8_t)i, family };
	}
}

void
encode_presence_row(const struct encode_presence *p, size_t row, struct encode_pattern *out)
{
	size_t i;

	*out = p->likely;
	for (i = 0; i < p->doubts; i++) {
		const struct encode_doubt *d = &p->doubt[i];
		bool has = d->valid == NULL || bitmap_get(d->valid, row);

		if (has && d->family != 0)
			has = addr_is_v4(&d->addr[d->codes != NULL ? d->codes[row] : row]) == (d->family == 4);
		if (!has)
			bitmap_unset(out->word, d->field);
	}
}

size_t
encode_pattern_count(const struct encode_pattern *p)
{
	return bitmap_count(p->word, ENCODE_FIELDS_MAX);
}

bool
encode_pattern_within(const struct encode_pattern *some, const struct encode_pattern *all)
{
	size_t i;

	for (i = 0; i < ENCODE_FIELDS_MAX / 64; i++)
		if ((some->word[i] & ~all->word[i]) != 0)
			return false;
	return true;
}
