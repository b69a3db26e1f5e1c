/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nightly-report/questions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "common/passes.h"

/* Groups of a chart, besides "other". */
#define SHOWN 7

static const char load_measures[] = "flows,packets,bytes,bps,pps", rates[] = "bytes,bps",
    sums[] = "flows,packets,bytes,bytes_pct";

/* A query; it asks for `times` as many rows as its table has, because tables of each exporter are made from it. */
static const struct {
	const char *keys, *statistic, *option;
	enum { LOAD, LIST, BILL, SPIKE } kind;
	unsigned times;
} questions[TABLES] = {
	[TABLE_LOAD] = { "exporter", NULL, NULL, LOAD, 0 },
	[TABLE_PROTO_LOAD] = { "proto", NULL, "--spread --series proto", LOAD, 0 },
	[TABLE_SERVICE_LOAD] = { "service", NULL, "--spread --series service", LOAD, 0 },
	[TABLE_IF_LOAD] = { "exporter,in_if", NULL, "--spread --series exporter,in_if", LOAD, 0 },
	[TABLE_PROTO] = { NULL, "proto/bytes", "-s proto/bytes", LIST, 1 },
	[TABLE_SERVICE] = { NULL, "proto,service/bytes", "-s proto,service/bytes", LIST, 1 },
	[TABLE_SOURCE] = { NULL, "src_addr/bytes", "-s src_addr/bytes", LIST, 1 },
	[TABLE_DESTINATION] = { NULL, "dst_addr/bytes", "-s dst_addr/bytes", LIST, 1 },
	[TABLE_PAIR] = { NULL, "src_addr,dst_addr/bytes", "-s src_addr,dst_addr/bytes", LIST, 1 },
	[TABLE_SOURCE_AS] = { NULL, "src_as/bytes", "-s src_as/bytes", LIST, 1 },
	[TABLE_DESTINATION_AS] = { NULL, "dst_as/bytes", "-s dst_as/bytes", LIST, 1 },
	[TABLE_IF_BILL] = { NULL, "if", "--billing if", BILL, 64 },
	[TABLE_AS_BILL] = { NULL, "as", "--billing as", BILL, 1 },
	[TABLE_EXPORTER_SOURCE_AS] = { NULL, "exporter,src_as/bytes", NULL, LIST, 32 },
	[TABLE_EXPORTER_DESTINATION_AS] = { NULL, "exporter,dst_as/bytes", NULL, LIST, 32 },
	[TABLE_IF_SOURCE_AS] = { NULL, "exporter,in_if,src_as/bytes", "-s exporter,in_if,src_as/bytes", LIST, 32 },
	[TABLE_SERVICE_SPIKE] = { "service", NULL, "--spikes service", SPIKE, 1 },
	[TABLE_IF_SPIKE] = { "exporter,in_if", NULL, "--spikes exporter,in_if", SPIKE, 1 },
	[TABLE_SOURCE_COUNTRY] = { NULL, "src_country/bytes", "-s src_country/bytes", LIST, 1 },
	[TABLE_DESTINATION_COUNTRY] = { NULL, "dst_country/bytes", "-s dst_country/bytes", LIST, 1 },
};

const char *
report_question(enum report_table table)
{
	return questions[table].option;
}

/* Whether the question can be answered: countries need a database. */
static bool
is_asked(const struct nightly_options *o, enum report_table table)
{
	return o->request.geo != NULL || (table != TABLE_SOURCE_COUNTRY && table != TABLE_DESTINATION_COUNTRY);
}

static struct flow_agg_ask
ask_of(const struct nightly_options *o, const struct report_span *span, enum report_table i)
{
	struct flow_agg_ask ask = { .keys = questions[i].keys, .statistic = questions[i].statistic };

	switch (questions[i].kind) {
	case LOAD:
		ask.measures = i == TABLE_LOAD ? load_measures : rates;
		ask.order = "bytes";
		ask.bin = span->bin;
		ask.spread = true;
		ask.limit = i == TABLE_LOAD ? EXPORTERS_SHOWN : SHOWN;
		break;
	case LIST:
		ask.measures = sums;
		ask.limit = o->rows * questions[i].times;
		break;
	case BILL:
		ask.billing = 95000;
		ask.limit = o->rows * questions[i].times;
		break;
	case SPIKE:
		ask.spikes = 3000;
		ask.bin = span->bin;
		ask.limit = o->rows;
		break;
	}
	return ask;
}

/* One pass over the rows. */
struct run {
	struct flow_agg_spec *spec;
	struct query *query;
	struct answer answer;
};

