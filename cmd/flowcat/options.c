/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"
#include "flowcat/named_formats.h"
#include "net/resolve.h"

/* Bytes for sorting. */
#define MEMORY_DEFAULT (UINT64_C(1) << 30)
#define MEMORY_MIN 1000000

/* A year. */
#define SPLIT_MAX_S 31536000

static const char help[] =
"usage: flowcat [options] [PATH...] [FILTER]\n"
"Reads flow archives, filters, and prints, exports or writes what passes.\n"
"\n"
"  -r, --read PATH        a file, a directory (recursively) or a pattern; may be repeated\n"
"  -R, --range DIR/FIRST:LAST   files from FIRST to LAST; without :LAST all later ones\n"
"  -M, --directories A:B  read what -r and -R say in each of these directories (/base/a:b:c)\n"
"  -t, --time FROM-TO     flows that begin in this window, such as 2026/11/23.08-2026/11/23.09 or -1h\n"
"  -f, --filter-file FILE read the filter from a file\n"
"  -c, --count N          stop after N flows\n"
"  -O, --order KEY        sort by a column of numbers, or flows, packets, bytes, pps, bps, bpp, duration,\n"
"                         tstart, tend; :a ascending, :d descending\n"
"  -m                     -O tstart\n"
"      --memory BYTES     for sorting, K M G allowed (default 1G); more goes to temporary files\n"
"  -o, --output FORMAT    line (default), long, extended, wide, biline, raw, csv, csv:all, csv:COL,...,\n"
"                         ndjson, json, fmt:TOKENS, null\n"
"      --csv-safe         csv: an apostrophe before texts that spreadsheets might take for formulas\n"
"  -K, --pseudonyms KEY   addresses become pseudonyms that keep prefixes (Crypto-PAn); KEY is 32 characters,\n"
"                         64 hexadecimal digits, or @FILE that holds one of these\n"
"  -w, --write FILE       write the flows as Parquet ('-': standard output)\n"
"      --split SECONDS    with -w DIRECTORY: a tree with a file for each slot of receive time (86400: a day)\n"
"      --compact SECONDS  make one, in place, of the files of a directory that begin in the same slot\n"
"      --cluster COL,...  with --compact or -w: rows that are alike in these stand together; none: as they come\n"
"      --expire DIR       remove what is too old, or too much, from this archive; may be repeated. With it:\n"
"      --max-age SPAN     what ended longer ago goes, such as 90d, 12h\n"
"      --max-size BYTES   so much stays, K M G T allowed; with --each in each archive below (-M of flowcap)\n"
"      --min-free BYTES   so much of the file system is to be free, or 10%\n"
"      --local-time       files are named in local time\n"
"  -n, --dry-run          only list what would go; -v, --verbose: list what goes\n"
"      --split-by COL,... with -w DIRECTORY: a tree COL=VALUE/ as Hive, Spark and DuckDB know it\n"
"  -S, --layout N         its directories, as flowcap's (default 2, %Y/%m/%d/%H)\n"
"  -z, --compress CODEC   lz4 (default), zstd, gzip or none, with :LEVEL; for -w\n"
"  -i, --ident TEXT       identification to store; for -w\n"
"  -I, --info             print a summary from metadata alone\n"
"  -g, --gnuplot          a line a file from metadata: time, flows, packets, bytes\n"
"  -E, --exporters        what metadata tell of exporters: counts, losses, rates, names\n"
"  -Z, --check-filter     only compile the filter: exit status 0 or 2\n"
"      --verify           check every page, value and sum of the files\n"
"      --explain          print the plan of the query and end\n"
"      --sql DIALECT      print the question in SQL and end: duckdb, spark or clickhouse\n"
"      --elements FILE    names and types of elements in extra, lines PEN,ID,NAME,TYPE\n"
"      --geo FILE         database of MaxMind's format for countries, cities and ASes of addresses,\n"
"                         in the filter and in -o csv:src_country,... (repeatable)\n"
"      --config FILE      named formats, as nfdump.conf has them (default: $FLOWRC)\n"
"      --resolve          names of hosts and services in tables\n"
"  -N, --plain            numbers for people in full digits\n"
"  -6, --full-ipv6        IPv6 addresses uncut in tables\n"
"  -q, --quiet            no header\n"
"      --utc              times for people in UTC instead of local time\n"
"  -j, --threads N        worker threads (default: one per core)\n"
"  -h, --help             this text\n"
"  -V, --version          versions\n"
"\n"
"An argument that exists as a file, directory or pattern is read; the last other one is the filter\n"
"(flow-filter(7)).  See flowcat(1).\n";

