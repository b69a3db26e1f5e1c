/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowcap/multicast.h"
#include "flowcap/nfcapd_line.h"
#include "flowcap/program_log.h"
#include "flowcap/repeat.h"
#include "flowcap/sampling_option.h"
#include "flowcap/source_option.h"
#include "flowcap/status_server.h"

#define DEFAULT_PORT 9995
/* Default receive buffer, as far as the system allows it: bursts of large datagrams overrun the system's. */
#define DEFAULT_BUFFER_BYTES (32u << 20)
#define DEFAULT_SLOT_S 300
#define SLOT_S_MAX 86400

#define OPTION_TABLE "flowcap/options.def"
#include "common/option_table.h"

static const struct cli_table table = {
	.usage =
"usage: flowcap -w DIRECTORY [options]\n"
"       flowcap -C FILE [options]\n"
"       flowcap -w DIRECTORY -f CAPTURE... [options]\n"
"Collects NetFlow v1, v5, v7, v8, v9, IPFIX and sFlow into a tree of Parquet files.\n",
	.row = option_rows, .count = ARRAY_LEN(option_rows),
	.after =
"SIGTERM and SIGINT finish the current file and end; SIGHUP begins a new file.  See flowcap(1).\n",
};

static int
add_file(struct options *o, const char *path)
{
	const char **bigger = realloc(o->files, (o->file_count + 1) * sizeof(*bigger));

	if (bigger == NULL)
		return cli_fail("out of memory");
	o->files = bigger;
	o->files[o->file_count++] = path;
	return CLI_OK;
}

