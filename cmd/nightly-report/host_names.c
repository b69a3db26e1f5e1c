/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/host_names.h"

#include <stdio.h>
#include <string.h>

#include "common/cli.h"
#include "net/geo.h"
#include "net/resolve.h"

static const enum report_table tables[] = { TABLE_SOURCE, TABLE_DESTINATION, TABLE_PAIR };

/* The addresses of column c; NULL where it has none, or is no address. */
static const struct addr *
addresses(const struct flow_table *t, size_t c)
{
	return t->column[c].kind == FLOW_KIND_ADDR && t->column[c].key ? t->column[c].values : NULL;
}

static void
want_all(struct resolver *resolver, const struct report_answer *answer)
{
	size_t wanted = 0;

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		const struct flow_table *t = answer->table[tables[i]];

		for (size_t c = 0; c < t->columns; c++)
			for (size_t r = 0; addresses(t, c) != NULL && r < t->rows && wanted < HOST_NAMES_MAX; r++)
				if (bitmap_get(t->column[c].valid, r)) {
					resolver_want(resolver, &addresses(t, c)[r]);
					wanted++;
				}
	}
}

/* The name of a host, or its country. */
static struct flow_text
text_of(struct resolver *resolver, const struct flow_geo *geo, const struct addr *a, char room[RESOLVE_HOST_MAX])
{
	if (resolver == NULL)
		return flow_geo_find(geo, FLOW_GEO_COUNTRY, a);
	return (struct flow_text){ room, (uint32_t)resolver_host(resolver, a, room) };
}

/* A column of texts after the addresses in column c: names with a resolver, else countries. */
static enum flow_status
add_column(struct flow_table *t, size_t c, size_t at, struct resolver *resolver, const struct flow_geo *geo,
    size_t *named)
{
	char name[2 * FLOW_TABLE_NAME_MAX], room[RESOLVE_HOST_MAX];
	enum flow_status st;

	if (resolver != NULL)
		(void)snprintf(name, sizeof(name), "%s_name", t->column[c].name);
	else
		(void)snprintf(name, sizeof(name), "%.3s_country", t->column[c].name);
	st = flow_table_insert(t, at, name, resolver != NULL ? "Name" : "Country", FLOW_KIND_TEXT, resolver != NULL);
	for (size_t r = 0; r < t->rows && st == FLOW_OK; r++) {
		struct flow_text text = { NULL, 0 };

		if (resolver != NULL && *named >= HOST_NAMES_MAX)
			break;
		if (bitmap_get(t->column[c].valid, r)) {
			*named += resolver != NULL;
			text = text_of(resolver, geo, &addresses(t, c)[r], room);
		}
		if (text.len > 0)
			st = flow_table_set_text(t, at, r, text.p, text.len);
	}
	return st;
}

static enum flow_status
add_to_table(struct flow_table *t, struct resolver *resolver, const struct flow_geo *geo, size_t *named)
{
	enum flow_status st = FLOW_OK;

	for (size_t c = 0; c < t->columns && st == FLOW_OK; c++) {
		size_t at = c + 1;

		if (addresses(t, c) == NULL)
			continue;
		if (resolver != NULL)
			st = add_column(t, c, at++, resolver, NULL, named);
		if (st == FLOW_OK && geo != NULL)
			st = add_column(t, c, at, NULL, geo, named);
	}
	return st;
}

int
host_names_add(const struct nightly_options *o, struct report_answer *answer)
{
	const struct resolver_options how = { .timeout_ms = HOST_NAMES_MS, .threads = 64 };
	struct resolver *resolver = NULL;
	enum flow_status st = FLOW_OK;
	size_t named = 0;

	if (o->resolve) {
		resolver = resolver_new(&how);
		if (resolver == NULL)
			return cli_fail("no threads to resolve names");
		want_all(resolver, answer);
	}
	for (size_t i = 0; i < ARRAY_LEN(tables) && st == FLOW_OK; i++)
		st = add_to_table(answer->table[tables[i]], resolver, o->request.geo, &named);
	resolver_free(resolver);
	return st == FLOW_OK ? CLI_OK : cli_fail("out of memory");
}
