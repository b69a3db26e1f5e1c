/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"
#include "flowstat/table_out.h"

#define FIVE_TUPLE "proto,src_addr,dst_addr,src_port,dst_port"
#define TOP 10

#define OPTION_TABLE "flowstat/options.def"
#include "common/option_table.h"

static const struct cli_table table = {
	.usage =
"usage: flowstat -s STATISTIC | -A KEYS | -a [options] [PATH...] [FILTER]\n"
"Reads flow archives and counts: top talkers, groups by any columns, time bins.\n",
	.row = option_rows, .count = ARRAY_LEN(option_rows),
	.after =
"An argument that exists as a file, directory or pattern is read; another one is the\n"
"filter (flow-filter(7)).  See flowstat(1).\n",
};

/* Settings for all queries, wherever they are on the command line. */
struct common {
	const char *measures, *order, *min, *having, *bin;
	bool spread, series;
	uint32_t percent, factor;
	enum flow_agg_pairing pairing;
	bool five_tuple;
	bool limited;
	uint64_t limit;
};

static int
add_ask(struct flowstat_options *o, const char *statistic, const char *keys)
{
	struct flow_agg_ask *ask = realloc(o->ask, (o->asks + 1) * sizeof(*ask));

	if (ask == NULL)
		return cli_fail("out of memory");
	o->ask = ask;
	ask[o->asks++] = (struct flow_agg_ask){ .statistic = statistic, .keys = keys };
	return CLI_OK;
}

/* A number up to `most` as thousandths. */
static bool
thousandths(const char *text, double most, uint32_t *out)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(v >= 0.001 && v <= most))
		return false;
	*out = (uint32_t)(v * 1000 + 0.5);
	return true;
}

/* Default bin and groups of a series. */
#define SERIES_BIN "5m"
#define SERIES_TOP 7

/* The top groups by bytes over time; complete_asks recognizes a series by its bin. */
static int
add_series(struct flowstat_options *o, const char *keys)
{
	static const char measures[] = "flows,packets,bytes,bps,pps";

	if (add_ask(o, NULL, keys) != CLI_OK)
		return CLI_FAILURE;
	o->ask[o->asks - 1].bin = SERIES_BIN;
	o->ask[o->asks - 1].order = "bytes";
	o->ask[o->asks - 1].limit = SERIES_TOP;
	o->ask[o->asks - 1].measures = measures;
	return CLI_OK;
}

/* Queries with a name. */
static int
add_talkers(struct flowstat_options *o)
{
	static const char *const statistics[] = { "srcip/bytes", "dstip/bytes",
	    "src_addr,dst_addr/bytes" };
	int status = CLI_OK;

	for (size_t i = 0; i < ARRAY_LEN(statistics) && status == CLI_OK; i++)
		status = add_ask(o, statistics[i], NULL);
	return status;
}

/* Options for detections, which are no queries of groups. */
static int
add_detector(struct flowstat_options *o, enum flow_detect_what what)
{
	o->detect.what |= (unsigned)what;
	return CLI_OK;
}

static int
take_threshold(struct flowstat_options *o, const char *text)
{
	struct flow_error err;

	return flow_detect_threshold(&o->detect, text, &err) == FLOW_OK ? CLI_OK :
	    cli_misuse("--threshold: %s", err.message);
}

static int
add_billing(struct flowstat_options *o, const char *word)
{
	int status = add_ask(o, word, NULL);

	if (status == CLI_OK)
		o->ask[o->asks - 1].billing = 95000;
	return status;
}

static int
add_spikes(struct flowstat_options *o, const char *keys)
{
	int status = add_ask(o, NULL, keys);

	if (status == CLI_OK)
		o->ask[o->asks - 1].spikes = 3000;
	return status;
}