static int
add_repeat(struct options *o, const char *text)
{
	struct repeat_target *bigger, *t;
	int status;

	if (o->repeats == REPEATS_MAX)
		return cli_misuse("-R: not more than %d targets", REPEATS_MAX);
	bigger = realloc(o->repeat, (o->repeats + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return cli_fail("out of memory");
	o->repeat = bigger;
	t = &bigger[o->repeats];
	status = repeat_target_parse(text, t);
	if (status != CLI_OK)
		repeat_target_clear(t);
	else
		o->repeats++;
	return status;
}

static int
take_proxies(struct options *o, const char *text)
{
	char *copy = strdup(text);
	int status = copy != NULL ? nets_parse("--proxy-protocol", copy, &o->proxy, &o->proxies) :
	    cli_fail("out of memory");

	free(copy);
	return status;
}

static int
add_join(struct options *o, const char *text)
{
	if (o->joins == JOINS_MAX)
		return cli_misuse("-J: not more than %d groups", JOINS_MAX);
	return join_parse(text, &o->join[o->joins++]);
}

static int
take_elements(struct options *o, const char *path)
{
	struct flow_error err;

	if (o->elements != NULL)
		return cli_misuse("--elements: once only");
	if (flow_elements_read(path, &o->elements, &err) != FLOW_OK)
		return err.status == FLOW_EINVAL ? cli_misuse("--elements: %s", err.message) :
		    cli_fail_error(&err);
	o->collect.decoder.elements = o->elements;
	return CLI_OK;
}

static int
take_number(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
	return cli_number(option, text, lo, hi, out) ? CLI_OK : CLI_MISUSE;
}

/* Both together would mean neither: who asks for both wants both, which is the default. */
static int
take_family(struct options *o, enum udp_family family)
{
	if (o->family != UDP_ANY && o->family != family)
		return cli_misuse("-4 and -6 do not go together: leave both out to take IPv4 and IPv6");
	o->family = family;
	return CLI_OK;
}

static int
take_input(int letter, char *argument, struct options *o)
{
	uint64_t number = 0;
	int status = CLI_OK;

	switch (letter) {
	case OPT_PORT:
		status = take_number("-p", argument, 0, UINT16_MAX, &number);
		o->collect.port = (uint16_t)number;
		o->has_port = true;
		return status;
	case OPT_BIND:
		o->host = argument;
		return CLI_OK;
	case OPT_IPV4:
		return take_family(o, UDP_IPV4);
	case OPT_IPV6:
		return take_family(o, UDP_IPV6);
	case OPT_PROXY_PROTOCOL:
		return take_proxies(o, argument);
	case OPT_BUFFER:
		return take_number("-B", argument, 1024, INT32_MAX, &o->buffer_bytes);
	case OPT_CAPTURE:
		return add_file(o, argument);
	case OPT_REPEAT:
		return add_repeat(o, argument);
	case OPT_KEEP_SOURCE:
		o->keep_source = true;
		return CLI_OK;
	case OPT_JOIN:
		return add_join(o, argument);
	case OPT_SAMPLING:
		return sampling_add(o, argument);
	default:
		return CLI_NOT_MINE;
	}
}

static int
take_output(int letter, char *argument, struct options *o)
{
	struct flow_error err;
	uint64_t number = 0;
	const char *why;
	int status;

	switch (letter) {
	case OPT_DIRECTORY:
		o->collect.directory = argument;
		return CLI_OK;
	case OPT_SOURCE:
		return sources_add(o, argument);
	case OPT_SOURCES:
		o->collect.dynamic = argument;
		return CLI_OK;
	case OPT_LAYOUT:
		return partition_parse(argument, &o->collect.layout) ? CLI_OK :
		    cli_misuse("-S: '%s' is none of 0 to 8 and hive", argument);
	case OPT_INTERVAL:
		status = take_number("-t", argument, 2, SLOT_S_MAX, &number);
		o->collect.slot_s = (uint32_t)number;
		return status;
	case OPT_COMPRESS:
		return flow_codec_parse(argument, &o->collect.writer, &err) == FLOW_OK ? CLI_OK :
		    cli_misuse("-z: %s", err.message);
	case OPT_IDENT:
		o->collect.writer.ident = argument;
		return CLI_OK;
	case OPT_EXPIRE:
		return retain_limits_parse(argument, &o->retain.limits, &o->retain.each, &err) == FLOW_OK ? CLI_OK :
		    cli_misuse("-e: %s", err.message);
	case OPT_EXECUTE:
		o->collect.command = argument;
		return command_valid(argument, &why) ? CLI_OK : cli_misuse("-x: %s", why);
	case OPT_THREADS:
		status = take_number("-j", argument, 1, 256, &number);
		o->collect.threads = (unsigned)number;
		return status;
	default:
		return CLI_NOT_MINE;
	}
}

static int
take_sync(struct options *o, const char *text)
{
	uint64_t ms = 0;
	int status = take_number("--journal-sync", text, 1, 60000, &ms);

	o->collect.journal_sync_ms = (unsigned)ms;
	return status;
}

/* One line; names in it are an exporter's, and do not control a terminal. */
static void
dump_line(const char *text, size_t len)
{
	char *safe = malloc(escape_room(len));

	if (safe != NULL)
		(void)fwrite(safe, 1, escape_plain(text, len, safe), stdout);
	(void)fputc('\n', stdout);
	free(safe);
}

static void
dump(const char *text, size_t len)
{
	const char *end = text + len, *line, *next;

	for (line = text; line < end; line = next) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		next = stop != NULL ? stop + 1 : end;
		dump_line(line, (size_t)((stop != NULL ? stop : end) - line));
	}
	/* Unbuffered, for users who watch a router through a pipe. */
	(void)fflush(stdout);
}

/* How the process runs, not what it does. */
static int
take_process(int letter, char *argument, struct options *o)
{
	switch (letter) {
	case OPT_DAEMON:
		o->daemon = true;
		return CLI_OK;
	case OPT_PID_FILE:
		o->pid_file = argument;
		return CLI_OK;
	case OPT_USER:
		o->user = argument;
		return CLI_OK;
	case OPT_GROUP:
		o->group = argument;
		return CLI_OK;
	case OPT_VERBOSE:
		if (++o->verbose > 1)
			o->collect.dump = dump;
		return CLI_OK;
	default:
		return CLI_NOT_MINE;
	}
}

static int
take_option(int letter, char *argument, struct options *o, bool *done)
{
	int status = take_input(letter, argument, o);

	if (status == CLI_NOT_MINE)
		status = take_output(letter, argument, o);
	if (status == CLI_NOT_MINE)
		status = take_process(letter, argument, o);
	if (status != CLI_NOT_MINE)
		return status;
	switch (letter) {
	case OPT_JOURNAL_SYNC:
		return take_sync(o, argument);
	case OPT_CONFIG:
		return CLI_OK;		/* it was read before */
	case OPT_CHECK:
		o->check_health = true;
		return CLI_OK;
	case OPT_CHECK_CONFIG:
		o->check_only = true;
		return CLI_OK;
	case OPT_LOCAL_TIME:
		o->collect.zone = STAMP_LOCAL;
		return CLI_OK;
	case OPT_METRICS:
		if (!status_server_is_address(argument)) {
			o->collect.metrics = argument;
			return CLI_OK;
		}
		o->status = argument;
		return status_server_check(argument);
	case OPT_ELEMENTS:
		return take_elements(o, argument);
	case OPT_TCP:
		o->tcp = true;
		return CLI_OK;
	case OPT_FIX_CLOCK:
		o->collect.decoder.fix_clock = true;
		return CLI_OK;
	case OPT_STATE:
		o->state = argument;
		return CLI_OK;
	case OPT_NO_JOURNAL:
		o->collect.journal = false;
		return CLI_OK;
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
check(const struct options *o, int argc, char **argv)
{
	if (optind < argc)
		return cli_misuse("'%s': no argument is expected (-w DIRECTORY, -f FILE)", argv[optind]);
	if (o->collect.directory == NULL && o->collect.sources == 0 && o->collect.dynamic == NULL)
		return cli_misuse("-w DIRECTORY is missing");
	if (o->collect.directory != NULL && (o->collect.sources > 0 || o->collect.dynamic != NULL))
		return cli_misuse("-w and %s do not go together", o->collect.sources > 0 ? "-n" : "-M");
	if (o->collect.directory == NULL && o->collect.writer.ident != NULL)
		return cli_misuse("-I and %s do not go together", o->collect.sources > 0 ? "-n" : "-M");
	if (o->state != NULL && o->collect.sources > 0)
		return cli_misuse("--state and -n do not go together: each of these archives has its own beside it");
	if (o->file_count > 0 && o->check_health)
		return cli_misuse("-f and --check do not go together");
	if (o->file_count > 0 && o->daemon)
		return cli_misuse("-f and -D do not go together");
	if (o->file_count > 0 && !retain_limits_empty(&o->retain.limits))
		return cli_misuse("-f and -e do not go together: flowcat --expire removes once");
	if (o->file_count > 0 && o->status != NULL)
		return cli_misuse("-f and --metrics %s do not go together: --metrics FILE", o->status);
	if (o->file_count > 0 && (o->tcp || o->repeats > 0 || o->joins > 0))
		return cli_misuse("-f and %s do not go together", o->tcp ? "--tcp" : o->joins > 0 ? "-J" : "-R");
	if (o->joins > 0 && o->host != NULL)
		return cli_misuse("-J and -b do not go together: what is sent to a group is not sent to %s", o->host);
	if (o->proxies > 0 && !o->tcp)
		return cli_misuse("--proxy-protocol without --tcp: no connections are taken");
	if (o->verbose > 1 && o->daemon)
		return cli_misuse("-v -v and -D do not go together");
	return CLI_OK;
}

/* Finds -C, whose file is read before the command line. */
static int
find_config(int argc, char **argv, struct options *o)
{
	int letter, status = CLI_OK;

	opterr = 0;
	while ((letter = cli_getopt(argc, argv, &table)) != -1) {
		if (letter == OPT_CONFIG && o->config != NULL)
			status = cli_misuse("-C: once only");
		if (letter == OPT_CONFIG)
			o->config = optarg;
	}
	opterr = 1;
	optind = 0;		/* restarts getopt */
	return status;
}

static int
take_config(struct options *o, bool *done)
{
	int status = config_file_read(o->config, &table, &o->settings);
	size_t i;

	for (i = 0; i < o->settings.count && status == CLI_OK; i++) {
		const struct config_setting *s = &o->settings.setting[i];

		status = s->off ? CLI_OK : take_option(s->letter, s->value, o, done);
		if (status != CLI_OK)
			cli_warn("%s:%zu: %s is wrong", o->config, s->line, s->name);
	}
	return status;
}

static const struct options defaults = {
	.buffer_bytes = DEFAULT_BUFFER_BYTES,
	.collect = {
		.port = DEFAULT_PORT,
		.layout = PARTITION_YMDH,
		.slot_s = DEFAULT_SLOT_S,
		.zone = STAMP_UTC,
		.writer = FLOW_WRITER_OPTIONS_INIT,
		.journal = true,
	},
};

/* Reads the file of settings and then the line. */
static int
parse(int argc, char **argv, struct options *options, bool *done)
{
	int letter, status = find_config(argc, argv, options);
	enum udp_family in_file;

	if (status == CLI_OK && options->config != NULL)
		status = take_config(options, done);
	in_file = options->family;
	options->family = UDP_ANY;
	while (status == CLI_OK && !*done && (letter = cli_getopt(argc, argv, &table)) != -1) {
		options->retain_given |= letter == OPT_EXPIRE;
		status = take_option(letter, optarg, options, done);
	}
	if (options->family == UDP_ANY)
		options->family = in_file;
	/* Files need no journal. */
	options->collect.journal &= options->file_count == 0;
	options->collect.remember = options->collect.journal;
	return status != CLI_OK || *done ? status : check(options, argc, argv);
}

int
options_parse(int argc, char **argv, struct options *options, bool *done)
{
	int status;

	*options = defaults;
	options->collect.threads = cli_cores();
	options->collect.log = program_log();
	options->collect.writer.keep_existing = true;
	*done = false;
	status = nfcapd_line_read(argc, argv, &options->line);
	return status != CLI_OK ? status : parse(options->line.argc, options->line.argv, options, done);
}

int
options_parse_again(const struct options *options, struct options *again)
{
	bool done = false;
	int status;

	*again = defaults;
	optind = 0;		/* restarts getopt */
	status = parse(options->line.argc, options->line.argv, again, &done);
	if (status == CLI_OK && again->settings.count == 0 && options->settings.count > 0)
		status = cli_fail("%s: has no settings any more", options->config);
	return status;
}

void
options_clear(struct options *options)
{
	free(options->files);
	options->files = NULL;
	for (size_t i = 0; i < options->repeats; i++)
		repeat_target_clear(&options->repeat[i]);
	free(options->repeat);
	sampling_clear(options);
	free(options->proxy);
	options->proxy = NULL;
	options->proxies = 0;
	options->repeat = NULL;
	options->repeats = 0;
	flow_elements_free(options->elements);
	options->elements = NULL;
	sources_clear(options);
	nfcapd_line_clear(&options->line);
	config_file_clear(&options->settings);
}
