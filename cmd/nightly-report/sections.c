/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/sections.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "nightly-report/made_tables.h"

/* How many routers, by bytes, get a part of their own; with more than ROUTERS_WHOLE its tables have fewer rows. */
#define ROUTERS_MAX 32
#define ROUTERS_WHOLE 8

/* Appends a word, quoted for a shell. */
static void
append_word(struct buf *out, const char *word)
{
	buf_append_text(out, " '");
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_append_text(out, "'\\''");
		else
			buf_append_u8(out, (uint8_t)*word);
	}
	buf_append_u8(out, '\'');
}

static void
append_instant(struct buf *out, int64_t ms)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];

	buf_append(out, text, stamp_format_iso(&cache, ms, text));
}

void
sections_command(const struct report *r, struct buf *out)
{
	const struct query_request *request = &r->options->request;

	buf_append_text(out, "flowstat");
	for (size_t i = 0; i < request->reads; i++) {
		buf_append_text(out, " -r");
		append_word(out, request->read[i].text);
	}
}

/* The command for a table; NULL where there is none, or no memory. */
static char *
command_of(const struct report *r, enum report_table table)
{
	const struct nightly_options *o = r->options;
	const char *question = report_question(table);
	struct buf out = BUF_INIT;

	if (question == NULL)
		return NULL;
	sections_command(r, &out);
	buf_append_text(&out, " -t ");
	append_instant(&out, r->span.from_ms);
	buf_append_text(&out, "..");
	append_instant(&out, r->span.to_ms);
	buf_printf(&out, "%s %s -n %" PRIu64, o->request.zone == STAMP_UTC ? " --utc" : "", question, o->rows);
	if (o->as_names != NULL) {
		buf_append_text(&out, " --as-names");
		append_word(&out, o->as_names);
	}
	buf_append(&out, o->geo_words.data, o->geo_words.len);
	if (o->if_names != NULL) {
		buf_append_text(&out, " --if-names");
		append_word(&out, o->if_names);
	}
	if (o->request.filter != NULL && o->request.filter[0] != '\0')
		append_word(&out, o->request.filter);
	buf_append_u8(&out, '\0');
	if (!out.failed)
		return (char *)out.data;
	buf_release(&out);
	return NULL;
}

static struct section *
new_section(struct sections *s)
{
	if (!VEC_RESERVE(s->list, s->cap, s->count + 1))
		return NULL;
	s->list[s->count] = (struct section){ .from = TABLES };
	return &s->list[s->count++];
}

/* Takes over a table; false when out of memory, also if the table is NULL. */
static bool
add_made(struct sections *s, struct flow_table *t, const char *part, const char *title)
{
	struct section *section = t != NULL ? new_section(s) : NULL;

	if (section == NULL) {
		flow_table_free(t);
		return false;
	}
	section->table = t;
	section->owned = t;
	(void)snprintf(section->part, sizeof(section->part), "%s", part);
	(void)snprintf(section->title, sizeof(section->title), "%s", title);
	return true;
}

/* Adds one of the answer's tables: a chart unchanged, the first rows of others, sums with the mean over the span. */
static bool
add_answer(const struct report *r, struct sections *s, enum report_table i, const char *part, const char *title)
{
	const struct flow_table *t = r->answer.table[i];
	struct section *section;

	if (t == NULL)
		return true;	/* not asked for */
	if (flow_table_find(t, "bytes_pct") < t->columns) {
		if (!add_made(s, table_with_average(t, &r->span, r->options->rows), part, title))
			return false;
		section = &s->list[s->count - 1];
	} else if (flow_table_find(t, "time") == t->columns) {
		if (!add_made(s, table_first(t, r->options->rows), part, title))
			return false;
		section = &s->list[s->count - 1];
	} else {
		section = new_section(s);
		if (section == NULL)
			return false;
		section->table = t;
		(void)snprintf(section->part, sizeof(section->part), "%s", part);
		(void)snprintf(section->title, sizeof(section->title), "%s", title);
	}
	section->from = i;
	section->past = i == TABLE_LOAD;
	section->command = command_of(r, i);
	return true;
}

/* A router's part. */
struct router_part {
	const struct report *report;
	const char *exporter;
	uint64_t rows;		/* of each table */
};

/* Adds a table's rows of one router. */
static bool
add_router_table(const struct router_part *router, struct sections *s, enum report_table i, const char *part,
    const char *title)
{
	const struct report *r = router->report;
	struct flow_table *t = table_of_exporter(r->answer.table[i], router->exporter, i == TABLE_LOAD ? SIZE_MAX :
	    router->rows), *with;

	if (t != NULL && flow_table_find(t, "bytes_pct") < t->columns) {
		with = table_with_average(t, &r->span, router->rows);
		flow_table_free(t);
		t = with;
	}
	if (!add_made(s, t, part, title))
		return false;
	s->list[s->count - 1].brief = true;
	return true;
}

static bool
add_router(const struct router_part *router, struct sections *s)
{
	char part[128];

	(void)snprintf(part, sizeof(part), "Router %s", router->exporter);
	return add_router_table(router, s, TABLE_LOAD, part, "Traffic over time") &&
	    add_router_table(router, s, TABLE_IF_BILL, "", "Interfaces: in and out, peak and 95 %") &&
	    add_router_table(router, s, TABLE_EXPORTER_SOURCE_AS, "", "From autonomous systems") &&
	    add_router_table(router, s, TABLE_EXPORTER_DESTINATION_AS, "", "To autonomous systems") &&
	    add_router_table(router, s, TABLE_IF_SOURCE_AS, "", "Interfaces and the autonomous systems behind them");
}