/* Options that add a query. */
static int
take_question(int letter, const char *argument, struct flowstat_options *o, struct common *c)
{
	switch (letter) {
	case OPT_STATISTIC:
		return add_ask(o, argument, NULL);
	case OPT_AGGREGATE:
		return add_ask(o, NULL, argument);
	case OPT_FIVE_TUPLE:
		c->five_tuple = true;
		return CLI_OK;
	case OPT_TWO_WAY:
		c->pairing = FLOW_AGG_TWO_WAY;
		return CLI_OK;
	case OPT_CLIENT_SERVER:
		c->pairing = FLOW_AGG_CLIENT_SERVER;
		return CLI_OK;
	case OPT_SERIES:
		c->series = true;
		return add_series(o, argument);
	case OPT_BILLING:
		return add_billing(o, argument);
	case OPT_DISTRIBUTION:
		o->distribution = true;
		return CLI_OK;
	case OPT_SPIKES:
		return add_spikes(o, argument);
	case OPT_TALKERS:
		return add_talkers(o);
	case OPT_SCANS:
		return add_detector(o, FLOW_DETECT_SCANS);
	case OPT_BEACONS:
		return add_detector(o, FLOW_DETECT_BEACONS);
	case OPT_DOS:
		return add_detector(o, FLOW_DETECT_FLOODS);
	case OPT_AMPLIFICATION:
		return add_detector(o, FLOW_DETECT_REFLECTION);
	case OPT_EXFILTRATION:
		return add_detector(o, FLOW_DETECT_LEAKS);
	case OPT_DETECT:
		return add_detector(o, FLOW_DETECT_ALL);
	case OPT_LISTS:
		o->detect.what |= FLOW_DETECT_LISTED;
		return list_files_take(&o->lists, argument);
	case OPT_LOCAL:
		return list_files_take(&o->local, argument);
	case OPT_THRESHOLD:
		return take_threshold(o, argument);
	default:
		return CLI_NOT_MINE;
	}
}

