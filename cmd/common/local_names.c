/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/local_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Longest key: "*" or an exporter, a blank and the number. */
#define KEY_MAX 64

struct entry {
	char key[KEY_MAX];
	char *name;
};

struct list {
	struct entry *entry;
	size_t count, cap;
};

struct names {
	bool has_as, has_if;
	struct list as, interface;
	const struct flow_names *announced;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

static bool
list_add(struct list *list, const char *key, const char *name)
{
	struct entry *e;

	if (list->count == list->cap) {
		size_t cap = list->cap > 0 ? 2 * list->cap : 256;

		e = realloc(list->entry, cap * sizeof(*e));
		if (e == NULL)
			return false;
		list->entry = e;
		list->cap = cap;
	}
	e = &list->entry[list->count];
	(void)snprintf(e->key, sizeof(e->key), "%s", key);
	e->name = strdup(name);
	list->count += e->name != NULL;
	return e->name != NULL;
}

static void
list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->entry[i].name);
	free(list->entry);
}

static const char *
list_find(const struct list *list, const char *key)
{
	struct entry want = { .name = NULL };
	const struct entry *found;

	(void)snprintf(want.key, sizeof(want.key), "%s", key);
	found = list->count > 0 ?
	    bsearch(&want, list->entry, list->count, sizeof(want), compare) : NULL;
	return found != NULL ? found->name : NULL;
}

/* Cuts the first field off *p. */
static char *
field(char **p)
{
	char *start = *p + strspn(*p, " \t");

	*p = start + strcspn(start, " \t,");
	if (**p != '\0')
		*(*p)++ = '\0';
	*p += strspn(*p, " \t");
	return start;
}

/* Adds a line to the list; false when out of memory.  Lines without content are left out. */
static bool
add_line(struct list *list, char *line, bool interface)
{
	char key[KEY_MAX], *first, *second = NULL;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '#')
		return true;
	first = field(&line);
	if (interface)
		second = field(&line);
	if (line[0] == '\0')
		return true;
	if (!interface && (strncmp(first, "AS", 2) == 0 || strncmp(first, "as", 2) == 0))
		first += 2;
	(void)snprintf(key, sizeof(key), "%s%s%s", first, interface ? " " : "",
	    interface ? second : "");
	return list_add(list, key, line);
}

/* The name of "AS64496,"Some, Inc.",Content,US" as bgp.tools lists them (RFC 4180), in place. */
static char *
csv_name(char *at)
{
	char *out = at, *from = at;

	if (*at != '"') {
		at[strcspn(at, ",")] = '\0';
		return at;
	}
	for (from++; *from != '\0' && (*from != '"' || from[1] == '"'); from++) {
		from += *from == '"';
		*out++ = *from;
	}
	*out = '\0';
	return at;
}

/* Rewrites a line of such a list in our form. */
static bool
add_csv(struct list *list, char *line)
{
	char *first = line, *name;

	line[strcspn(line, "\r\n")] = '\0';
	name = line + strcspn(line, ",");
	if (*name == '\0')
		return true;
	*name++ = '\0';
	if (strncmp(first, "AS", 2) == 0)
		first += 2;
	name = csv_name(name);
	return name[0] == '\0' || list_add(list, first, name);
}

static int
load(const char *path, bool interface, struct list *list)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	bool good = true, csv = false, begun = false;

	if (f == NULL) {
		cli_warn("%s: cannot be read", path);
		return CLI_FAILURE;
	}
	while (good && getline(&line, &room, f) >= 0) {
		bool heading = !begun && !interface && strncmp(line, "asn,name", 8) == 0;

		csv |= heading;
		begun = true;
		if (!heading)
			good = csv ? add_csv(list, line) : add_line(list, line, interface);
	}
	if (good && list->count > 0)
		qsort(list->entry, list->count, sizeof(*list->entry), compare);
	free(line);
	if (ferror(f) != 0) {
		cli_warn("%s: cannot be read", path);
		good = false;
	}
	(void)fclose(f);
	return good ? CLI_OK : CLI_FAILURE;
}

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
		status = load(as_path, false, &n->as);
	if (status == CLI_OK && n->has_if)
		status = load(if_path, true, &n->interface);
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
	list_free(&names->as);
	list_free(&names->interface);
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

/* The name of an interface of the row's exporter, or of any; of length 0 where it has none. */
static struct flow_text
interface_name(const struct names *names, const struct flow_table *t, size_t row, uint64_t index)
{
	char key[KEY_MAX], exporter[ADDR_TEXT_MAX + 1];
	const char *found;

	exporter_text(t, row, exporter);
	(void)snprintf(key, sizeof(key), "%s %" PRIu64, exporter, index);
	found = list_find(&names->interface, key);
	if (found == NULL) {
		(void)snprintf(key, sizeof(key), "* %" PRIu64, index);
		found = list_find(&names->interface, key);
	}
	if (found != NULL)
		return (struct flow_text){ found, (uint32_t)strlen(found) };
	if (names->announced == NULL)
		return (struct flow_text){ "", 0 };
	return flow_names_find(names->announced, FLOW_NAME_INTERFACE,
	    (struct flow_text){ exporter, (uint32_t)strlen(exporter) }, index);
}

static struct flow_text
name_of(const struct names *names, const struct flow_table *t, size_t column, size_t row, bool as)
{
	uint64_t number = ((const uint64_t *)t->column[column].values)[row];
	const char *found;
	char key[KEY_MAX];

	if (!as)
		return interface_name(names, t, row, number);
	(void)snprintf(key, sizeof(key), "%" PRIu64, number);
	found = list_find(&names->as, key);
	return (struct flow_text){ found, found != NULL ? (uint32_t)strlen(found) : 0 };
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
	return st;
}
