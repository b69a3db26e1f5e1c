/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "common/cli.h"
#include "flowgen/device_option.h"
#include "flowgen/lines.h"
#include "flowgen/malform.h"
#include "flowgen/option_settle.h"
#include "flowgen/option_value.h"
#include "time/stamp.h"

#define MAX_RATE UINT64_C(1000000000)
#define MAX_FLOWS (UINT64_C(1) << 40)

#define OPTION_TABLE "flowgen/options.def"
#include "common/option_table.h"

static const struct cli_table table = {
	.usage =
"usage: flowgen {-t HOST | -o FILE.pcap | -w FOLDER} [OPTION]...\n"
"       flowgen {-t HOST | -o FILE.pcap | -w FOLDER} --replay PATH [OPTION]... [FILTER]\n"
"Makes flows up, a believable mix of them, and exports them as NetFlow, IPFIX or sFlow,\n"
"or exports what an archive holds.\n",
	.row = option_rows, .count = ARRAY_LEN(option_rows),
	.after = "",
};

static bool
add_replay(struct options *o, const char *path)
{
	const char **replay = realloc(o->replay, (o->replays + 1) * sizeof(*replay));

	if (replay == NULL)
		return cli_fail("out of memory") == CLI_OK;
	o->replay = replay;
	o->replay[o->replays++] = path;
	return true;
}

static enum flow_status
add_profile(void *profile, const char *line, struct flow_error *err)
{
	return flow_profile_add(profile, line, err);
}

static bool
read_profile(struct options *o, const char *path)
{
	struct flow_error err;

	free(o->profile);
	o->profile = calloc(1, sizeof(*o->profile));
	if (o->profile == NULL)
		return cli_fail("out of memory") == CLI_OK;
	if (!lines_read("--profile", path, add_profile, o->profile))
		return false;
	if (flow_profile_check(o->profile, &err) != FLOW_OK)
		return cli_misuse("--profile: %s: %s", path, err.message) == CLI_OK;
	return true;
}

static enum flow_status
add_network(void *list, const char *line, struct flow_error *err)
{
	return network_list_add(list, line, err);
}

