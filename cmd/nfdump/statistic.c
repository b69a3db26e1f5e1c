/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/statistic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cli.h"
#include "common/passes.h"
#include "nfdump/statistic_table.h"

/* Rows per slice of a table. */
#define SLICE 4096

static const struct statistic_word word[] = {
#define STATISTIC(text, title, value, always, end, other) { text, title, STATISTIC_##value, always, { end, other } },
#include "nfdump/statistic_word.def"
#undef STATISTIC
};

/* In the order in which nfdump prints tables by several orders. */
static const struct statistic_order order[] = {
	{ "flows", STATISTIC_IN, "flows" },
	{ "packets", STATISTIC_BOTH, "packets" }, { "ipkg", STATISTIC_IN, "packets" },
	{ "opkg", STATISTIC_OUT, "packets" },
	{ "bytes", STATISTIC_BOTH, "bytes" }, { "ibyte", STATISTIC_IN, "bytes" }, { "obyte", STATISTIC_OUT, "bytes" },
	{ "pps", STATISTIC_BOTH, "pps" }, { "ipps", STATISTIC_IN, "pps" }, { "opps", STATISTIC_OUT, "pps" },
	{ "bps", STATISTIC_BOTH, "bps" }, { "ibps", STATISTIC_IN, "bps" }, { "obps", STATISTIC_OUT, "bps" },
	{ "bpp", STATISTIC_BOTH, "bpp" }, { "ibpp", STATISTIC_IN, "bpp" }, { "obpp", STATISTIC_OUT, "bpp" },
};

#define TABLES_MAX (NFDUMP_STATISTICS * ARRAY_LEN(order))

struct statistics {
	const struct nfdump_options *options;
	struct flow_agg_spec *spec;
	struct statistic_question question[TABLES_MAX];
	size_t questions;
	struct flow_agg *agg;		/* of fed rows */
	struct answer answer;
};

static const struct statistic_word *
find_word(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(word); i++)
		if (strlen(word[i].word) == len && strncasecmp(word[i].word, text, len) == 0)
			return &word[i];
	return NULL;
}

/* Adds the query for a word, or for one of its ends. */
static int
ask_for(struct statistics *s, const struct statistic_question *q, const char *name)
{
	static const char *const counters[] = { [STATISTIC_BOTH] = "packets,bytes",
	    [STATISTIC_IN] = "in_packets,in_bytes",
		[STATISTIC_OUT] = "rev_packets,rev_bytes" };
	struct flow_agg_ask ask = { .limit = q->limit };
	struct flow_error err;
	char text[80], measures[80], by[32];

	(void)snprintf(text, sizeof(text), "%s%s", name, q->by_proto ? ":p" : "");
	(void)snprintf(measures, sizeof(measures), "first,last,flows,%s", counters[q->order->way]);
	(void)snprintf(by, sizeof(by), "%s%s", q->ascending ? "-" : "", q->order->word);
	ask.statistic = text;
	ask.measures = measures;
	ask.order = by;
	return flow_agg_ask(s->spec, &ask, &err) == FLOW_OK ? CLI_OK : cli_fail("-s %s: %s", text, err.message);
}

static int
add_question(struct statistics *s, struct statistic_question *q)
{
	int status;

	q->tables = q->word->end[0] != NULL ? 2 : 1;
	status = ask_for(s, q, q->tables == 1 ? q->word->word : q->word->end[0]);
	if (status == CLI_OK && q->tables == 2)
		status = ask_for(s, q, q->word->end[1]);
	s->question[s->questions++] = *q;
	return status;
}

/* Whether a list of orders ("bytes/flows:a") has this one. */
static bool
is_asked(const char *orders, const char *name, bool *ascending)
{
	while (*orders != '\0') {
		size_t len = strcspn(orders, "/"), n = strcspn(orders, "/:");

		if (strlen(name) == n && strncasecmp(orders, name, n) == 0) {
			*ascending = len == n + 2 && orders[n + 1] == 'a';
			return true;
		}
		orders += len;
		orders += *orders == '/';
	}
	return false;
}

static bool
check_orders(const char *orders)
{
	while (*orders != '\0') {
		size_t len = strcspn(orders, "/"), n = strcspn(orders, "/:"), i = 0;

		while (i < ARRAY_LEN(order) && !(strlen(order[i].word) == n &&
		    strncasecmp(orders, order[i].word, n) == 0))
			i++;
		if (i == ARRAY_LEN(order)) {
			(void)cli_fail("Unknown order option /%.*s", (int)(n < 32 ? n : 32), orders);
			return false;
		}
		orders += len;
		orders += *orders == '/';
	}
	return true;
}

/* Queries more rows than are shown if some are left out or merged. */
static uint64_t
limit_of(const struct nfdump_options *o, const struct statistic_question *q)
{
	if (o->top == 0 || q->word->always || q->word->end[0] != NULL)
		return 0;
	return o->top + (q->by_proto ? 256 : 1);
}

