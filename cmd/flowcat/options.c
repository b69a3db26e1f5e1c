/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"
#include "flowcat/named_formats.h"
#include "net/resolve.h"

/* Memory for sorting; the default applies where the machine's memory is unknown. */
#define MEMORY_DEFAULT (UINT64_C(1) << 30)
#define MEMORY_MIN 1000000

/* A year. */
#define SPLIT_MAX_S 31536000

#define OPTION_TABLE "flowcat/options.def"
#include "common/option_table.h"

static const struct cli_table table = {
	.usage =
"usage: flowcat [options] [PATH...] [FILTER]\n"
"Reads flow archives, filters, and prints, exports or writes what passes.\n",
	.row = option_rows, .count = ARRAY_LEN(option_rows),
	.after =
"An argument that exists as a file, directory or pattern is read; the last other one is the filter\n"
"(flow-filter(7)).  See flowcat(1).\n",
};

/* Everybody on the machine can see a key on the command line; a file can be private. */
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

/* Options that only --expire has. */
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
	case OPT_DRY_RUN:
		o->retain.dry_run = true;
		return CLI_OK;
	case OPT_VERBOSE:
		o->verbose = true;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
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
	    o->request.live || o->limit != UINT64_MAX)
		return cli_misuse("--expire is a task of its own: it goes with no other");
	if (optind < argc)
		return cli_misuse("--expire: '%s': one directory, or repeat it", argv[optind]);
	if (retain_limits_empty(&r->limits))
		return cli_misuse("--expire: no limit is given: --max-age, --max-size or --min-free");
	return CLI_OK;
}

/* Options for the choice and order of rows. */
static int
take_rows(int letter, const char *argument, struct flowcat_options *o)
{
	struct flow_error err;

	switch (letter) {
	case OPT_FOLLOW:
		o->follow = true;
		o->request.live = true;
		o->request.repeats = true;
		return CLI_OK;
	case OPT_COUNT:
		return cli_number("-c", argument, 0, UINT64_MAX - 1, &o->limit) ? CLI_OK : CLI_MISUSE;
	case OPT_ORDER:
		if (flow_sort_order_parse(argument, &o->order, &err) != FLOW_OK)
			return cli_misuse("-O: %s", err.message);
		o->has_order = true;
		return CLI_OK;
	case OPT_BY_START:
		o->has_order = flow_sort_order_parse("tstart", &o->order, &err) == FLOW_OK;
		return CLI_OK;
	case OPT_MEMORY:
		return take_memory(o, argument);
	default:
		return CLI_NOT_MINE;
	}
}