static void
run_clear(struct run *run)
{
	answer_clear(&run->answer);
	query_free(run->query);
	flow_agg_spec_free(run->spec);
}

static int
run_add(struct run *run, const struct nightly_options *o, const struct flow_agg_ask *ask)
{
	struct flow_error err;

	if (run->spec == NULL) {
		run->spec = flow_agg_spec_new();
		if (run->spec == NULL)
			return cli_fail("out of memory");
		flow_agg_geo(run->spec, o->request.geo);
	}
	return flow_agg_ask(run->spec, ask, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

static int
run_make(struct run *run, struct nightly_options *o, const struct report_span *span)
{
	struct flow_fieldset wanted = { { 0 } };
	struct flow_agg_period period;
	char window[SPAN_WINDOW_MAX];
	int status;

	report_span_window(span, window);
	flow_agg_fields(run->spec, &wanted);
	o->request.window = window;
	o->request.any_order = true;
	o->request.touching = flow_agg_spreads(run->spec);
	status = query_open(&o->request, &wanted, &run->query);
	o->request.window = NULL;
	if (status != CLI_OK)
		return status;
	period = query_period(run->query);
	flow_agg_set_period(run->spec, &period);
	return answer_make(run->spec, run->query, o->memory, &run->answer);
}

static int
take_table(struct run *run, size_t i, const struct names *names, struct flow_table **table)
{
	struct flow_error err;

	if (answer_table(&run->answer, i, 0, SIZE_MAX / 2, table, &err) != FLOW_OK)
		return cli_fail_error(&err);
	if (names != NULL && names_add(names, *table) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}

static uint64_t
note_of(const struct flow_table *t, const char *name)
{
	for (size_t i = 0; i < t->notes; i++)
		if (strcmp(t->note[i].name, name) == 0)
			return t->note[i].value.number;
	return 0;
}

int
report_ask(struct nightly_options *o, const struct report_span *span, size_t count, const struct names *names,
    struct report_answer *answer)
{
	struct run run = { .spec = NULL };
	int status = CLI_OK;
	size_t asked = 0;

	*answer = (struct report_answer){ .flows = 0 };
	for (size_t i = 0; i < count && status == CLI_OK; i++) {
		const struct flow_agg_ask ask = ask_of(o, span, (enum report_table)i);

		if (is_asked(o, (enum report_table)i))
			status = run_add(&run, o, &ask);
	}
	if (status == CLI_OK)
		status = run_make(&run, o, span);
	for (size_t i = 0; i < count && status == CLI_OK; i++)
		if (is_asked(o, (enum report_table)i))
			status = take_table(&run, asked++, names, &answer->table[i]);
	if (status == CLI_OK) {
		answer->flows = note_of(answer->table[0], "flows");
		answer->packets = note_of(answer->table[0], "packets");
		answer->bytes = note_of(answer->table[0], "bytes");
		answer->unreadable = query_failed(run.query);
	}
	run_clear(&run);
	return status;
}

void
report_answer_clear(struct report_answer *answer)
{
	for (size_t i = 0; i < TABLES; i++)
		flow_table_free(answer->table[i]);
	*answer = (struct report_answer){ .flows = 0 };
}

static void
address_of(const struct flow_table *t, char *out)
{
	size_t c = flow_table_find(t, "src_addr");

	if (t->rows > 0 && c < t->columns && t->column[c].kind == FLOW_KIND_ADDR && bitmap_get(t->column[c].valid, 0))
		out[addr_format(t->column[c].values, out)] = '\0';
}

void
report_top_source(struct nightly_options *o, const struct report_span *span, const char *filter, char *out)
{
	const struct flow_agg_ask ask = { .statistic = "src_addr/bytes", .measures = "bytes", .limit = 1 };
	struct run run = { .spec = NULL };
	char *own = o->request.filter, *both = NULL;
	bool more = own != NULL && own[0] != '\0';
	struct flow_table *t = NULL;

	out[0] = '\0';
	if (asprintf(&both, "%s%s%s%s%s", more ? "(" : "", more ? own : "", more ? ") and (" : "", filter,
	    more ? ")" : "") < 0)
		return;
	/* What could not be read was reported the first time. */
	cli_hush(true);
	o->request.filter = both;
	if (run_add(&run, o, &ask) == CLI_OK && run_make(&run, o, span) == CLI_OK &&
	    take_table(&run, 0, NULL, &t) == CLI_OK)
		address_of(t, out);
	o->request.filter = own;
	cli_hush(false);
	free(both);
	flow_table_free(t);
	run_clear(&run);
}
