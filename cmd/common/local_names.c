/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/local_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "common/name_file.h"

struct names {
	bool has_as, has_if;
	struct name_file as, interface;
	const struct flow_names *announced;
};

int
names_load(const char *as_path, const char *if_path, const struct flow_names *announced,
    struct names **names)
{
	struct names *n = calloc(1, sizeof(*n));
	int status = CLI_OK;

	if (n == NULL)
		return cli_fail("out of memory");
	n->has_as = as_path != NULL;
	n->has_if = if_path != NULL;
	n->announced = announced;
	if (n->has_as)
		status = name_file_read(as_path, false, &n->as);
	if (status == CLI_OK && n->has_if)
		status = name_file_read(if_path, true, &n->interface);
	if (status != CLI_OK) {
		names_free(n);
		return status;
	}
	*names = n;
	return CLI_OK;
}

void
names_free(struct names *names)
{
	if (names == NULL)
		return;
	name_file_clear(&names->as);
	name_file_clear(&names->interface);
	free(names);
}

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

/* The exporter of a row as text; empty where the table has none. */
static void
exporter_text(const struct flow_table *t, size_t row, char text[ADDR_TEXT_MAX + 1])
{
	size_t exporter = flow_table_find(t, "exporter");

	text[0] = '\0';
	if (exporter < t->columns && t->column[exporter].kind == FLOW_KIND_ADDR &&
	    bitmap_get(t->column[exporter].valid, row)) {
		const struct addr *a = t->column[exporter].values;

		text[addr_format(&a[row], text)] = '\0';
	}
}

/* The line of an interface of that exporter, else of any; NULL: there is none. */
static const struct name_line *
interface_line(const struct names *names, const char *exporter, uint64_t index)
{
	const struct name_line *found;
	char key[NAME_KEY_MAX];

	(void)snprintf(key, sizeof(key), "%s %" PRIu64, exporter, index);
	found = name_file_find(&names->interface, key);
	if (found != NULL)
		return found;
	(void)snprintf(key, sizeof(key), "* %" PRIu64, index);
	return name_file_find(&names->interface, key);
}

/* The name of an interface of the row's exporter, or of any; of length 0 where it has none. */
static struct flow_text
interface_name(const struct names *names, const struct flow_table *t, size_t row, uint64_t index)
{
	char exporter[ADDR_TEXT_MAX + 1];
	const struct name_line *found;

	exporter_text(t, row, exporter);
	found = interface_line(names, exporter, index);
	if (found != NULL && found->name[0] != '\0')
		return (struct flow_text){ found->name, (uint32_t)strlen(found->name) };
	if (names->announced == NULL)
		return (struct flow_text){ "", 0 };
	return flow_names_find(names->announced, FLOW_NAME_INTERFACE,
	    (struct flow_text){ exporter, (uint32_t)strlen(exporter) }, index);
}

static struct flow_text
name_of(const struct names *names, const struct flow_table *t, size_t column, size_t row, bool as)
{
	uint64_t number = ((const uint64_t *)t->column[column].values)[row];
	const struct name_line *found;
	char key[NAME_KEY_MAX];

	if (!as)
		return interface_name(names, t, row, number);
	(void)snprintf(key, sizeof(key), "%" PRIu64, number);
	found = name_file_find(&names->as, key);
	return (struct flow_text){ found != NULL ? found->name : NULL,
		found != NULL ? (uint32_t)strlen(found->name) : 0 };
}

/* The speed of the interface in column c; 0: unknown. */
static uint64_t
speed_of(const struct names *names, const struct flow_table *t, size_t c, size_t row)
{
	char exporter[ADDR_TEXT_MAX + 1];
	const struct name_line *found;
	uint64_t index;

	if (!bitmap_get(t->column[c].valid, row))
		return 0;
	index = ((const uint64_t *)t->column[c].values)[row];
	exporter_text(t, row, exporter);
	found = interface_line(names, exporter, index);
	if (found != NULL && found->speed_bps > 0)
		return found->speed_bps;
	return names->announced == NULL ? 0 :
	    flow_names_speed(names->announced, (struct flow_text){ exporter, (uint32_t)strlen(exporter) }, index);
}

