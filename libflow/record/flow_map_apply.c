/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "record/addr_rename.h"
#include "record/flow_map.h"

static const enum flow_field as_field[] = {
	FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS, FLOW_FIELD_PREV_AS, FLOW_FIELD_NEXT_AS,
};

#define AS_FIELDS (sizeof(as_field) / sizeof(as_field[0]))

struct flow_map_state {
	const struct flow_map *map;
	struct addr_renamer *renamer;
	struct flow_batch batch;
	uint32_t as[AS_FIELDS][FLOW_BATCH_ROWS];
};

static struct addr
rename_addr(void *context, const struct addr *a)
{
	const struct flow_map_state *s = context;

	return flow_map_addr(s->map, a);
}

struct flow_map_state *
flow_map_state_new(const struct flow_map *m)
{
	struct flow_map_state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->map = m;
	s->renamer = addr_renamer_new(rename_addr, s);
	if (s->renamer != NULL)
		return s;
	free(s);
	return NULL;
}

void
flow_map_state_free(struct flow_map_state *s)
{
	if (s == NULL)
		return;
	addr_renamer_free(s->renamer);
	free(s);
}

static void
map_as(const struct flow_map *m, const struct flow_batch *in, uint32_t *out, struct flow_column *column)
{
	const uint32_t *as = column->values;
	uint32_t last = 0, last_to = flow_map_as(m, 0);

	/* Neighbouring flows often have the same AS. */
	for (size_t i = 0; i < in->rows; i++) {
		if (as[i] != last)
			last_to = flow_map_as(m, last = as[i]);
		out[i] = last_to;
	}
	column->values = out;
}

enum flow_status
flow_map_apply(struct flow_map_state *s, const struct flow_batch **batch, const struct flow_selection *sel)
{
	const struct flow_batch *in = *batch;

	s->batch = *in;
	*batch = &s->batch;
	for (size_t i = 0; i < AS_FIELDS && flow_map_has_ases(s->map); i++)
		if (in->column[as_field[i]].form == FLOW_FORM_FLAT)
			map_as(s->map, in, s->as[i], &s->batch.column[as_field[i]]);
	if (!flow_map_has_nets(s->map))
		return FLOW_OK;
	s->batch.column[FLOW_FIELD_EXTRA] = (struct flow_column){ .form = FLOW_FORM_NULL };
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (flow_field_info((enum flow_field)f)->type == FLOW_TYPE_ADDR && f != FLOW_FIELD_EXPORTER &&
		    addr_renamer_apply(s->renamer, (enum flow_field)f, in, sel, &s->batch) != FLOW_OK)
			return FLOW_ENOMEM;
	return FLOW_OK;
}