/* Options for all queries. */
static int
take_detail(int letter, const char *argument, struct common *c)
{
	switch (letter) {
	case OPT_TOP:
		c->limited = true;
		return cli_number("-n", argument, 0, UINT64_MAX - 1, &c->limit) ? CLI_OK : CLI_MISUSE;
	case OPT_ORDER:
		c->order = argument;
		return CLI_OK;
	case OPT_MEASURES:
		c->measures = argument;
		return CLI_OK;
	case OPT_BIN:
		c->bin = argument;
		return CLI_OK;
	case OPT_FACTOR:
		return thousandths(argument, 1000000, &c->factor) ? CLI_OK :
		    cli_misuse("--factor: '%s' is not in 0.001 to 1000000", argument);
	case OPT_PERCENTILE:
		return thousandths(argument, 100, &c->percent) ? CLI_OK :
		    cli_misuse("--percentile: '%s' is not in 0.001 to 100", argument);
	case OPT_SPREAD:
		c->spread = true;
		return CLI_OK;
	case OPT_MIN:
		c->min = argument;
		return CLI_OK;
	case OPT_HAVING:
		c->having = argument;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

/* Options for the output. */
static int
take_printing(int letter, const char *argument, struct flowstat_options *o)
{
	switch (letter) {
	case OPT_OUTPUT:
		o->format = argument;
		return CLI_OK;
	case OPT_CSV_SAFE:
		o->printer.csv_safe = true;
		return CLI_OK;
	case OPT_FOLLOW:
		o->request.live = true;
		o->request.repeats = true;
		return cli_number("--follow", argument, 1, 86400, &o->follow_s) ? CLI_OK : CLI_MISUSE;
	case OPT_TITLE:
		o->title = argument;
		return CLI_OK;
	case OPT_AS_NAMES:
		o->as_names = argument;
		return CLI_OK;
	case OPT_IF_NAMES:
		o->if_names = argument;
		return CLI_OK;
	case OPT_PLAIN:
		o->printer.plain_numbers = true;
		return CLI_OK;
	case OPT_QUIET:
		o->printer.quiet = true;
		return CLI_OK;
	case OPT_UTC:
		o->printer.zone = STAMP_UTC;
		o->request.zone = STAMP_UTC;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

static int
take_memory(struct flowstat_options *o, const char *text)
{
	if (number_parse(text, strlen(text), NUMBER_SCALED, UINT64_MAX / 2, &o->memory) != FLOW_OK || o->memory == 0)
		return cli_misuse("--memory: '%s' is no size (as in 500M)", text);
	return CLI_OK;
}

/* Options for rollups. */
static int
take_rollup(int letter, const char *argument, struct flowstat_options *o)
{
	switch (letter) {
	case OPT_ROLLUP:
		o->rollup_width = rollup_width_find(argument);
		return o->rollup_width != NULL ? CLI_OK : cli_misuse("--rollup: '%s' is not 5m, 1h or 1d", argument);
	case OPT_WRITE:
		o->write_path = argument;
		return CLI_OK;
	case OPT_ROLLUPS:
		o->rollups = argument;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

/* Options for alerts. */
static int
take_alert(int letter, const char *argument, struct flowstat_options *o)
{
	switch (letter) {
	case OPT_ALERT:
		o->alert = argument;
		return CLI_OK;
	case OPT_STATE:
		o->alert_state = argument;
		return CLI_OK;
	case OPT_CHECK:
		o->alert_check = true;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

/* Rules have their own queries, so there can be no others. */
static int
check_alert(const struct flowstat_options *o, const struct common *c)
{
	const struct query_request *r = &o->request;

	if (o->alert == NULL)
		return o->alert_state == NULL && !o->alert_check ? CLI_OK :
		    cli_misuse("--state, --check: they are for --alert");
	if (o->asks > 0 || c->five_tuple || c->pairing != FLOW_AGG_ONE_WAY || o->detect.what != 0 || o->distribution ||
	    r->window != NULL ||
	    r->filter_file != NULL || r->live || r->map != NULL || o->rollups != NULL || o->rollup_width != NULL ||
	    o->explain || o->sql)
		return cli_misuse("--alert: its rules say what is asked: no question, -t, -f, --live, --map, rollups, "
		    "--explain or --sql beside it");
	return CLI_OK;
}

/* Rollups include all flows, and allow no query besides. */
static int
check_rollup(const struct flowstat_options *o, const struct common *c)
{
	const struct query_request *r = &o->request;

	if (o->rollup_width != NULL && o->write_path == NULL)
		return cli_misuse("--rollup: where to? -w DIR");
	if (o->rollup_width == NULL && o->write_path != NULL && (o->follow_s != 0 || o->detect.what != 0 ||
	    o->distribution || c->series || c->bin != NULL || o->sql))
		return cli_misuse("-w: a file holds one table of groups: no --bin, --series, --distribution, --follow, "
		    "--sql, nothing that is looked for");
	if ((r->live || o->follow_s != 0) && (o->rollup_width != NULL || o->rollups != NULL))
		return cli_misuse("--live, --follow: rollups are of files that are finished");
	if (r->map != NULL && (o->rollups != NULL || o->rollup_width != NULL))
		return cli_misuse("--rollups, --rollup: they are sums of flows as they are, without --map");
	if (o->rollups != NULL && o->sql)
		return cli_misuse("--rollups: --sql is about flows");
	if ((o->detect.what != 0 || o->distribution) && (o->rollups != NULL || o->rollup_width != NULL))
		return cli_misuse("--rollups, --rollup: what stands out, and distributions, are found in flows, not in "
		    "their sums");
	if (o->rollup_width != NULL && (o->asks > 0 || c->five_tuple || c->pairing != FLOW_AGG_ONE_WAY ||
	    r->window != NULL || r->filter_file != NULL || o->rollups != NULL || o->explain || o->sql))
		return cli_misuse("--rollup: rollups are of all flows: no question, -t, -f, --rollups, --explain "
		    "or --sql beside it");
	return CLI_OK;
}

static int
take_general(int letter, const char *argument, struct flowstat_options *o, bool *done)
{
	switch (letter) {
	case OPT_EXPLAIN:
		o->explain = true;
		return CLI_OK;
	case OPT_SQL:
		o->sql = true;
		return query_sql_dialect(argument, &o->dialect);
	case OPT_MEMORY:
		return take_memory(o, argument);
	case OPT_HELP:
		*done = true;
		return cli_help(&table);
	case OPT_VERSION:
		*done = true;
		return cli_version();
	default:
		return cli_misuse_hint();
	}
}

static int
take_option(int letter, const char *argument, struct flowstat_options *o, struct common *c, bool *done)
{
	int status = take_question(letter, argument, o, c);

	if (status == CLI_NOT_MINE)
		status = take_detail(letter, argument, c);
	if (status == CLI_NOT_MINE)
		status = query_take_option(&o->request, letter, argument);
	if (status == CLI_NOT_MINE)
		status = take_printing(letter, argument, o);
	if (status == CLI_NOT_MINE)
		status = take_rollup(letter, argument, o);
	if (status == CLI_NOT_MINE)
		status = take_alert(letter, argument, o);
	return status == CLI_NOT_MINE ? take_general(letter, argument, o, done) : status;
}

/* Default columns for groups that are shown as flows, and for a set. */
#define FLOW_MEASURES "first,last,flows,in_packets,in_bytes,rev_packets,rev_bytes,tcp_flags"

static const char *
usual_measures(const struct flowstat_options *o)
{
	if (o->write_path != NULL)
		return NULL;
	return table_out_is_of_flows(o->format) ? FLOW_MEASURES : strcmp(o->format, "set") == 0 ? "rows" : NULL;
}

/* Settings shared by all queries. */
static int
complete_asks(struct flowstat_options *o, const struct common *c)
{
	bool five = c->five_tuple || (c->pairing != FLOW_AGG_ONE_WAY && o->asks == 0);

	if (five && add_ask(o, NULL, FIVE_TUPLE) != CLI_OK)
		return CLI_FAILURE;
	if (o->local.count > 0 && o->lists.count == 0)
		return cli_misuse("--local: it is for --lists");
	o->detect.most = c->limited ? c->limit : 0;
	if (o->asks == 0 && o->detect.what == 0 && !o->distribution)
		return cli_misuse("what is to be counted? (-s srcip/bytes, -A dst_port, -a, ...)");
	for (size_t i = 0; i < o->asks; i++) {
		struct flow_agg_ask *ask = &o->ask[i];

		/* The bin applies only to the series, if there are other queries. */
		if (ask->bin != NULL || !c->series)
			ask->bin = c->bin != NULL || !c->series ? c->bin : ask->bin;
		if (c->series && ask->bin != NULL) {
			ask->spread = c->spread;
			continue;
		}
		if (c->measures != NULL || usual_measures(o) != NULL)
			ask->measures = c->measures != NULL ? c->measures : usual_measures(o);
		if (c->order != NULL)
			ask->order = c->order;
		if (c->min != NULL)
			ask->min = c->min;
		if (c->having != NULL && (ask->billing != 0 || ask->spikes != 0))
			return cli_misuse("--having: bills and spikes have no measures");
		ask->having = c->having;
		ask->spread = c->spread;
		if (ask->billing != 0 && c->percent != 0)
			ask->billing = c->percent;
		if (ask->spikes != 0 && c->factor != 0)
			ask->spikes = c->factor;
		ask->pairing = c->pairing;
		if (c->limited)
			ask->limit = c->limit;
		else if ((ask->statistic != NULL && ask->billing == 0) || ask->spikes != 0)
			ask->limit = TOP;
	}
	return CLI_OK;
}

int
flowstat_options_parse(int argc, char **argv, struct flowstat_options *options, bool *done)
{
	struct common common = { .pairing = FLOW_AGG_ONE_WAY };
	int letter, status = CLI_OK;

	*options = (struct flowstat_options){
		.request = QUERY_REQUEST_INIT,
		.detect = FLOW_DETECT_OPTIONS_INIT,
		.format = "text",
		.printer = { .zone = STAMP_LOCAL },
	};
	*done = false;
	while (status == CLI_OK && !*done && (letter = cli_getopt(argc, argv, &table)) != -1)
		status = take_option(letter, optarg, options, &common, done);
	if (status != CLI_OK || *done)
		return status;
	status = check_rollup(options, &common);
	if (status == CLI_OK)
		status = check_alert(options, &common);
	if (status == CLI_OK && options->rollup_width == NULL && options->alert == NULL)
		status = complete_asks(options, &common);
	if (status != CLI_OK)
		return status;
	if (options->write_path != NULL && options->rollup_width == NULL && options->asks > 1)
		return cli_misuse("-w: one question, as a file holds one table");
	if (options->follow_s != 0 && (options->explain || strcmp(options->format, "html") == 0))
		return cli_misuse("--follow: no --explain and no -o html");
	if (options->request.live && options->sql)
		return cli_misuse("%s: --sql is about finished files", options->follow_s != 0 ? "--follow" : "--live");
	options->request.may_read_nothing = options->rollups != NULL || options->alert_check;
	status = query_arguments(&options->request, argc - optind, argv + optind);
	if (status == CLI_OK && options->rollup_width != NULL && options->request.filter != NULL)
		return cli_misuse("--rollup: '%s' is no file, and rollups are of all flows", options->request.filter);
	if (status == CLI_OK && options->alert != NULL && options->request.filter != NULL)
		return cli_misuse("--alert: '%s' is no file, and rules have filters of their own",
		    options->request.filter);
	return status == CLI_OK ? query_check_live(&options->request) : status;
}

void
flowstat_options_clear(struct flowstat_options *options)
{
	query_request_clear(&options->request);
	list_files_clear(&options->lists);
	list_files_clear(&options->local);
	free(options->ask);
	options->ask = NULL;
	options->asks = 0;
}