enum { OPT_EXPLAIN = 256, OPT_SQL, OPT_UTC, OPT_CONFIG, OPT_RESOLVE, OPT_VERIFY, OPT_MEMORY, OPT_SPLIT, OPT_SPLIT_BY,
	OPT_COMPACT, OPT_CLUSTER, OPT_GEO, OPT_ELEMENTS, OPT_CSV_SAFE, OPT_EXPIRE, OPT_MAX_AGE, OPT_MAX_SIZE,
	OPT_MIN_FREE, OPT_EACH, OPT_LOCAL_TIME };

static const struct option long_options[] = {
	{ "read", required_argument, NULL, 'r' },
	{ "range", required_argument, NULL, 'R' },
	{ "directories", required_argument, NULL, 'M' },
	{ "time", required_argument, NULL, 't' },
	{ "filter-file", required_argument, NULL, 'f' },
	{ "count", required_argument, NULL, 'c' },
	{ "order", required_argument, NULL, 'O' },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "output", required_argument, NULL, 'o' },
	{ "write", required_argument, NULL, 'w' },
	{ "pseudonyms", required_argument, NULL, 'K' },
	{ "split", required_argument, NULL, OPT_SPLIT },
	{ "compact", required_argument, NULL, OPT_COMPACT },
	{ "cluster", required_argument, NULL, OPT_CLUSTER },
	{ "expire", required_argument, NULL, OPT_EXPIRE },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "min-free", required_argument, NULL, OPT_MIN_FREE },
	{ "each", no_argument, NULL, OPT_EACH },
	{ "local-time", no_argument, NULL, OPT_LOCAL_TIME },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "split-by", required_argument, NULL, OPT_SPLIT_BY },
	{ "layout", required_argument, NULL, 'S' },
	{ "compress", required_argument, NULL, 'z' },
	{ "ident", required_argument, NULL, 'i' },
	{ "info", no_argument, NULL, 'I' },
	{ "gnuplot", no_argument, NULL, 'g' },
	{ "exporters", no_argument, NULL, 'E' },
	{ "check-filter", no_argument, NULL, 'Z' },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "sql", required_argument, NULL, OPT_SQL },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "geo", required_argument, NULL, OPT_GEO },
	{ "elements", required_argument, NULL, OPT_ELEMENTS },
	{ "resolve", no_argument, NULL, OPT_RESOLVE },
	{ "plain", no_argument, NULL, 'N' },
	{ "full-ipv6", no_argument, NULL, '6' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "csv-safe", no_argument, NULL, OPT_CSV_SAFE },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "threads", required_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* A key on the command line is seen by everybody on the machine; a file need not be. */
static int
take_key(struct flowcat_options *o, const char *text)
{
	uint8_t key[CRYPTOPAN_KEY_BYTES];
	char line[256];
	FILE *file;

	if (text[0] == '@') {
		file = fopen(text + 1, "r");
		if (file == NULL)
			return cli_fail("%s: %s", text + 1, strerror(errno));
		if (fgets(line, sizeof(line), file) == NULL)
			line[0] = '\0';
		(void)fclose(file);
		line[strcspn(line, "\r\n")] = '\0';
		text = line;
	}
	if (!cryptopan_key_parse(text, strlen(text), key))
		return cli_misuse("-K: a key has 32 characters or 64 hexadecimal digits");
	cryptopan_init(&o->cryptopan, key);
	o->request.pseudonyms = &o->cryptopan;
	return CLI_OK;
}