static bool
take_number(const char *option, uint64_t lo, uint64_t hi, uint32_t *out)
{
	uint64_t v;

	if (!cli_number(option, optarg, lo, hi, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool
parse_window(const char *option, const char *text, struct options *o, struct option_pending *p)
{
	struct flow_error err;

	if (stamp_window_parse(text, strlen(text), STAMP_LOCAL, p->now_ms, &o->window, &err) != FLOW_OK)
		return cli_misuse("%s: %s", option, err.message) == CLI_OK;
	if (o->window.base != STAMP_ABSOLUTE)
		return cli_misuse("%s: '%s' is of the data's beginning or end, which a replay does not know; give "
		    "instants", option, text) == CLI_OK;
	p->chooses = option;
	return true;
}

static bool
add_target(struct options *o, const char *host)
{
	if (o->targets == MAX_TARGETS)
		return cli_misuse("-t: more than %d hosts", MAX_TARGETS) == CLI_OK;
	if (o->targets == 0)
		o->target = host;
	else
		o->others[o->targets - 1] = host;
	o->targets++;
	return true;
}

/* Each handles the options of one section; sets *mine to false for others.  False after a message. */
static bool
take_where(int c, struct options *o, struct option_pending *p, bool *mine)
{
	switch (c) {
	case OPT_TARGET:
		/* A window of time, because no host has such a name. */
		if (strstr(optarg, "..") != NULL)
			return parse_window("-t", optarg, o, p);
		return add_target(o, optarg);
	case OPT_TARGET_HOST:
		return add_target(o, optarg);
	case OPT_TCP:
		o->tcp = true;
		return true;
	case OPT_SOURCE:
		o->source = optarg;
		return true;
	case OPT_PORT:
		o->port = optarg;
		return true;
	case OPT_IPV4_ONLY:
		o->family = AF_INET;
		return true;
	case OPT_IPV6_ONLY:
		o->family = AF_INET6;
		return true;
	case OPT_PCAP:
		o->pcap = optarg;
		return true;
	case OPT_WRITE:
		o->archive = optarg;
		return true;
	case OPT_SUBDIRS:
		return partition_parse(optarg, &o->layout) ||
		    cli_misuse("-S: '%s' is none of 0 to 8, hive", optarg) == CLI_OK;
	case OPT_SLOT:
		return take_number("--slot", 1, 86400, &o->slot_s);
	case OPT_COMPRESS:
		return option_codec(optarg, &o->writer);
	case OPT_IDENT:
		o->writer.ident = optarg;
		return true;
	case OPT_THREADS:
		return take_number("-j", 1, 256, &o->threads);
	default:
		*mine = false;
		return true;
	}
}

/* Options about invented flows. */
static bool
take_what(int c, struct options *o, struct option_pending *p, bool *mine)
{
	switch (c) {
	case OPT_FLOWS:
		p->flows = true;
		return cli_number("-n", optarg, 0, MAX_FLOWS, &o->flows);
	case OPT_DEVICE:
		o->device_name = optarg;
		return true;
	case OPT_TEMPLATE:
		o->template = optarg;
		return true;
	case OPT_NETFLOW:
		return option_version(optarg, o);
	case OPT_RATE:
		p->rate = optarg;
		return cli_number("-r", optarg, 0, MAX_RATE, &o->rate);
	case OPT_DURATION:
		return option_duration(optarg, &p->duration_s);
	case OPT_START:
		p->start = optarg;
		return true;
	case OPT_SEED:
		return cli_number("--seed", optarg, 0, UINT64_MAX, &o->synth.seed);
	case OPT_EXPORTERS:
		return take_number("--exporters", 1, FLOW_SYNTH_EXPORTERS_MAX, &o->synth.exporters);
	case OPT_IPV6:
		p->ipv6 = true;
		return take_number("--ipv6", 0, 100, &o->synth.ipv6_percent);
	case OPT_SAMPLING:
		return take_number("--sampling", 1, 1u << 24, &o->synth.sampling);
	case OPT_ACTIVE_TIMEOUT:
		return option_timeout("--active-timeout", optarg, &o->synth.active_ms);
	case OPT_INACTIVE_TIMEOUT:
		return option_timeout("--inactive-timeout", optarg, &o->synth.inactive_ms);
	case OPT_CURVE:
		p->curve = true;
		return option_curve(optarg, &o->synth.curve);
	case OPT_PROFILE:
		if (strcmp(optarg, "make") == 0) {
			o->measure = true;
			return true;
		}
		return read_profile(o, optarg);
	case OPT_NETWORKS:
		return lines_read("--networks", optarg, add_network, &o->networks);
	default:
		*mine = false;
		return true;
	}
}

/* Options about faults. */
static bool
take_mishap(int c, struct options *o, struct option_pending *p, bool *mine)
{
	(void)p;
	switch (c) {
	case OPT_LOSE:
		return option_thousandths("--lose", optarg, 0, 100000, &o->lose);
	case OPT_SWAP:
		return option_thousandths("--swap", optarg, 0, 100000, &o->swap);
	case OPT_DUPLICATE:
		return option_thousandths("--duplicate", optarg, 0, 100000, &o->duplicate);
	case OPT_SKEW:
		return option_skew(optarg, &o->skew_ms);
	case OPT_RESTART:
		return option_span("--restart", optarg, 1000, &o->restart_ms);
	case OPT_TEMPLATES:
		o->templates_ms = INT64_MAX;
		return strcmp(optarg, "never") == 0 || option_span("--templates-after", optarg, 0, &o->templates_ms);
	case OPT_ONE_ADDRESS:
		o->one_address = true;
		return true;
	case OPT_MALFORM:
		return malform_parse(optarg, &o->malform);
	default:
		*mine = false;
		return true;
	}
}

/* What happens besides, or in its place. */
static bool
take_happening(int c, struct options *o, struct option_pending *p, bool *mine)
{
	switch (c) {
	case OPT_REPLAY:
		return add_replay(o, optarg);
	case OPT_FILTER_FILE:
		o->filter_file = optarg;
		return true;
	case OPT_WINDOW:
		return parse_window("--window", optarg, o, p);
	case OPT_PACE:
		return option_thousandths("--pace", optarg, 1, 1000000000, &o->pace);
	case OPT_EVENT:
		return event_list_add(&o->events, optarg, p->now_ms);
	case OPT_SPIKE:
		return event_list_add_spike(&o->events, optarg, p->now_ms);
	case OPT_SCENARIO:
		return event_list_add_file(&o->events, optarg, p->now_ms);
	case OPT_TRUTH:
		o->truth = optarg;
		return true;
	default:
		*mine = false;
		return true;
	}
}

static bool
take_option(int c, struct options *o, struct option_pending *p)
{
	static bool (*const section[])(int c, struct options *o, struct option_pending *p, bool *mine) = { take_where,
	    take_what,
		take_mishap, take_happening };

	/* In the order of the table. */
	if ((c >= OPT_DURATION && c <= OPT_TRUTH) || c == OPT_SPIKE)
		p->invents = cli_option_name(&table, c);
	for (size_t i = 0; i < ARRAY_LEN(section); i++) {
		bool mine = true, good = section[i](c, o, p, &mine);

		if (mine)
			return good;
	}
	return cli_misuse_hint() == CLI_OK;
}

int
options_parse(int argc, char **argv, struct options *o, bool *done)
{
	struct option_pending pending = { .now_ms = clock_wall_ms() };
	int c;

	*o = (struct options){ .port = "9995", .threads = cli_cores(), .flows = 1000000, .templates_ms = -1,
		.window = { STAMP_ABSOLUTE, INT64_MIN, INT64_MAX, 0 },
		.layout = PARTITION_YMDH, .slot_s = 300,
		.writer = FLOW_WRITER_OPTIONS_INIT, .synth = FLOW_SYNTH_OPTIONS_INIT };
	*done = true;
	while ((c = cli_getopt(argc, argv, &table)) != -1) {
		if (c == OPT_HELP)
			return cli_help(&table);
		/* flow-gen's -V is the version to export. */
		if (c == OPT_VERSION && optind < argc && argv[optind][0] >= '0' && argv[optind][0] <= '9')
			return cli_misuse("-V %s: -v %s is the version of the exports, -V tells that of this program",
			    argv[optind], argv[optind]);
		if (c == OPT_VERSION)
			return cli_version();
		if (c == OPT_MALFORMS)
			return malform_help();
		if (c == OPT_EVENTS)
			return event_list_help();
		if (c == OPT_DEVICES)
			return device_help();
		if (!take_option(c, o, &pending))
			return CLI_MISUSE;
	}
	if (o->measure) {
		for (; optind < argc; optind++)
			if (!add_replay(o, argv[optind]))
				return CLI_FAILURE;
		*done = o->replays == 0;
		return *done ? cli_misuse("--profile make: which archives?") : CLI_OK;
	}
	if (optind < argc - 1 || (optind < argc && o->replays == 0))
		return cli_misuse("'%s': one argument is expected, and with --replay: a filter",
		    argv[argc - 1]);
	o->filter = argv[optind];
	if (o->filter != NULL && o->filter_file != NULL)
		return cli_misuse("-f %s: there is a filter on the command line already", o->filter_file);
	if (!options_settle(o, &pending))
		return CLI_MISUSE;
	*done = false;
	return CLI_OK;
}
