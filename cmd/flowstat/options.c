/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"

#define FIVE_TUPLE "proto,src_addr,dst_addr,src_port,dst_port"
#define TOP 10

static const char help[] =
"usage: flowstat -s STATISTIC | -A KEYS | -a [options] [PATH...] [FILTER]\n"
"Reads flow archives and counts: top talkers, groups by any columns, time bins.\n"
"\n"
"  -s, --statistic S[:p][/ORDER...]  the top of a statistic, as srcip/bytes, port, as;\n"
"                                    :p splits it by protocol; may be repeated\n"
"  -A, --aggregate KEY[,KEY...]      groups: columns, networks (src_addr/24,/48),\n"
"                                    time bins (first/5m), srcnet, dstnet, service\n"
"  -a, --five-tuple                  -A " FIVE_TUPLE "\n"
"  -b, --two-way                     a flow and its answer as one row (implies -a)\n"
"  -B, --client-server               the same, with the port below 1024 as destination\n"
"  -n, --top N                       most rows (default 10 for -s, else all); 0: all\n"
"  -O, --order MEASURE               order of the rows; -MEASURE reverses it\n"
"      --measures LIST               columns: flows, packets, bytes, pps, bps, bpp,\n"
"                                    first, last, duration, bytes_pct, sum(COLUMN), min(),\n"
"                                    max(), avg(), or(), count(), distinct(), approx(),\n"
"                                    median(), p95()\n"
"      --min [MEASURE=]N[,...]       only groups with at least that\n"
"      --bin WIDTH                   a series: the top groups and the others in bins as 5m\n"
"      --series KEY[,KEY...]         such a series beside other questions; may be repeated\n"
"      --spread                      with flows over all the bins that they touch\n"
"      --billing if|as|vlan|...      95th percentile of rates over 5m, in and out\n"
"      --percentile P                another percentile\n"
"      --talkers                     top sources, destinations and pairs by bytes\n"
"      --spikes KEY[,KEY...]         bins of 5m with 3 times a group's usual bytes\n"
"      --factor F                    another factor\n"
"      --scans                       sources of many destinations, and the reverse\n"
"\n"
"  -r, --read PATH        a file, a directory (recursively) or a pattern; may be repeated\n"
"  -R, --range DIR/FIRST:LAST   files from FIRST to LAST; without :LAST all later ones\n"
"  -M, --directories A:B  read what -r and -R say in each of these directories (/base/a:b:c)\n"
"  -t, --time FROM-TO     flows that begin in this window (2026/11/23.08-2026/11/23.09, -1h)\n"
"  -f, --filter-file FILE read the filter from a file\n"
"  -o, --output FORMAT    text (default), csv, json, ndjson, markdown or html\n"
"      --csv-safe         csv: an apostrophe before texts that spreadsheets might take for\n"
"                         formulas\n"
"      --title TEXT       heading of an HTML page\n"
"      --as-names FILE    names of ASes: lines of NUMBER NAME\n"
"      --if-names FILE    names of interfaces: lines of EXPORTER INDEX NAME (EXPORTER * is any)\n"
"      --elements FILE    names and types of elements in extra, lines PEN,ID,NAME,TYPE\n"
"      --geo FILE         look countries, cities and AS names of addresses up in a database\n"
"                         of MaxMind's format (repeatable): -s country, -A src_city ...\n"
"  -N, --plain            numbers for people in full digits\n"
"  -q, --quiet            no titles and totals\n"
"      --utc              times for people in UTC instead of local time\n"
"      --explain          print the plan of the query and end\n"
"      --sql DIALECT      print the question in SQL and end: duckdb, spark or clickhouse\n"
"      --memory SIZE      for groups (500M, 4G); beyond it files are read several times\n"
"                         (default: half of the machine's)\n"
"  -j, --threads N        worker threads (default: one per core)\n"
"  -h, --help             this text\n"
"  -V, --version          versions\n"
"\n"
"An argument that exists as a file, directory or pattern is read; another one is the\n"
"filter (flow-filter(7)).  See flowstat(1).\n";

enum {
	OPT_EXPLAIN = 256, OPT_SQL, OPT_UTC, OPT_MEASURES, OPT_MIN, OPT_BIN, OPT_SPREAD, OPT_BILLING,
	OPT_PERCENTILE, OPT_AS_NAMES, OPT_IF_NAMES, OPT_TALKERS, OPT_SCANS, OPT_SPIKES, OPT_FACTOR,
	OPT_MEMORY, OPT_SERIES, OPT_TITLE, OPT_GEO, OPT_ELEMENTS, OPT_CSV_SAFE,
};

