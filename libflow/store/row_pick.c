/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/row_pick.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "record/field.h"

/* Rows are scattered in memory: values are prefetched this many rows ahead. */
#define AHEAD 24

struct row_pick {
	size_t cap;			/* capacity in rows */
	void *values[FLOW_FIELD_COUNT];	/* numbers or codes; NULL: none yet */
	uint64_t *valid[FLOW_FIELD_COUNT];
	struct flow_batch batch;
};

struct row_pick *
row_pick_new(void)
{
	return calloc(1, sizeof(struct row_pick));
}

static void
forget(struct row_pick *p)
{
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		free(p->values[f]);
		free(p->valid[f]);
		p->values[f] = NULL;
		p->valid[f] = NULL;
	}
}

void
row_pick_free(struct row_pick *p)
{
	if (p != NULL)
		forget(p);
	free(p);
}

#define PICK(type)                                                                       \
	do {                                                                             \
		const type *from = values;                                               \
		type *to = out;                                                          \
		for (i = 0; i + AHEAD < n; i++) {                                        \
			__builtin_prefetch(&from[rows[i + AHEAD]]);                      \
			to[i] = from[rows[i]];                                           \
		}                                                                        \
		for (; i < n; i++)                                                       \
			to[i] = from[rows[i]];                                           \
	} while (0)

static void
pick_values(const void *values, size_t width, const uint32_t *rows, size_t n, void *out)
{
	size_t i;

	switch (width) {
	case 1:
		PICK(uint8_t);
		break;
	case 2:
		PICK(uint16_t);
		break;
	case 4:
		PICK(uint32_t);
		break;
	default:
		PICK(uint64_t);
		break;
	}
}

static void
pick_bits(const uint64_t *from, const uint32_t *rows, size_t n, uint64_t *to)
{
	memset(to, 0, BITMAP_WORDS(n) * sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i / 64] |= (uint64_t)bitmap_get(from, rows[i]) << i % 64;
}

/* False when out of memory. */
static bool
pick_column(struct row_pick *p, unsigned f, const struct flow_column *in, const uint32_t *rows, size_t n)
{
	struct flow_column *out = &p->batch.column[f];
	size_t width = in->form == FLOW_FORM_DICT ? sizeof(uint32_t) :
	    flow_type_size(flow_field_info((enum flow_field)f)->type);

	if (p->values[f] == NULL)
		p->values[f] = malloc((p->cap + 1) * width);
	if (in->valid != NULL && p->valid[f] == NULL)
		p->valid[f] = malloc(BITMAP_WORDS(p->cap + 1) * sizeof(uint64_t));
	if (p->values[f] == NULL || (in->valid != NULL && p->valid[f] == NULL))
		return false;
	pick_values(in->form == FLOW_FORM_DICT ? (const void *)in->codes : in->values, width, rows, n, p->values[f]);
	*out = *in;
	if (in->form == FLOW_FORM_DICT)
		out->codes = p->values[f];
	else
		out->values = p->values[f];
	if (in->valid != NULL) {
		pick_bits(in->valid, rows, n, p->valid[f]);
		out->valid = p->valid[f];
	}
	return true;
}

const struct flow_batch *
row_pick_rows(struct row_pick *p, const struct flow_batch *batch, const uint32_t *rows, size_t n)
{
	if (n > p->cap) {
		forget(p);
		p->cap = n;
	}
	p->batch.rows = n;
	for (unsigned f = 0; f < FLOW_FIELD_COUNT; f++) {
		p->batch.column[f] = batch->column[f];
		if (batch->column[f].form != FLOW_FORM_NULL && !pick_column(p, f, &batch->column[f], rows, n))
			return NULL;
	}
	return &p->batch;
}