static int
take_memory(struct flowcat_options *o, const char *text)
{
	uint64_t bytes;

	if (number_parse(text, strlen(text), NUMBER_SCALED, SIZE_MAX, &bytes) != FLOW_OK ||
	    bytes < MEMORY_MIN)
		return cli_misuse("--memory: '%s' is no number of bytes from 1M on", text);
	o->memory_bytes = bytes;
	return CLI_OK;
}

static int
add_expire(struct flowcat_options *o, const char *directory)
{
	const char **bigger = realloc(o->expire, (o->expires + 1) * sizeof(*bigger));

	if (bigger == NULL)
		return cli_fail("out of memory");
	o->task = FLOWCAT_EXPIRE;
	o->expire = bigger;
	o->expire[o->expires++] = directory;
	return CLI_OK;
}

/* What goes with --expire alone. */
static int
take_retention(int letter, const char *argument, struct flowcat_options *o)
{
	struct retain_limits *l = &o->retain.limits;
	struct flow_error err;

	switch (letter) {
	case OPT_EXPIRE:
		return add_expire(o, argument);
	case OPT_MAX_AGE:
		return retain_age_parse(argument, strlen(argument), l, &err) == FLOW_OK ? CLI_OK :
		    cli_misuse("--max-age: %s", err.message);
	case OPT_MAX_SIZE:
		return retain_size_parse(argument, strlen(argument), l, &err) == FLOW_OK ? CLI_OK :
		    cli_misuse("--max-size: %s", err.message);
	case OPT_MIN_FREE:
		return retain_free_parse(argument, strlen(argument), l, &err) == FLOW_OK ? CLI_OK :
		    cli_misuse("--min-free: %s", err.message);
	case OPT_EACH:
		o->retain.each = true;
		return CLI_OK;
	case OPT_LOCAL_TIME:
		o->retain.zone = STAMP_LOCAL;
		return CLI_OK;
	case 'n':
		o->retain.dry_run = true;
		return CLI_OK;
	default:
		o->verbose = true;
		return CLI_OK;
	}
}

/* What they are without or beside --expire. */
static int
check_retention(const struct flowcat_options *o, int argc, char **argv)
{
	const struct retain_options *r = &o->retain;

	if (o->expires == 0 && (r->dry_run || o->verbose || r->each || r->zone != STAMP_UTC ||
	    !retain_limits_empty(&r->limits)))
		return cli_misuse("%s: --expire DIRECTORY is missing%s", r->dry_run ? "-n" : o->verbose ? "-v" :
		    r->each ? "--each" : r->zone != STAMP_UTC ? "--local-time" : "--max-age, --max-size, --min-free",
		    r->dry_run ? " (-n NUMBER is flowstat's, -c NUMBER prints so many)" : "");
	if (o->expires == 0)
		return CLI_OK;
	if (o->task != FLOWCAT_EXPIRE || o->write_path != NULL || o->compact_s != 0 || o->has_order ||
	    o->request.window != NULL || o->request.filter_file != NULL || o->request.directories != NULL ||
	    o->limit != UINT64_MAX)
		return cli_misuse("--expire is a task of its own: it goes with no other");
	if (optind < argc)
		return cli_misuse("--expire: '%s': one directory, or repeat it", argv[optind]);
	if (retain_limits_empty(&r->limits))
		return cli_misuse("--expire: no limit is given: --max-age, --max-size or --min-free");
	return CLI_OK;
}