/* The share of the speed, after each column of rates but the billed one. */
static enum flow_status
add_loads(struct flow_table *t, size_t speed)
{
	enum flow_status st = FLOW_OK;

	for (size_t c = speed + 1; c < t->columns && st == FLOW_OK; c++) {
		char name[2 * FLOW_TABLE_NAME_MAX];

		if (t->column[c].kind != FLOW_KIND_RATE || strcmp(t->column[c].name, "billed_bps") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s_pct", t->column[c].name);
		st = flow_table_insert(t, c + 1, name, "Load %", FLOW_KIND_PERCENT, false);
		for (size_t r = 0; r < t->rows && st == FLOW_OK; r++) {
			double load;

			if (!bitmap_get(t->column[speed].valid, r))
				continue;
			load = 100 * ((const double *)t->column[c].values)[r] /
			    (double)((const uint64_t *)t->column[speed].values)[r];
			flow_table_set(t, c + 1, r, &load);
		}
		c++;
	}
	return st;
}

/* In bills of interfaces: their speeds, where known, and rates as a share of them. */
static enum flow_status
add_speeds(const struct names *names, struct flow_table *t)
{
	size_t key = flow_table_find(t, "if"), at = key + 1;
	enum flow_status st;
	bool any = false;

	if (key == t->columns || flow_table_find(t, "billed_bps") == t->columns)
		return FLOW_OK;
	for (size_t r = 0; r < t->rows && !any; r++)
		any = speed_of(names, t, key, r) > 0;
	if (!any)
		return FLOW_OK;
	at += at < t->columns && strcmp(t->column[at].name, "if_name") == 0;
	st = flow_table_insert(t, at, "speed_bps", "Speed bps", FLOW_KIND_COUNT, false);
	for (size_t r = 0; r < t->rows && st == FLOW_OK; r++) {
		uint64_t speed_bps = speed_of(names, t, key, r);

		if (speed_bps > 0)
			flow_table_set(t, at, r, &speed_bps);
	}
	return st == FLOW_OK ? add_loads(t, at) : st;
}

/* The column of names after column c. */
static enum flow_status
add_column(const struct names *names, struct flow_table *t, size_t c, bool as)
{
	char name[2 * FLOW_TABLE_NAME_MAX];
	enum flow_status st;

	(void)snprintf(name, sizeof(name), "%s_name", t->column[c].name);
	st = flow_table_insert(t, c + 1, name, "Name", FLOW_KIND_TEXT, true);
	for (size_t r = 0; r < t->rows && st == FLOW_OK; r++) {
		struct flow_text text = { NULL, 0 };

		if (bitmap_get(t->column[c].valid, r))
			text = name_of(names, t, c, r, as);
		if (text.len > 0)
			st = flow_table_set_text(t, c + 1, r, text.p, text.len);
	}
	return st;
}

enum flow_status
names_add(const struct names *names, struct flow_table *t)
{
	static const char *const as[] = { "src_as", "dst_as", "as", "asn", "prev_as", "next_as", NULL };
	static const char *const interface[] = { "in_if", "out_if", "if", NULL };
	enum flow_status st = FLOW_OK;
	bool has_if = names->has_if || (names->announced != NULL &&
	    flow_names_any(names->announced, FLOW_NAME_INTERFACE));

	for (size_t c = 0; c < t->columns && st == FLOW_OK; c++) {
		const char *name = t->column[c].name;

		if (t->column[c].kind != FLOW_KIND_ID || !t->column[c].key)
			continue;
		if (names->has_as && is_one_of(name, as))
			st = add_column(names, t, c, true);
		else if (has_if && is_one_of(name, interface))
			st = add_column(names, t, c, false);
	}
	return st == FLOW_OK ? add_speeds(names, t) : st;
}