static const struct option long_options[] = {
	{ "statistic", required_argument, NULL, 's' },
	{ "aggregate", required_argument, NULL, 'A' },
	{ "five-tuple", no_argument, NULL, 'a' },
	{ "two-way", no_argument, NULL, 'b' },
	{ "client-server", no_argument, NULL, 'B' },
	{ "top", required_argument, NULL, 'n' },
	{ "order", required_argument, NULL, 'O' },
	{ "measures", required_argument, NULL, OPT_MEASURES },
	{ "min", required_argument, NULL, OPT_MIN },
	{ "bin", required_argument, NULL, OPT_BIN },
	{ "series", required_argument, NULL, OPT_SERIES },
	{ "title", required_argument, NULL, OPT_TITLE },
	{ "spread", no_argument, NULL, OPT_SPREAD },
	{ "billing", required_argument, NULL, OPT_BILLING },
	{ "talkers", no_argument, NULL, OPT_TALKERS },
	{ "spikes", required_argument, NULL, OPT_SPIKES },
	{ "factor", required_argument, NULL, OPT_FACTOR },
	{ "scans", no_argument, NULL, OPT_SCANS },
	{ "percentile", required_argument, NULL, OPT_PERCENTILE },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "as-names", required_argument, NULL, OPT_AS_NAMES },
	{ "if-names", required_argument, NULL, OPT_IF_NAMES },
	{ "geo", required_argument, NULL, OPT_GEO },
	{ "elements", required_argument, NULL, OPT_ELEMENTS },
	{ "read", required_argument, NULL, 'r' },
	{ "range", required_argument, NULL, 'R' },
	{ "directories", required_argument, NULL, 'M' },
	{ "time", required_argument, NULL, 't' },
	{ "filter-file", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "plain", no_argument, NULL, 'N' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "csv-safe", no_argument, NULL, OPT_CSV_SAFE },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "sql", required_argument, NULL, OPT_SQL },
	{ "threads", required_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* What holds for all questions, wherever it stands on the command line. */
struct common {
	const char *measures, *order, *min, *bin;
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

/* Bins and groups of a series where neither is said. */
#define SERIES_BIN "5m"
#define SERIES_TOP 7

/* The top groups by bytes over time; complete_asks knows a series by its bin. */
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

/* Questions that have a name. */
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

static int
add_scans(struct flowstat_options *o)
{
	static const char *const scans[][4] = {
		{ "src_addr", "distinct(dst_addr)", "distinct(dst_addr)=100,syn_pct=50",
		    "scans of hosts" },
		{ "src_addr,dst_addr", "distinct(dst_port)", "distinct(dst_port)=100,syn_pct=50",
		    "scans of ports" },
		/* Sweeps of a port by any protocol: beside TCP there is no handshake to judge by. */
		{ "src_addr,proto,dst_port", "distinct(dst_addr)", "distinct(dst_addr)=256",
		    "sweeps of a port" },
		{ "dst_addr", "distinct(src_addr)", "distinct(src_addr)=100", "many to one" },
	};
	static const char measures[] = "flows,distinct(dst_addr),distinct(dst_port),"
	    "distinct(src_addr),syn_only,syn_pct,packets,bytes,bpp,first,last";

	for (size_t i = 0; i < ARRAY_LEN(scans); i++) {
		struct flow_agg_ask *ask;

		if (add_ask(o, NULL, scans[i][0]) != CLI_OK)
			return CLI_FAILURE;
		ask = &o->ask[o->asks - 1];
		ask->measures = measures;
		ask->order = scans[i][1];
		ask->min = scans[i][2];
		ask->about = scans[i][3];
		ask->limit = TOP;
	}
	return CLI_OK;
}

/* Options that say what is computed; false: none of them. */
static bool
take_question(int letter, char *argument, struct flowstat_options *o, struct common *c,
    int *status)
{
	switch (letter) {
	case 's':
		*status = add_ask(o, argument, NULL);
		return true;
	case 'A':
		*status = add_ask(o, NULL, argument);
		return true;
	case 'a':
		c->five_tuple = true;
		return true;
	case 'b':
		c->pairing = FLOW_AGG_TWO_WAY;
		return true;
	case 'B':
		c->pairing = FLOW_AGG_CLIENT_SERVER;
		return true;
	case 'n':
		c->limited = true;
		if (!cli_number("-n", argument, 0, UINT64_MAX - 1, &c->limit))
			*status = CLI_MISUSE;
		return true;
	case 'O':
		c->order = argument;
		return true;
	case OPT_MEASURES:
		c->measures = argument;
		return true;
	case OPT_BIN:
		c->bin = argument;
		return true;
	case OPT_SERIES:
		c->series = true;
		*status = add_series(o, argument);
		return true;
	case OPT_BILLING:
		*status = add_ask(o, argument, NULL);
		if (*status == CLI_OK)
			o->ask[o->asks - 1].billing = 95000;
		return true;
	case OPT_SPIKES:
		*status = add_ask(o, NULL, argument);
		if (*status == CLI_OK)
			o->ask[o->asks - 1].spikes = 3000;
		return true;
	case OPT_FACTOR:
		if (!thousandths(argument, 1000000, &c->factor))
			*status = cli_misuse("--factor: '%s' is not in 0.001 to 1000000", argument);
		return true;
	case OPT_TALKERS:
		*status = add_talkers(o);
		return true;
	case OPT_SCANS:
		*status = add_scans(o);
		return true;
	case OPT_PERCENTILE:
		if (!thousandths(argument, 100, &c->percent))
			*status = cli_misuse("--percentile: '%s' is not in 0.001 to 100", argument);
		return true;
	case OPT_SPREAD:
		c->spread = true;
		return true;
	case OPT_MIN:
		c->min = argument;
		return true;
	default:
		return false;
	}
}

static int
take_option(int letter, char *argument, struct flowstat_options *o, bool *done)
{
	uint64_t number;

	switch (letter) {
	case 'r':
		return query_add_read(&o->request, argument, false);
	case 'R':
		return query_add_read(&o->request, argument, true);
	case 'M':
		o->request.directories = argument;
		return CLI_OK;
	case 't':
		o->request.window = argument;
		return CLI_OK;
	case 'f':
		o->request.filter_file = argument;
		return CLI_OK;
	case 'o':
		o->format = argument;
		return CLI_OK;
	case 'N':
		o->printer.plain_numbers = true;
		return CLI_OK;
	case OPT_CSV_SAFE:
		o->printer.csv_safe = true;
		return CLI_OK;
	case 'q':
		o->printer.quiet = true;
		return CLI_OK;
	case OPT_UTC:
		o->printer.zone = STAMP_UTC;
		o->request.zone = STAMP_UTC;
		return CLI_OK;
	case OPT_MEMORY:
		if (number_parse(argument, strlen(argument), NUMBER_SCALED, UINT64_MAX / 2,
		    &o->memory) != FLOW_OK || o->memory == 0)
			return cli_misuse("--memory: '%s' is no size (as in 500M)", argument);
		return CLI_OK;
	case OPT_AS_NAMES:
		o->as_names = argument;
		return CLI_OK;
	case OPT_IF_NAMES:
		o->if_names = argument;
		return CLI_OK;
	case OPT_GEO:
		return query_add_geo(&o->request, argument);
	case OPT_ELEMENTS:
		return query_add_elements(&o->request, argument);
	case OPT_TITLE:
		o->title = argument;
		return CLI_OK;
	case OPT_EXPLAIN:
		o->explain = true;
		return CLI_OK;
	case OPT_SQL:
		o->sql = true;
		return query_sql_dialect(argument, &o->dialect);
	case 'j':
		if (!cli_number("-j", argument, 1, 256, &number))
			return CLI_MISUSE;
		o->request.threads = (unsigned)number;
		return CLI_OK;
	case 'h':
		*done = true;
		return cli_help(help);
	case 'V':
		*done = true;
		return cli_version();
	default:
		return cli_misuse_hint();
	}
}

/* The settings that every question shares. */
static int
complete_asks(struct flowstat_options *o, const struct common *c)
{
	bool five = c->five_tuple || (c->pairing != FLOW_AGG_ONE_WAY && o->asks == 0);

	if (five && add_ask(o, NULL, FIVE_TUPLE) != CLI_OK)
		return CLI_FAILURE;
	if (o->asks == 0)
		return cli_misuse("what is to be counted? (-s srcip/bytes, -A dst_port, -a, ...)");
	for (size_t i = 0; i < o->asks; i++) {
		struct flow_agg_ask *ask = &o->ask[i];

		/* Where a series stands beside other questions the bin is its alone. */
		if (ask->bin != NULL || !c->series)
			ask->bin = c->bin != NULL || !c->series ? c->bin : ask->bin;
		if (c->series && ask->bin != NULL) {
			ask->spread = c->spread;
			continue;
		}
		if (c->measures != NULL)
			ask->measures = c->measures;
		if (c->order != NULL)
			ask->order = c->order;
		if (c->min != NULL)
			ask->min = c->min;
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
		.format = "text",
		.printer = { .zone = STAMP_LOCAL },
	};
	*done = false;
	while (status == CLI_OK && !*done && (letter = cli_getopt(argc, argv,
	    "s:A:abBn:O:r:R:M:t:f:o:Nqj:hV", long_options)) != -1)
		if (!take_question(letter, optarg, options, &common, &status))
			status = take_option(letter, optarg, options, done);
	if (status != CLI_OK || *done)
		return status;
	status = complete_asks(options, &common);
	if (status != CLI_OK)
		return status;
	return query_arguments(&options->request, argc - optind, argv + optind);
}

void
flowstat_options_clear(struct flowstat_options *options)
{
	query_request_clear(&options->request);
	free(options->ask);
	options->ask = NULL;
	options->asks = 0;
}
