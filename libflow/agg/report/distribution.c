/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/distribution.h"

#include <stdio.h>
#include <stdlib.h>

#define BOUNDS_MAX 26
#define CLASSES_MAX (BOUNDS_MAX + 1)

/* Largest values of the classes; what is above is in one more. */
struct classes {
	const char *title, *from, *to, *from_label, *to_label;
	uint32_t least;
	size_t bounds;
	uint32_t bound[BOUNDS_MAX];
};

static const struct classes classes[FLOW_DISTRIBUTIONS] = {
	{ "packet size, bytes", "from", "to", "From", "To", 0, 26, { 32, 64, 96, 128, 160, 192, 224, 256, 288, 320,
	    352, 384, 416, 448, 480, 512, 544, 576, 1024, 1536, 2048, 2560, 3072, 3584, 4096, 4608 } },
	{ "packets per flow", "from", "to", "From", "To", 1, 25, { 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48,
	    52, 60, 100, 200, 300, 400, 500, 600, 700, 800, 900 } },
	{ "bytes per flow", "from", "to", "From", "To", 0, 25, { 32, 64, 128, 256, 512, 1280, 2048, 2816, 3584, 4352,
	    5120, 5888, 6656, 7424, 8192, 8960, 9728, 10496, 11264, 12032, 12800, 13568, 14336, 15104, 15872 } },
	{ "duration of flows, ms", "from_ms", "to_ms", "From ms", "To ms", 0, 25, { 10, 50, 100, 200, 500, 1000, 2000,
	    3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 12000, 14000, 16000, 18000, 20000, 22000, 24000, 26000,
	    28000, 30000 } },
};

struct class_sums {
	uint64_t flows, packets, bytes;
};

struct flow_distribution {
	struct class_sums sums[FLOW_DISTRIBUTIONS][CLASSES_MAX];
	uint64_t without;	/* rows without packets */
	bool beyond;
};

struct flow_distribution *
flow_distribution_new(void)
{
	return calloc(1, sizeof(struct flow_distribution));
}

void
flow_distribution_free(struct flow_distribution *d)
{
	free(d);
}

void
flow_distribution_fields(struct flow_fieldset *fields)
{
	flow_fieldset_add(fields, FLOW_FIELD_FIRST);
	flow_fieldset_add(fields, FLOW_FIELD_LAST);
	flow_fieldset_add(fields, FLOW_FIELD_PACKETS);
	flow_fieldset_add(fields, FLOW_FIELD_BYTES);
	flow_fieldset_add(fields, FLOW_FIELD_FLOWS);
}

/* The first class whose bound is not below the value. */
static size_t
class_of(const struct classes *c, uint64_t value)
{
	size_t lo = 0, hi = c->bounds;

	while (lo < hi) {
		size_t middle = (lo + hi) / 2;

		if (c->bound[middle] < value)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

static void
add(uint64_t *sum, uint64_t value, bool *beyond)
{
	if (!__builtin_add_overflow(*sum, value, sum))
		return;
	*sum = UINT64_MAX;
	*beyond = true;
}

static void
add_sums(struct class_sums *to, const struct class_sums *more, bool *beyond)
{
	add(&to->flows, more->flows, beyond);
	add(&to->packets, more->packets, beyond);
	add(&to->bytes, more->bytes, beyond);
}

/* A required column of numbers; a file of another collector may lack one. */
static uint64_t
number(const struct flow_batch *batch, enum flow_field field, size_t row)
{
	const struct flow_column *c = &batch->column[field];
	uint64_t v;

	if (!flow_column_has(c, row))
		return 0;
	v = ((const uint64_t *)c->values)[row];
	return v <= INT64_MAX ? v : 0;
}

void
flow_distribution_add(struct flow_distribution *d, const struct flow_batch *batch, const struct flow_selection *sel)
{
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);
		struct class_sums one = { number(batch, FLOW_FIELD_FLOWS, row), number(batch, FLOW_FIELD_PACKETS, row),
			number(batch, FLOW_FIELD_BYTES, row) };
		uint64_t first = number(batch, FLOW_FIELD_FIRST, row), last = number(batch, FLOW_FIELD_LAST, row);
		uint64_t value[FLOW_DISTRIBUTIONS];

		if (one.packets == 0) {
			d->without++;
			continue;
		}
		value[0] = one.bytes / one.packets;
		value[1] = one.packets;
		value[2] = one.bytes;
		value[3] = last > first ? last - first : 0;
		for (size_t t = 0; t < FLOW_DISTRIBUTIONS; t++)
			add_sums(&d->sums[t][class_of(&classes[t], value[t])], &one, &d->beyond);
	}
}