struct router {
	char name[ADDR_TEXT_MAX + 1];
	double bytes;
};

static int
more_bytes(const void *pa, const void *pb)
{
	const struct router *a = pa, *b = pb;

	return a->bytes != b->bytes ? (a->bytes < b->bytes ? 1 : -1) : strcmp(a->name, b->name);
}

/* The exporters in the order of bytes; at most EXPORTERS_SHOWN. */
static size_t
list_routers(const struct flow_table *t, struct router *list)
{
	size_t count = 0, i;
	char name[ADDR_TEXT_MAX + 1];

	for (size_t row = 0; row < t->rows; row++) {
		figures_exporter(t, row, name);
		if (name[0] == '\0' || strcmp(name, "other") == 0)
			continue;
		for (i = 0; i < count && strcmp(list[i].name, name) != 0; i++)
			;
		if (i == EXPORTERS_SHOWN)
			continue;
		if (i == count) {
			memcpy(list[count].name, name, sizeof(name));
			list[count++].bytes = 0;
		}
		list[i].bytes += figures_value(t, "bytes", row);
	}
	qsort(list, count, sizeof(*list), more_bytes);
	return count;
}

/* Adds the detections, if any. */
static bool
add_detected(const struct report *r, struct sections *s)
{
	const char *part = "Detected";
	struct section *section;

	for (size_t i = 0; i < r->detected.tables; i++) {
		if (r->detected.table[i]->rows == 0)
			continue;
		section = new_section(s);
		if (section == NULL)
			return false;
		section->table = r->detected.table[i];
		(void)snprintf(section->part, sizeof(section->part), "%s", part);
		part = "";
	}
	return true;
}

static bool
add_routers(const struct report *r, struct sections *s)
{
	struct router *list = calloc(EXPORTERS_SHOWN, sizeof(*list));
	size_t count = list != NULL ? list_routers(r->answer.table[TABLE_LOAD], list) : 0;
	size_t parts = count < ROUTERS_MAX ? count : ROUTERS_MAX;
	struct router_part router = { .report = r, .rows = r->options->rows };
	bool good = list != NULL;

	/* A page of many routers stays small. */
	if (parts > ROUTERS_WHOLE)
		router.rows = (router.rows * ROUTERS_WHOLE + parts - 1) / parts;
	for (size_t i = 0; i < parts && good; i++) {
		router.exporter = list[i].name;
		good = add_router(&router, s);
	}
	free(list);
	return good;
}

/* The tables of traffic; a report without any has none of them. */
static bool
add_traffic(const struct report *r, struct sections *s)
{
	return add_detected(r, s) &&
	    (r->cube == NULL || r->cube->dim[CUBE_DIRECTION].count == 0 ||
	    add_made(s, direction_table(r), "", "Own networks: in, out, inside and transit")) &&
	    add_answer(r, s, TABLE_LOAD, "All traffic", "By router") &&
	    add_answer(r, s, TABLE_PROTO_LOAD, "", "By protocol") &&
	    add_answer(r, s, TABLE_SERVICE_LOAD, "", "By service, the lower port of the two") &&
	    add_answer(r, s, TABLE_PROTO, "", "Protocols") && add_answer(r, s, TABLE_SERVICE, "", "Services") &&
	    add_answer(r, s, TABLE_SERVICE_SPIKE, "", "Spikes of services") &&
	    add_answer(r, s, TABLE_IF_SPIKE, "", "Spikes of interfaces") &&
	    add_answer(r, s, TABLE_SOURCE, "Who", "Sources") &&
	    add_answer(r, s, TABLE_DESTINATION, "", "Destinations") &&
	    add_answer(r, s, TABLE_PAIR, "", "Who sent to whom") &&
	    add_answer(r, s, TABLE_SOURCE_COUNTRY, "", "From countries") &&
	    add_answer(r, s, TABLE_DESTINATION_COUNTRY, "", "To countries") &&
	    add_answer(r, s, TABLE_SOURCE_AS, "Autonomous systems", "From autonomous systems") &&
	    add_answer(r, s, TABLE_DESTINATION_AS, "", "To autonomous systems") &&
	    add_answer(r, s, TABLE_AS_BILL, "", "In (from it) and out (to it), peak and 95 %") &&
	    add_answer(r, s, TABLE_IF_LOAD, "Interfaces", "By router and input interface") &&
	    add_answer(r, s, TABLE_IF_BILL, "", "In and out, peak and 95 %") && add_routers(r, s);
}

enum flow_status
sections_make(const struct report *r, struct sections *s)
{
	*s = (struct sections){ .list = NULL };
	if (add_made(s, compare_table(r), "Against the weeks before", "Traffic now and then") &&
	    add_made(s, exporters_table(r), "", "Exporters, losses, sampling and clocks") &&
	    (r->answer.table[TABLE_LOAD]->rows == 0 || add_traffic(r, s)))
		return FLOW_OK;
	return FLOW_ENOMEM;
}

void
sections_clear(struct sections *s)
{
	for (size_t i = 0; i < s->count; i++) {
		flow_table_free(s->list[i].owned);
		free(s->list[i].command);
	}
	free(s->list);
	*s = (struct sections){ .list = NULL };
}
