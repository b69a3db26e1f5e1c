/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/number.h"
#include "common/cli.h"
#include "flowgen/device_option.h"
#include "flowgen/lines.h"
#include "flowgen/malform.h"
#include "flowgen/sink.h"
#include "time/stamp.h"

/* Default rates in flows per second: of the clock in files, and of real time over UDP. */
#define FILE_RATE 10000
#define UDP_RATE 50000

/* sFlow always samples. */
#define SFLOW_RATE 512

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

/* State that can only be checked after all options. */
struct pending {
	const char *rate;
	const char *start;
	uint64_t duration_s;	/* 0: not said */
	bool flows;		/* -n was given */
	bool ipv6;		/* --ipv6 was given */
	bool curve;		/* --curve was given */
	const char *invents;	/* an option for invented flows only */
	const char *chooses;	/* an option for replayed flows only */
	int64_t now_ms;
};

/* 90, 90s, 5m, 2h, 1d as seconds. */
static bool
parse_duration(const char *text, uint64_t *out)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t len = strlen(text), i;
	char number[24];
	uint64_t scale = 1, v;

	for (i = 0; i < ARRAY_LEN(units) && len > 1; i++)
		if (text[len - 1] == units[i].unit) {
			scale = units[i].seconds;
			len--;
			break;
		}
	if (len >= sizeof(number)) {
		(void)cli_misuse("--duration: '%s' is too long", text);
		return false;
	}
	memcpy(number, text, len);
	number[len] = '\0';
	if (!cli_number("--duration", number, 1, UINT64_C(1) << 32, &v))
		return false;
	*out = v * scale;
	return true;
}

/* A decimal number with at most three decimals, in thousandths, lo .. hi. */
static bool
parse_thousandths(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
	char scaled[32];
	uint64_t v;
	int len = snprintf(scaled, sizeof(scaled), "%sk", text);

	if (len > 1 && (size_t)len < sizeof(scaled) &&
	    number_parse(scaled, (size_t)len, NUMBER_SCALED, hi, &v) == FLOW_OK && v >= lo) {
		*out = v;
		return true;
	}
	return cli_misuse("%s: '%s' is no number from %g to %g with at most three decimals", option,
	    text, (double)lo / 1000, (double)hi / 1000) == CLI_OK;
}

static bool
parse_codec(const char *text, struct flow_writer_options *out)
{
	struct flow_error err;

	/* nfdump's users write -z=lz4. */
	if (flow_codec_parse(text + (*text == '='), out, &err) != FLOW_OK)
		return cli_misuse("-z: %s", err.message) == CLI_OK;
	return true;
}

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

/* The argument of -v, its version, and the scheme of v8. */
static const struct version_word {
	const char *word;
	uint8_t version, scheme;
} version_words[] = {
	{ "1", 1, 0 }, { "5", 5, 0 }, { "7", 7, 0 }, { "8", 8, 1 }, { "9", 9, 0 }, { "10", 10, 0 }, { "ipfix", 10, 0 },
	{ "sflow", FLOW_SFLOW5, 0 }, { "sflow5", FLOW_SFLOW5, 0 }, { "sflow4", FLOW_SFLOW4, 0 },
};

static bool
parse_version(const char *text, struct options *o)
{
	uint64_t scheme;
	size_t i;

	for (i = 0; i < ARRAY_LEN(version_words); i++)
		if (strcmp(text, version_words[i].word) == 0) {
			o->version = version_words[i].version;
			o->scheme = version_words[i].scheme;
			return true;
		}
	if (strncmp(text, "8.", 2) == 0 &&
	    number_parse(text + 2, strlen(text + 2), NUMBER_DECIMAL, 14, &scheme) == FLOW_OK && scheme > 0) {
		o->version = 8;
		o->scheme = (uint8_t)scheme;
		return true;
	}
	return cli_misuse("-v: '%s' is none of 1, 5, 7, 8.1 to 8.14, 9, 10, sflow, sflow4", text) == CLI_OK;
}

/* A time with units, or plain seconds. */
static bool
parse_span(const char *option, const char *text, int64_t least_ms, int64_t *out)
{
	uint64_t seconds;
	int64_t ms;

	if (number_parse(text, strlen(text), NUMBER_DECIMAL, UINT32_MAX, &seconds) == FLOW_OK)
		ms = (int64_t)seconds * 1000;
	else if (stamp_span_parse(text, strlen(text), &ms) != FLOW_OK || ms > INT64_C(1000) * UINT32_MAX)
		ms = -1;
	if (ms < least_ms)
		return cli_misuse("%s: '%s' is no time from %g s on, as 90, 10m, 2h30m", option, text,
		    (double)least_ms / 1000) == CLI_OK;
	*out = ms;
	return true;
}