static int
take_printing(int letter, const char *argument, struct flowcat_options *o)
{
	switch (letter) {
	case OPT_OUTPUT:
		o->format = argument;
		return CLI_OK;
	case OPT_CSV_SAFE:
		o->printer.csv_safe = true;
		return CLI_OK;
	case OPT_PSEUDONYMS:
		return take_key(o, argument);
	case OPT_CONFIG:
		o->config = argument;
		return CLI_OK;
	case OPT_RESOLVE:
		o->resolve = true;
		return CLI_OK;
	case OPT_PLAIN:
		o->printer.plain_numbers = true;
		return CLI_OK;
	case OPT_FULL_IPV6:
		o->printer.full_ipv6 = true;
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
take_seconds(const char *option, const char *text, uint64_t least, uint32_t *out)
{
	uint64_t number;

	if (!cli_number(option, text, least, SPLIT_MAX_S, &number))
		return CLI_MISUSE;
	*out = (uint32_t)number;
	return CLI_OK;
}

static int
take_writing(int letter, const char *argument, struct flowcat_options *o)
{
	struct flow_error err;

	switch (letter) {
	case OPT_WRITE:
		o->write_path = argument;
		return CLI_OK;
	case OPT_SPLIT:
		return take_seconds("--split", argument, 1, &o->split_s);
	case OPT_IMPORT:
		o->import = true;
		return CLI_OK;
	case OPT_SPLIT_BY:
		o->split_by = argument;
		return CLI_OK;
	case OPT_LAYOUT:
		return partition_parse(argument, &o->layout) ? CLI_OK :
		    cli_misuse("-S: '%s' is none of 0 to 8 and hive", argument);
	case OPT_COMPACT:
		return take_seconds("--compact", argument, 60, &o->compact_s);
	case OPT_CLUSTER:
		if (flow_cluster_parse(argument, &o->writer.cluster, &err) != FLOW_OK)
			return cli_misuse("--cluster: %s", err.message);
		o->has_cluster = true;
		return CLI_OK;
	case OPT_COMPRESS:
		if (flow_codec_parse(argument, &o->writer, &err) != FLOW_OK)
			return cli_misuse("-z: %s", err.message);
		o->has_codec = true;
		return CLI_OK;
	case OPT_IDENT:
		o->writer.ident = argument;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

/* Options for other tasks than printing or writing rows. */
static int
take_task(int letter, const char *argument, struct flowcat_options *o)
{
	switch (letter) {
	case OPT_INFO:
		o->task = FLOWCAT_SUMMARY;
		return CLI_OK;
	case OPT_GNUPLOT:
		o->task = FLOWCAT_GNUPLOT;
		return CLI_OK;
	case OPT_EXPORTERS:
		o->task = FLOWCAT_EXPORTERS;
		return CLI_OK;
	case OPT_CHECK_FILTER:
		o->task = FLOWCAT_CHECK;
		return CLI_OK;
	case OPT_VERIFY:
		o->task = FLOWCAT_VERIFY;
		return CLI_OK;
	case OPT_EXPLAIN:
		o->task = FLOWCAT_EXPLAIN;
		return CLI_OK;
	case OPT_SQL:
		o->task = FLOWCAT_SQL;
		return query_sql_dialect(argument, &o->dialect);
	case OPT_SETS:
		o->task = FLOWCAT_SETS;
		o->sets = argument;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

/* nfdump combines flowcat and flowstat: explains a letter that getopt has just rejected. */
static int
unknown_letter(int letter)
{
	if (letter != 0 && strchr("saAbB", letter) != NULL)
		cli_warn("-%c is of flowstat, which puts flows together; libexec/netflow-tools/nfdump takes "
		    "nfdump's lines", letter);
	return cli_misuse_hint();
}

static int
take_option(int letter, const char *argument, struct flowcat_options *o, bool *done)
{
	static int (*const takers[])(int letter, const char *argument, struct flowcat_options *o) = {
		take_rows, take_printing, take_writing, take_task, take_retention,
	};
	int status = query_take_option(&o->request, letter, argument);

	for (size_t i = 0; i < ARRAY_LEN(takers) && status == CLI_NOT_MINE; i++)
		status = takers[i](letter, argument, o);
	if (status != CLI_NOT_MINE)
		return status;
	*done = letter == OPT_HELP || letter == OPT_VERSION;
	return letter == OPT_HELP ? cli_help(&table) : letter == OPT_VERSION ? cli_version() : unknown_letter(optopt);
}

/* What -o needs besides its text. */
static int
prepare_printer(struct flowcat_options *o)
{
	int status = flowcat_formats_read(o->config, &o->formats);

	o->printer.formats = o->formats;
	o->names = flow_names_new();
	o->printer.names = o->names;
	/* Databases know nothing about pseudonyms. */
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

/* Whether rows get other values than the files have. */
static bool
changes_rows(const struct flowcat_options *o)
{
	return o->request.pseudonyms != NULL || o->request.map != NULL;
}

/* Tasks on whole files or their metadata cannot select rows, so options that do are refused. */
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
	if (o->request.live)
		return cli_misuse("%s is about finished files: no --live", task);
	if (o->request.window != NULL || o->request.filter_file != NULL || changes_rows(o) ||
	    o->write_path != NULL || o->limit != UINT64_MAX)
		return cli_misuse("%s is about whole files: no -t, -f, -K, --map, -w, -c", task);
	if (o->request.filter != NULL && o->request.filter[0] != '\0')
		return cli_misuse("%s is about whole files, without a filter, and '%s' is no file; flowstat's "
		    "totals take one, as 'flowcat -w - FILTER | flowcat %s' does", task, o->request.filter, task);
	return CLI_OK;
}

/* Compacted files are written once and read often. */
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

static uint64_t
memory_default(void)
{
	uint64_t bytes = cli_memory();

	return bytes != UINT64_MAX ? bytes / 2 : MEMORY_DEFAULT;
}

#define IMPORT_SLOT_S 300

static int
check_import(struct flowcat_options *o)
{
	if (!o->import)
		return CLI_OK;
	if (o->write_path == NULL || strcmp(o->write_path, "-") == 0)
		return cli_misuse("--import: -w DIRECTORY is missing");
	if (o->split_by != NULL || o->compact_s != 0 || o->task != FLOWCAT_ROWS || o->has_order || o->follow ||
	    o->request.live ||
	    o->request.window != NULL || o->request.filter_file != NULL || changes_rows(o) ||
	    o->limit != UINT64_MAX)
		return cli_misuse("--import takes whole files, each once: no --split-by, -t, -f, -K, --map, -c, -O, "
		    "and no other task");
	if (o->split_s == 0)
		o->split_s = IMPORT_SLOT_S;
	return CLI_OK;
}

static int
check_sets(const struct flowcat_options *o, int arguments)
{
	if (arguments > 0 || o->request.reads > 0 || o->request.directories != NULL || o->request.live || o->follow ||
	    o->request.window != NULL || o->request.filter_file != NULL || changes_rows(o) ||
	    o->write_path != NULL || o->has_order || o->limit != UINT64_MAX || o->compact_s != 0)
		return cli_misuse("--sets reads no flows: it takes one expression, and no files, filter or options of "
		    "flows");
	return CLI_OK;
}

int
flowcat_options_parse(int argc, char **argv, struct flowcat_options *options, bool *done)
{
	int letter, status = CLI_OK;

	*options = (struct flowcat_options){
		.request = QUERY_REQUEST_INIT,
		.format = "line",
		.limit = UINT64_MAX,
		.memory_bytes = memory_default(),
		.layout = PARTITION_YMDH,
		.writer = FLOW_WRITER_OPTIONS_INIT,
		.printer = { .zone = STAMP_LOCAL },
	};
	*done = false;
	while (status == CLI_OK && !*done && (letter = cli_getopt(argc, argv, &table)) != -1)
		status = take_option(letter, optarg, options, done);
	if (status == CLI_OK && !*done)
		status = check_retention(options, argc, argv);
	if (status != CLI_OK || *done || options->task == FLOWCAT_EXPIRE)
		return status;
	status = check_import(options);
	if (status != CLI_OK)
		return status;
	if ((options->split_s != 0 || options->split_by != NULL) && options->write_path == NULL)
		return cli_misuse("--split: -w DIRECTORY is missing");
	if (options->split_s != 0 && options->split_by != NULL)
		return cli_misuse("--split and --split-by: one of them");
	if (options->task == FLOWCAT_SETS)
		return check_sets(options, argc - optind);
	if (options->follow && options->task == FLOWCAT_SQL)
		return cli_misuse("--follow: --sql is about finished files");
	if (options->follow && (options->task != FLOWCAT_ROWS || options->write_path != NULL || options->has_order ||
	    strcmp(options->format, "json") == 0))
		return cli_misuse("--follow prints flows as they come: no -w, -O, -m, -o json (but ndjson), and no "
		    "other task");
	if (options->request.live && (options->task == FLOWCAT_SQL || options->compact_s != 0))
		return cli_misuse("--live: %s is about finished files", options->compact_s != 0 ? "--compact" :
		    "--sql");
	if (options->compact_s != 0 && (options->write_path != NULL || options->has_order ||
	    options->request.window != NULL || options->request.filter_file != NULL ||
	    changes_rows(options) || options->limit != UINT64_MAX))
		return cli_misuse("--compact changes no rows: no -w, -O, -t, -f, -K, --map, -c");
	if (options->task == FLOWCAT_CHECK)
		return query_filter_arguments(&options->request, argc - optind, argv + optind);
	status = query_arguments(&options->request, argc - optind, argv + optind);
	if (status == CLI_OK && options->compact_s != 0 && options->request.filter != NULL)
		return cli_misuse("--compact changes no rows: '%s' is no file", options->request.filter);
	if (status == CLI_OK && options->import && options->request.filter != NULL)
		return cli_misuse("--import takes whole files: '%s' is no file", options->request.filter);
	if (status == CLI_OK)
		status = check_whole_files(options);
	if (status == CLI_OK)
		status = query_check_live(&options->request);
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