void
flow_distribution_merge(struct flow_distribution *to, const struct flow_distribution *from)
{
	for (size_t t = 0; t < FLOW_DISTRIBUTIONS; t++)
		for (size_t i = 0; i < CLASSES_MAX; i++)
			add_sums(&to->sums[t][i], &from->sums[t][i], &to->beyond);
	to->without += from->without;
	to->beyond = to->beyond || from->beyond;
}

static enum flow_status
add_columns(struct flow_table *t, const struct classes *c)
{
	if (flow_table_add(t, c->from, c->from_label, FLOW_KIND_ID, true) != FLOW_OK ||
	    flow_table_add(t, c->to, c->to_label, FLOW_KIND_ID, true) != FLOW_OK ||
	    flow_table_add(t, "flows", "Flows", FLOW_KIND_COUNT, false) != FLOW_OK ||
	    flow_table_add(t, "flows_pct", "Flows %", FLOW_KIND_PERCENT, false) != FLOW_OK ||
	    flow_table_add(t, "packets", "Packets", FLOW_KIND_COUNT, false) != FLOW_OK ||
	    flow_table_add(t, "bytes", "Bytes", FLOW_KIND_COUNT, false) != FLOW_OK)
		return FLOW_ENOMEM;
	return flow_table_reserve(t, c->bounds + 1);
}

/* Sums below the table, as those of groups have. */
static enum flow_status
add_notes(struct flow_table *t, const struct class_sums *all, uint64_t without)
{
	const struct { const char *name; uint64_t value; } notes[] = {
		{ "flows", all->flows }, { "packets", all->packets }, { "bytes", all->bytes },
		{ "rows_without_packets", without },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		struct flow_table_note *note;

		if (i == 3 && without == 0)
			continue;
		if ((note = flow_table_note(t, notes[i].name, FLOW_KIND_COUNT)) == NULL)
			return FLOW_ENOMEM;
		note->value.number = notes[i].value;
	}
	return FLOW_OK;
}

enum flow_status
flow_distribution_table(const struct flow_distribution *d, size_t table, struct flow_table **out,
    struct flow_error *err)
{
	const struct classes *c = &classes[table];
	struct flow_table *t = flow_table_new(c->title);
	struct class_sums all = { 0, 0, 0 };
	bool beyond = d->beyond;

	for (size_t i = 0; i <= c->bounds; i++)
		add_sums(&all, &d->sums[table][i], &beyond);
	if (t == NULL || add_columns(t, c) != FLOW_OK || add_notes(t, &all, d->without) != FLOW_OK) {
		flow_table_free(t);
		return flow_fail_memory(err);
	}
	for (size_t i = 0; i <= c->bounds; i++) {
		const struct class_sums *s = &d->sums[table][i];
		uint64_t from = i > 0 ? c->bound[i - 1] + UINT64_C(1) : c->least;
		uint64_t to = i < c->bounds ? c->bound[i] : 0;
		double share = all.flows > 0 ? 100 * (double)s->flows / (double)all.flows : 0;

		flow_table_set(t, 0, i, &from);
		if (i < c->bounds)
			flow_table_set(t, 1, i, &to);
		flow_table_set(t, 2, i, &s->flows);
		flow_table_set(t, 3, i, &share);
		flow_table_set(t, 4, i, &s->packets);
		flow_table_set(t, 5, i, &s->bytes);
	}
	t->rows = t->total = c->bounds + 1;
	t->beyond = beyond;
	*out = t;
	return FLOW_OK;
}