static int
add_statistic(struct statistics *s, const char *text)
{
	size_t len = strcspn(text, ":/");
	struct statistic_question q = { .word = find_word(text, len) };
	const char *orders = strchr(text, '/') != NULL ? strchr(text, '/') + 1 : "flows";
	int status = CLI_OK;

	if (q.word == NULL)
		return cli_fail("Unknown statistic: %.*s", (int)(len < 64 ? len : 64), text);
	if (!check_orders(orders))
		return CLI_FAILURE;
	q.by_proto = text[len] == ':' && text[len + 1] == 'p' && strcmp(q.word->word, "proto") != 0;
	for (size_t i = 0; i < ARRAY_LEN(order) && status == CLI_OK; i++) {
		if (!is_asked(orders, order[i].word, &q.ascending))
			continue;
		q.order = &order[i];
		q.limit = limit_of(s->options, &q);
		status = add_question(s, &q);
	}
	return status;
}

int
statistics_open(const struct nfdump_options *options, struct statistics **statistics)
{
	struct statistics *s = calloc(1, sizeof(*s));
	int status = CLI_OK;

	if (s == NULL)
		return cli_fail("out of memory");
	*statistics = s;
	s->options = options;
	s->spec = flow_agg_spec_new();
	if (s->spec == NULL)
		return cli_fail("out of memory");
	flow_agg_geo(s->spec, options->request.geo);
	for (size_t i = 0; i < options->statistics && status == CLI_OK; i++)
		status = add_statistic(s, options->statistic[i]);
	return status;
}

void
statistics_free(struct statistics *statistics)
{
	if (statistics == NULL)
		return;
	answer_clear(&statistics->answer);
	flow_agg_free(statistics->agg);
	flow_agg_spec_free(statistics->spec);
	free(statistics);
}

void
statistics_fields(const struct statistics *statistics, struct flow_fieldset *fields)
{
	flow_agg_fields(statistics->spec, fields);
}

int
statistics_answer(struct statistics *statistics, struct query *query)
{
	return answer_make(statistics->spec, query, 0, &statistics->answer);
}

int
statistics_feed(struct statistics *statistics, const struct flow_batch *batch, const struct flow_selection *sel)
{
	struct flow_error err;

	if (statistics->agg == NULL && (statistics->agg = flow_agg_new(statistics->spec)) == NULL)
		return cli_fail("out of memory");
	return flow_agg_feed(statistics->agg, batch, sel, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

int
statistics_finish(struct statistics *statistics)
{
	struct flow_error err;

	if (statistics->agg == NULL && (statistics->agg = flow_agg_new(statistics->spec)) == NULL)
		return cli_fail("out of memory");
	statistics->answer.spec = statistics->spec;
	return flow_agg_finish(&statistics->agg, 1, &statistics->answer.result, &err) == FLOW_OK ? CLI_OK :
	    cli_fail_error(&err);
}

int
statistics_totals(struct statistics *statistics, struct nfdump_totals *totals)
{
	struct flow_table *t;
	struct flow_error err;

	*totals = (struct nfdump_totals){ 0 };
	if (answer_table(&statistics->answer, 0, 0, 1, &t, &err) != FLOW_OK)
		return cli_fail_error(&err);
	for (size_t i = 0; i < t->notes; i++) {
		const struct flow_table_note *n = &t->note[i];

		if (strcmp(n->name, "flows") == 0)
			totals->flows = totals->rows = n->value.number;
		else if (strcmp(n->name, "packets") == 0)
			totals->packets = n->value.number;
		else if (strcmp(n->name, "bytes") == 0)
			totals->bytes = n->value.number;
		else if (strcmp(n->name, "first") == 0)
			totals->first_ms = n->value.time_ms;
		else if (strcmp(n->name, "last") == 0)
			totals->last_ms = n->value.time_ms;
	}
	flow_table_free(t);
	return CLI_OK;
}

/* Adds a table of the answer. */
static enum flow_status
add_table(struct statistics *s, size_t table, struct statistic_table *rows, struct flow_error *err)
{
	uint64_t count = answer_rows(&s->answer, table);
	enum flow_status st = FLOW_OK;
	struct flow_table *t;

	for (uint64_t from = 0; from < count && st == FLOW_OK; from += SLICE) {
		st = answer_table(&s->answer, table, from, SLICE, &t, err);
		if (st != FLOW_OK)
			break;
		st = statistic_table_add(rows, t);
		if (st != FLOW_OK)
			(void)flow_fail(err, st, FLOW_NO_OFFSET, "out of memory");
		flow_table_free(t);
	}
	return st;
}

int
statistics_print(struct statistics *statistics, const struct nfdump_totals *totals, struct buf *out)
{
	enum flow_status st = FLOW_OK;
	struct flow_error err;
	size_t table = 0;

	for (size_t i = 0; i < statistics->questions && st == FLOW_OK; i++) {
		const struct statistic_question *q = &statistics->question[i];
		struct statistic_table *rows = statistic_table_new(q);

		if (rows == NULL)
			return cli_fail("out of memory");
		for (size_t end = 0; end < q->tables && st == FLOW_OK; end++)
			st = add_table(statistics, table++, rows, &err);
		if (st == FLOW_OK) {
			statistic_table_settle(rows);
			statistic_table_print(rows, statistics->options, totals, out);
		}
		statistic_table_free(rows);
	}
	return st == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}
