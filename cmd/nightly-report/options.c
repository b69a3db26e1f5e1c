/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/shell_quote.h"
#include "common/cli.h"

#define ROWS 20
#define ROWS_MAX 10000

#define OPTION_TABLE "nightly-report/options.def"
#include "common/option_table.h"

static const struct cli_table table = {
	.usage =
"usage: nightly-report [options] ARCHIVE... [-- FILTER]\n"
"Makes the report of a day from an archive: is all well, how much, who, where.\n",
	.row = option_rows, .count = ARRAY_LEN(option_rows),
	.after =
"Prints nothing where all went well.  Ends with 1: no report; 2: the command line is wrong;\n"
"3: something of the archive could not be read; 4: there are no flows of that time;\n"
"5: with --alert.  See nightly-report(8).\n",
};

/* Options for the time and the form; false for others. */
static bool
take_choice(int letter, char *argument, struct nightly_options *o)
{
	switch (letter) {
	case OPT_DAY:
		o->day = argument;
		return true;
	case OPT_WEEK:
		o->span_days = 7;
		return true;
	case OPT_MONTH:
		o->month = true;
		return true;
	case OPT_FROM:
		o->from = argument;
		return true;
	case OPT_TO:
		o->to = argument;
		return true;
	case OPT_LOCAL_DAYS:
		o->request.zone = STAMP_LOCAL;
		return true;
	case OPT_TEXT:
		o->format = NIGHTLY_TEXT;
		return true;
	case OPT_JSON:
		o->format = NIGHTLY_JSON;
		return true;
	case OPT_NO_SCRIPT:
		o->no_scripts = true;
		return true;
	case OPT_ALERT:
		o->alert = true;
		return true;
	case OPT_RESOLVE:
		o->resolve = true;
		return true;
	default:
		return false;
	}
}

static int
take_option(int letter, char *argument, struct nightly_options *o, bool *done)
{
	switch (letter) {
	case OPT_ROWS:
		return cli_number("-n", argument, 1, ROWS_MAX, &o->rows) ? CLI_OK : CLI_MISUSE;
	case OPT_OUTPUT:
		o->out = argument;
		return CLI_OK;
	case OPT_INDEX:
		o->index = argument;
		return CLI_OK;
	case OPT_TITLE:
		o->title = argument;
		return CLI_OK;
	case OPT_LOCAL:
		return list_files_take(&o->local, argument);
	case OPT_LISTS:
		return list_files_take(&o->lists, argument);
	case OPT_AS_NAMES:
		o->as_names = argument;
		return CLI_OK;
	case OPT_IF_NAMES:
		o->if_names = argument;
		return CLI_OK;
	case OPT_MEMORY:
		if (number_parse(argument, strlen(argument), NUMBER_SCALED, UINT64_MAX / 2, &o->memory) != FLOW_OK ||
		    o->memory == 0)
			return cli_misuse("-m: '%s' is no size (as in 500M)", argument);
		return CLI_OK;
	case OPT_GEO:
		buf_append_text(&o->geo_words, " --geo ");
		flow_shell_quote(&o->geo_words, argument, strlen(argument));
		return o->geo_words.failed ? cli_fail("out of memory") :
		    query_take_option(&o->request, letter, argument);
	case OPT_THREADS:
		return query_take_option(&o->request, letter, argument);
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

/* Joins the words after -- to the filter. */
static int
take_filter(struct nightly_options *o, int argc, char **argv)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < argc; i++) {
		if (i > 0)
			buf_append_u8(&text, ' ');
		buf_append_text(&text, argv[i]);
	}
	buf_append_u8(&text, '\0');
	if (text.failed)
		return cli_fail("out of memory");
	o->request.filter = (char *)text.data;
	return CLI_OK;
}

static int
take_archives(struct nightly_options *o, int argc, char **argv)
{
	struct stat st;
	int status = CLI_OK;

	if (argc == 0)
		return cli_misuse("which archive?");
	o->archive = argv[0];
	for (int i = 0; i < argc && status == CLI_OK; i++) {
		if (stat(argv[i], &st) != 0)
			return cli_fail("%s: no such archive", argv[i]);
		status = query_take_option(&o->request, OPT_READ, argv[i]);
	}
	return status == CLI_OK ? query_arguments(&o->request, 0, NULL) : status;
}

static int
check(const struct nightly_options *o)
{
	if ((o->from == NULL) != (o->to == NULL))
		return cli_misuse("--from and --to go together");
	if (o->from != NULL && (o->day != NULL || o->month || o->span_days != 1))
		return cli_misuse("--from and --to say the time alone, without -d, --week and --month");
	if (o->month && o->span_days != 1)
		return cli_misuse("--week or --month, not both");
	return query_check(&o->request);
}

int
nightly_options_parse(int argc, char **argv, struct nightly_options *options, bool *done)
{
	int letter, status = CLI_OK, end = 1;

	*options = (struct nightly_options){ .request = QUERY_REQUEST_INIT, .rows = ROWS, .span_days = 1,
	    .geo_words = BUF_INIT };
	options->request.zone = STAMP_UTC;
	*done = false;
	/* getopt would reorder archives after the --. */
	while (end < argc && strcmp(argv[end], "--") != 0)
		end++;
	if (end + 1 < argc)
		status = take_filter(options, argc - end - 1, argv + end + 1);
	while (status == CLI_OK && !*done &&
	    (letter = cli_getopt(end, argv, &table)) != -1)
		if (!take_choice(letter, optarg, options))
			status = take_option(letter, optarg, options, done);
	if (status != CLI_OK || *done)
		return status;
	status = check(options);
	return status == CLI_OK ? take_archives(options, end - optind, argv + optind) : status;
}

void
nightly_options_clear(struct nightly_options *options)
{
	query_request_clear(&options->request);
	list_files_clear(&options->local);
	list_files_clear(&options->lists);
	buf_release(&options->geo_words);
}