/* Options about exporters. */
static bool
parse_timeout(const char *option, const char *text, uint32_t *out)
{
	int64_t ms;

	if (!parse_span(option, text, 1000, &ms))
		return false;
	if (ms > FLOW_SYNTH_TIMEOUT_MAX_MS)
		return cli_misuse("%s: '%s' is longer than an hour", option, text) == CLI_OK;
	*out = (uint32_t)ms;
	return true;
}

static bool
parse_curve(const char *text, enum curve_kind *out)
{
	static const char *const kinds[] = { "flat", "noise", "day" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(text, kinds[i]) == 0) {
			*out = (enum curve_kind)i;
			return true;
		}
	return cli_misuse("--curve: '%s' is none of flat, noise, day", text) == CLI_OK;
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
parse_skew(const char *text, int64_t *out)
{
	bool slow = *text == '-';

	if (!parse_span("--skew", text + (slow || *text == '+'), 0, out))
		return false;
	if (slow)
		*out = -*out;
	return true;
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
parse_window(const char *option, const char *text, struct options *o, struct pending *p)
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
take_where(int c, struct options *o, struct pending *p, bool *mine)
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
		return parse_codec(optarg, &o->writer);
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
take_what(int c, struct options *o, struct pending *p, bool *mine)
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
		return parse_version(optarg, o);
	case OPT_RATE:
		p->rate = optarg;
		return cli_number("-r", optarg, 0, MAX_RATE, &o->rate);
	case OPT_DURATION:
		return parse_duration(optarg, &p->duration_s);
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
		return parse_timeout("--active-timeout", optarg, &o->synth.active_ms);
	case OPT_INACTIVE_TIMEOUT:
		return parse_timeout("--inactive-timeout", optarg, &o->synth.inactive_ms);
	case OPT_CURVE:
		p->curve = true;
		return parse_curve(optarg, &o->synth.curve);
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
take_mishap(int c, struct options *o, struct pending *p, bool *mine)
{
	(void)p;
	switch (c) {
	case OPT_LOSE:
		return parse_thousandths("--lose", optarg, 0, 100000, &o->lose);
	case OPT_SWAP:
		return parse_thousandths("--swap", optarg, 0, 100000, &o->swap);
	case OPT_DUPLICATE:
		return parse_thousandths("--duplicate", optarg, 0, 100000, &o->duplicate);
	case OPT_SKEW:
		return parse_skew(optarg, &o->skew_ms);
	case OPT_RESTART:
		return parse_span("--restart", optarg, 1000, &o->restart_ms);
	case OPT_TEMPLATES:
		o->templates_ms = INT64_MAX;
		return strcmp(optarg, "never") == 0 || parse_span("--templates-after", optarg, 0, &o->templates_ms);
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
take_happening(int c, struct options *o, struct pending *p, bool *mine)
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
		return parse_thousandths("--pace", optarg, 1, 1000000000, &o->pace);
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
take_option(int c, struct options *o, struct pending *p)
{
	static bool (*const section[])(int c, struct options *o, struct pending *p, bool *mine) = { take_where,
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

/* Derives the speed of the clock from rate, duration and number of flows. */
static bool
settle_rate(struct options *o, const struct pending *p)
{
	bool udp = o->target != NULL;

	if (p->rate == NULL)
		o->rate = udp ? UDP_RATE : FILE_RATE;
	o->unpaced = udp && o->rate == 0;
	/* Files are written as fast as possible; the rate sets the speed of their clock. */
	if (o->rate == 0)
		o->rate = udp ? UDP_RATE : FILE_RATE;
	o->synth.rate = o->rate * 1000;
	if (p->duration_s == 0)
		return true;
	if (p->rate != NULL)
		return cli_misuse("--duration and -r say the same thing twice") == CLI_OK;
	if (o->flows == 0)
		return cli_misuse("--duration needs a number of flows (-n)") == CLI_OK;
	/* Rounded up, so as not to exceed the time. */
	o->synth.rate = (o->flows * 1000 + p->duration_s - 1) / p->duration_s;
	return true;
}

static bool
settle_start(struct options *o, const struct pending *p)
{
	struct flow_error err;

	if (p->start == NULL) {
		if (o->target != NULL)
			o->synth.start_ms = p->now_ms;
		return true;
	}
	if (stamp_parse(p->start, strlen(p->start), STAMP_LOCAL, p->now_ms, &o->synth.start_ms,
	    &err) != FLOW_OK)
		return cli_misuse("--start: %s", err.message) == CLI_OK;
	if (o->synth.start_ms < 0)
		return cli_misuse("--start: '%s' is before 1970", p->start) == CLI_OK;
	return true;
}

static bool
settle_replay(struct options *o, const struct pending *p)
{
	if (p->invents != NULL)
		return cli_misuse("--%s is for invented flows, not for --replay", p->invents) == CLI_OK;
	if (o->pace > 0 && (p->rate != NULL || o->target == NULL))
		return cli_misuse("--pace is for UDP, and instead of -r") == CLI_OK;
	if (!p->flows)
		o->flows = 0;
	return settle_rate(o, p);
}

/* Events add to the rate and sampling reduces it, so only the clock can set the pace. */
static bool
settle_events(struct options *o)
{
	bool fewer = o->synth.sampling > 1 && o->version < FLOW_SFLOW4;

	if (o->target != NULL && !o->unpaced && (o->events.count > 0 || o->synth.curve != CURVE_FLAT || fewer))
		o->pace = 1000;
	if (o->events.count == 0)
		return true;
	if (o->synth.start_ms >= FLOW_SYNTH_EVENTS_BEFORE_MS)
		return cli_misuse("--start: events are to happen before 2200") == CLI_OK;
	o->synth.event = o->events.spec;
	o->synth.events = o->events.count;
	return true;
}

/* TCP and files of messages are possible only with IPFIX. */
static bool
settle_transport(const struct options *o)
{
	if (o->tcp && o->target == NULL)
		return cli_misuse("--tcp is for -t") == CLI_OK;
	if (o->source != NULL && o->target == NULL)
		return cli_misuse("--source is for -t") == CLI_OK;
	if (o->tcp && o->version != 10)
		return cli_misuse("--tcp is for IPFIX: -v 10") == CLI_OK;
	if (o->pcap != NULL && pcap_is_ipfix(o->pcap) && o->version != 10)
		return cli_misuse("-o %s: a file of IPFIX messages is for -v 10", o->pcap) == CLI_OK;
	return true;
}

static bool
settle(struct options *o, const struct pending *p)
{
	if ((o->target != NULL) + (o->pcap != NULL) + (o->archive != NULL) != 1)
		return cli_misuse("say where to: one of -t HOST, -o FILE.pcap, -w FOLDER") == CLI_OK;
	if (!device_settle(o) || !settle_transport(o))
		return false;
	if (o->replays > 0)
		return settle_replay(o, p);
	if (o->pace > 0)
		return cli_misuse("--pace is for --replay") == CLI_OK;
	if (p->chooses != NULL || o->filter_file != NULL)
		return cli_misuse("%s is for --replay", p->chooses != NULL ? p->chooses : "-f") == CLI_OK;
	if (o->version == 5 && o->synth.sampling > 16383)
		return cli_misuse("--sampling: NetFlow v5 knows rates up to 16383") == CLI_OK;
	o->synth.profile = o->profile;
	if (o->profile != NULL && !p->ipv6)
		o->synth.ipv6_percent = (o->profile->ipv6 + 5) / 10;
	if (o->version < 9)
		o->synth.ipv6_percent = 0;
	if (o->version >= FLOW_SFLOW4 && o->synth.sampling == 0)
		o->synth.sampling = SFLOW_RATE;
	if (o->flows == 0 && (o->archive != NULL || (o->pcap != NULL && strcmp(o->pcap, "-") != 0)))
		return cli_misuse("-n 0 never ends: not into a file") == CLI_OK;
	if (o->skew_ms < 0 && o->synth.start_ms + o->skew_ms < 86400000)
		return cli_misuse("--skew: clocks would be before 1970") == CLI_OK;
	/* Real traffic is not even; but at a given rate it is sent evenly. */
	if (!p->curve && o->flows > 0 && o->target == NULL)
		o->synth.curve = CURVE_NOISE;
	if (o->synth.curve != CURVE_FLAT && o->flows == 0)
		return cli_misuse("--curve needs a number of flows (-n)") == CLI_OK;
	o->synth.networks = &o->networks;
	o->synth.flows = o->flows;
	o->synth.version = o->version;
	return settle_rate(o, p) && settle_start(o, p) && settle_events(o);
}

int
options_parse(int argc, char **argv, struct options *o, bool *done)
{
	struct pending pending = { .now_ms = clock_wall_ms() };
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
	if (!settle(o, &pending))
		return CLI_MISUSE;
	*done = false;
	return CLI_OK;
}
