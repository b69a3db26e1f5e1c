/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes keys of groups to columns of a table. */
#include "agg/table/result.h"

#include <ctype.h>
#include <stdio.h>

/* "src_addr" -> "Src addr" */
static void
heading(const char *name, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", name);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	out[0] = (char)toupper((unsigned char)out[0]);
}

static enum flow_kind
part_cell(const struct key_part *part)
{
	if (part->kind == KEY_PREFIX || part->kind == KEY_NET)
		return FLOW_KIND_PREFIX;
	switch (key_part_type(part)) {
	case FLOW_TYPE_ADDR:
		return FLOW_KIND_ADDR;
	case FLOW_TYPE_MAC:
		return FLOW_KIND_MAC;
	case FLOW_TYPE_TEXT:
		return FLOW_KIND_TEXT;
	case FLOW_TYPE_TIME:
		return FLOW_KIND_TIME;
	default:
		break;
	}
	if (part->field[0] == FLOW_FIELD_PROTO || part->field[0] == FLOW_FIELD_INNER_PROTO)
		return FLOW_KIND_PROTO;
	return part->field[0] == FLOW_FIELD_TCP_FLAGS ? FLOW_KIND_FLAGS : FLOW_KIND_ID;
}

enum flow_status
result_key_column(const struct key_part *part, struct flow_table *t)
{
	char label[FLOW_TABLE_NAME_MAX];

	if (part->hidden)
		return FLOW_OK;
	heading(part->name, label, sizeof(label));
	return flow_table_add(t, part->name, label, part_cell(part), true);
}

enum flow_status
result_key_columns(const struct grouping *g, struct flow_table *t)
{
	enum flow_status st = FLOW_OK;

	for (size_t k = 0; k < g->parts && st == FLOW_OK; k++)
		st = result_key_column(&g->part[k], t);
	return st;
}

/* The prefix length of a part's network. */
static int
prefix_bits(const struct grouping *g, size_t k, const struct addr *a, const uint64_t *group)
{
	const struct key_part *part = &g->part[k];
	int most = addr_is_v4(a) ? 32 : 128;
	uint64_t mask;
	bool has;

	if (part->kind == KEY_PREFIX)
		return addr_is_v4(a) ? part->bits4 : part->bits6;
	mask = result_value(&g->part[k + 1], group, &has) - 1;
	return mask < (uint64_t)most ? (int)mask : most;
}

enum flow_status
result_key_cell(const struct flow_agg_result *r, const struct grouping *g, size_t k, const uint64_t *group,
    struct flow_table *t, size_t column, size_t row)
{
	const struct key_part *part = &g->part[k];
	struct flow_prefix prefix;
	struct flow_text text;
	bool has;
	uint64_t v = result_value(part, group, &has);

	if (!has)
		return FLOW_OK;
	switch (t->column[column].kind) {
	case FLOW_KIND_PREFIX:
		prefix.addr = r->maps.values.value[v];
		prefix.bits = prefix_bits(g, k, &prefix.addr, group);
		flow_table_set(t, column, row, &prefix);
		break;
	case FLOW_KIND_ADDR:
		flow_table_set(t, column, row, &r->maps.values.value[v]);
		break;
	case FLOW_KIND_MAC:
		v = addr_lo(&r->maps.values.value[v]);
		flow_table_set(t, column, row, &v);
		break;
	case FLOW_KIND_TEXT:
		text = atoms_text(&r->maps.texts, (uint32_t)v);
		return flow_table_set_text(t, column, row, text.p, text.len);
	default:
		v -= !key_part_is_wide(part);
		flow_table_set(t, column, row, &v);
		break;
	}
	return FLOW_OK;
}

enum flow_status
result_key_cells(const struct flow_agg_result *r, const struct grouping *g, const uint64_t *group,
    struct flow_table *t, size_t row)
{
	enum flow_status st = FLOW_OK;
	size_t column = 0;

	for (size_t k = 0; k < g->parts && st == FLOW_OK; k++)
		if (!g->part[k].hidden)
			st = result_key_cell(r, g, k, group, t, column++, row);
	return st;
}
