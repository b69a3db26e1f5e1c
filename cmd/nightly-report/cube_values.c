/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nightly-report/figures.h"
#include "net/proto.h"

/* Adds a value to a dimension; NULL where there is no room. */
static struct cube_value *
new_value(struct cube *cube, enum cube_dim dim)
{
	if (cube->dim[dim].count == CUBE_VALUES)
		return NULL;
	return &cube->dim[dim].value[cube->dim[dim].count++];
}

static bool
has_number(const struct cube *cube, enum cube_dim dim, uint32_t number, uint8_t exporter)
{
	for (size_t i = 0; i < cube->dim[dim].count; i++)
		if (cube->dim[dim].value[i].number == number && cube->dim[dim].value[i].exporter == exporter)
			return true;
	return false;
}

/* Appends the name after a number.  It comes from the network, so output must escape it. */
static void
append_name(const struct flow_table *t, const char *column, size_t row, char *label)
{
	size_t c = flow_table_find(t, column), len = strlen(label);

	if (c < t->columns && bitmap_get(t->column[c].valid, row)) {
		const struct flow_text *text = &((const struct flow_text *)t->column[c].values)[row];
		size_t room = CUBE_LABEL_MAX - len - 1, take = text->len < room - 1 ? text->len : room - 1;

		/* Cuts at the end of a character. */
		while (take > 0 && take < text->len && ((unsigned char)text->p[take] & 0xc0) == 0x80)
			take--;
		(void)snprintf(label + len, room, " %.*s", (int)take, text->p);
	}
}

/* Numbers that stand for themselves. */
static void
fill_numbers(struct cube *cube, enum cube_dim dim, const struct flow_table *t, const char *column)
{
	size_t c = flow_table_find(t, column);
	char name[64];

	(void)snprintf(name, sizeof(name), "%s_name", column);
	for (size_t r = 0; r < t->rows && c < t->columns; r++) {
		uint32_t number = (uint32_t)figures_value(t, column, r);
		struct cube_value *v;

		if (!bitmap_get(t->column[c].valid, r) || has_number(cube, dim, number, 0) ||
		    (v = new_value(cube, dim)) == NULL)
			continue;
		v->number = number;
		(void)snprintf(v->label, sizeof(v->label), "%" PRIu32, number);
		if (dim == CUBE_PROTO && number <= UINT8_MAX)
			v->label[proto_format((uint8_t)number, v->label)] = '\0';
		append_name(t, name, r, v->label);
		if (dim == CUBE_SERVICE)
			(void)snprintf(v->filter, sizeof(v->filter), "(src port %" PRIu32 " and dst port >= %" PRIu32
			    ") or (dst port %" PRIu32 " and src port >= %" PRIu32 ")", number, number, number, number);
		else
			(void)snprintf(v->filter, sizeof(v->filter), "%s %" PRIu32, dim == CUBE_PROTO ? "proto" :
			    dim == CUBE_SOURCE_AS ? "src as" : "dst as", number);
	}
}

static void
fill_addresses(struct cube *cube, enum cube_dim dim, const struct flow_table *t, const char *column)
{
	static const char *const words[CUBE_DIMS] = { [CUBE_SOURCE] = "src ip", [CUBE_DESTINATION] = "dst ip" };
	char text[ADDR_TEXT_MAX + 1] = "", name[64];
	size_t c = flow_table_find(t, column);

	(void)snprintf(name, sizeof(name), "%s_name", column);
	for (size_t r = 0; r < t->rows && c < t->columns; r++) {
		struct cube_value *v;

		if (!bitmap_get(t->column[c].valid, r) || (v = new_value(cube, dim)) == NULL)
			continue;
		text[addr_format(&((const struct addr *)t->column[c].values)[r], text)] = '\0';
		memcpy(v->text, text, sizeof(v->text));
		(void)snprintf(v->label, sizeof(v->label), "%s", text);
		append_name(t, name, r, v->label);
		(void)snprintf(v->filter, sizeof(v->filter), "%s %s", words[dim], text);
	}
}

static size_t
find_exporter(const struct cube *cube, const char *name)
{
	size_t i = 0;

	while (i < cube->dim[CUBE_EXPORTER].count && strcmp(cube->dim[CUBE_EXPORTER].value[i].text, name) != 0)
		i++;
	return i;
}

static void
fill_exporters(struct cube *cube, const struct flow_table *load)
{
	char name[ADDR_TEXT_MAX + 1];

	for (size_t r = 0; r < load->rows; r++) {
		struct cube_value *v;

		figures_exporter(load, r, name);
		if (name[0] == '\0' || strcmp(name, "other") == 0 ||
		    find_exporter(cube, name) < cube->dim[CUBE_EXPORTER].count ||
		    (v = new_value(cube, CUBE_EXPORTER)) == NULL)
			continue;
		memcpy(v->text, name, sizeof(v->text));
		memcpy(v->label, name, sizeof(name));
		(void)snprintf(v->filter, sizeof(v->filter), "router ip %s", name);
	}
}

static void
fill_interfaces(struct cube *cube, enum cube_dim dim, const struct flow_table *bill, const char *word)
{
	size_t c = flow_table_find(bill, "if");
	char name[ADDR_TEXT_MAX + 1];

	for (size_t r = 0; r < bill->rows && c < bill->columns; r++) {
		uint32_t number = (uint32_t)figures_value(bill, "if", r);
		size_t exporter;
		struct cube_value *v;

		figures_exporter(bill, r, name);
		exporter = find_exporter(cube, name);
		if (!bitmap_get(bill->column[c].valid, r) || exporter == cube->dim[CUBE_EXPORTER].count ||
		    (v = new_value(cube, dim)) == NULL)
			continue;
		v->number = number;
		v->exporter = (uint8_t)exporter;
		(void)snprintf(v->label, sizeof(v->label), "%s %" PRIu32, name, number);
		append_name(bill, "if_name", r, v->label);
		(void)snprintf(v->filter, sizeof(v->filter), "router ip %s and %s if %" PRIu32, name, word, number);
	}
}

void
cube_values_fill(struct cube *cube, const struct report_answer *a, bool directions)
{
	static const char *const direction[CUBE_DIRECTIONS] = { "transit", "in", "out", "inside" };

	fill_exporters(cube, a->table[TABLE_LOAD]);
	fill_interfaces(cube, CUBE_IN_IF, a->table[TABLE_IF_BILL], "in");
	fill_interfaces(cube, CUBE_OUT_IF, a->table[TABLE_IF_BILL], "out");
	fill_numbers(cube, CUBE_PROTO, a->table[TABLE_PROTO], "proto");
	fill_numbers(cube, CUBE_SERVICE, a->table[TABLE_SERVICE], "service");
	fill_numbers(cube, CUBE_SOURCE_AS, a->table[TABLE_SOURCE_AS], "src_as");
	fill_numbers(cube, CUBE_DESTINATION_AS, a->table[TABLE_DESTINATION_AS], "dst_as");
	fill_addresses(cube, CUBE_SOURCE, a->table[TABLE_SOURCE], "src_addr");
	fill_addresses(cube, CUBE_DESTINATION, a->table[TABLE_DESTINATION], "dst_addr");
	for (size_t i = 0; directions && i < CUBE_DIRECTIONS; i++)
		(void)snprintf(new_value(cube, CUBE_DIRECTION)->label, CUBE_LABEL_MAX, "%s", direction[i]);
}