static int
take_option(int letter, char *argument, struct flowcat_options *o, bool *done)
{
	struct flow_error err;
	uint64_t number;

	switch (letter) {
	case OPT_EXPIRE:
	case OPT_MAX_AGE:
	case OPT_MAX_SIZE:
	case OPT_MIN_FREE:
	case OPT_EACH:
	case OPT_LOCAL_TIME:
	case 'n':
	case 'v':
		return take_retention(letter, argument, o);
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
	case 'c':
		return cli_number("-c", argument, 0, UINT64_MAX - 1, &o->limit) ? CLI_OK : CLI_MISUSE;
	case 'O':
		if (flow_sort_order_parse(argument, &o->order, &err) != FLOW_OK)
			return cli_misuse("-O: %s", err.message);
		o->has_order = true;
		return CLI_OK;
	case 'm':
		o->has_order = flow_sort_order_parse("tstart", &o->order, &err) == FLOW_OK;
		return CLI_OK;
	case OPT_MEMORY:
		return take_memory(o, argument);
	case 'o':
		o->format = argument;
		return CLI_OK;
	case 'w':
		o->write_path = argument;
		return CLI_OK;
	case OPT_SPLIT:
		if (!cli_number("--split", argument, 1, SPLIT_MAX_S, &number))
			return CLI_MISUSE;
		o->split_s = (uint32_t)number;
		return CLI_OK;
	case OPT_COMPACT:
		if (!cli_number("--compact", argument, 60, SPLIT_MAX_S, &number))
			return CLI_MISUSE;
		o->compact_s = (uint32_t)number;
		return CLI_OK;
	case OPT_CLUSTER:
		if (flow_cluster_parse(argument, &o->writer.cluster, &err) != FLOW_OK)
			return cli_misuse("--cluster: %s", err.message);
		o->has_cluster = true;
		return CLI_OK;
	case OPT_SPLIT_BY:
		o->split_by = argument;
		return CLI_OK;
	case 'S':
		return partition_parse(argument, &o->layout) ? CLI_OK :
		    cli_misuse("-S: '%s' is none of 0 to 8 and hive", argument);
	case 'K':
		return take_key(o, argument);
	case 'z':
		if (flow_codec_parse(argument, &o->writer, &err) != FLOW_OK)
			return cli_misuse("-z: %s", err.message);
		o->has_codec = true;
		return CLI_OK;
	case 'i':
		o->writer.ident = argument;
		return CLI_OK;
	case 'I':
		o->task = FLOWCAT_SUMMARY;
		return CLI_OK;
	case 'g':
		o->task = FLOWCAT_GNUPLOT;
		return CLI_OK;
	case 'E':
		o->task = FLOWCAT_EXPORTERS;
		return CLI_OK;
	case 'Z':
		o->task = FLOWCAT_CHECK;
		return CLI_OK;
	case OPT_EXPLAIN:
		o->task = FLOWCAT_EXPLAIN;
		return CLI_OK;
	case OPT_SQL:
		o->task = FLOWCAT_SQL;
		return query_sql_dialect(argument, &o->dialect);
	case OPT_VERIFY:
		o->task = FLOWCAT_VERIFY;
		return CLI_OK;
	case OPT_GEO:
		return query_add_geo(&o->request, argument);
	case OPT_ELEMENTS:
		return query_add_elements(&o->request, argument);
	case OPT_CONFIG:
		o->config = argument;
		return CLI_OK;
	case OPT_RESOLVE:
		o->resolve = true;
		return CLI_OK;
	case 'N':
		o->printer.plain_numbers = true;
		return CLI_OK;
	case '6':
		o->printer.full_ipv6 = true;
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

/* What -o may need besides its text. */
static int
prepare_printer(struct flowcat_options *o)
{
	int status = flowcat_formats_read(o->config, &o->formats);

	o->printer.formats = o->formats;
	o->names = flow_names_new();
	o->printer.names = o->names;
	/* Of a pseudonym nothing is known. */
	o->printer.geo = o->request.pseudonyms == NULL ? o->request.geo : NULL;
	if (o->names == NULL)
		return cli_fail("out of memory");
	if (status == CLI_OK && o->resolve) {
		o->resolver = resolver_new(NULL);
		o->printer.resolver = o->resolver;
		if (o->resolver == NULL)
			status = cli_fail("no threads to resolve names");
	}
	return status;
}

/* Tasks that read whole files or their metadata leave no row out: what asks for that is not theirs. */
static int
check_whole_files(const struct flowcat_options *o)
{
	static const char *const letter[] = {
		[FLOWCAT_SUMMARY] = "-I", [FLOWCAT_GNUPLOT] = "-g", [FLOWCAT_EXPORTERS] = "-E",
		[FLOWCAT_VERIFY] = "--verify",
	};
	const char *task = o->task < ARRAY_LEN(letter) ? letter[o->task] : NULL;

	if (task == NULL)
		return CLI_OK;
	if (o->request.window != NULL || o->request.filter_file != NULL || o->request.pseudonyms != NULL ||
	    o->write_path != NULL || o->limit != UINT64_MAX)
		return cli_misuse("%s is about whole files: no -t, -f, -K, -w, -c", task);
	if (o->request.filter != NULL && o->request.filter[0] != '\0')
		return cli_misuse("%s is about whole files, without a filter, and '%s' is no file; flowstat's "
		    "totals take one, as 'flowcat -w - FILTER | flowcat %s' does", task, o->request.filter, task);
	return CLI_OK;
}

/* Files that are compacted are written once and read often. */
static void
compact_defaults(struct flowcat_options *o)
{
	static const struct flow_cluster usual = FLOW_CLUSTER_DEFAULT;

	if (!o->has_codec)
		o->writer.codec = flow_codec_archive();
	o->has_codec = true;
	if (!o->has_cluster)
		o->writer.cluster = usual;
}

int
flowcat_options_parse(int argc, char **argv, struct flowcat_options *options, bool *done)
{
	int letter, status = CLI_OK;

	*options = (struct flowcat_options){
		.request = QUERY_REQUEST_INIT,
		.format = "line",
		.limit = UINT64_MAX,
		.memory_bytes = MEMORY_DEFAULT,
		.layout = PARTITION_YMDH,
		.writer = FLOW_WRITER_OPTIONS_INIT,
		.printer = { .zone = STAMP_LOCAL },
	};
	*done = false;
	while (status == CLI_OK && !*done && (letter = cli_getopt(argc, argv,
	    "r:R:M:t:f:c:O:mo:K:w:S:z:i:IEgZN6qj:nvhV", long_options)) != -1)
		status = take_option(letter, optarg, options, done);
	if (status == CLI_OK && !*done)
		status = check_retention(options, argc, argv);
	if (status != CLI_OK || *done || options->task == FLOWCAT_EXPIRE)
		return status;
	if ((options->split_s != 0 || options->split_by != NULL) && options->write_path == NULL)
		return cli_misuse("--split: -w DIRECTORY is missing");
	if (options->split_s != 0 && options->split_by != NULL)
		return cli_misuse("--split and --split-by: one of them");
	if (options->compact_s != 0 && (options->write_path != NULL || options->has_order ||
	    options->request.window != NULL || options->request.filter_file != NULL ||
	    options->request.pseudonyms != NULL || options->limit != UINT64_MAX))
		return cli_misuse("--compact changes no rows: no -w, -O, -t, -f, -K, -c");
	if (options->task == FLOWCAT_CHECK)
		return query_filter_arguments(&options->request, argc - optind, argv + optind);
	status = query_arguments(&options->request, argc - optind, argv + optind);
	if (status == CLI_OK && options->compact_s != 0 && options->request.filter != NULL)
		return cli_misuse("--compact changes no rows: '%s' is no file", options->request.filter);
	if (status == CLI_OK)
		status = check_whole_files(options);
	if (options->has_cluster && options->compact_s == 0 && options->write_path == NULL)
		return cli_misuse("--cluster: -w or --compact is missing");
	if (options->compact_s != 0)
		compact_defaults(options);
	return status == CLI_OK ? prepare_printer(options) : status;
}

void
flowcat_options_clear(struct flowcat_options *options)
{
	query_request_clear(&options->request);
	free(options->expire);
	options->expire = NULL;
	flow_formats_free(options->formats);
	resolver_free(options->resolver);
	flow_names_free(options->names);
	options->formats = NULL;
	options->resolver = NULL;
	options->names = NULL;
}
