/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/option_settle.h"

#include <string.h>

#include "common/cli.h"
#include "flowgen/device_option.h"
#include "flowgen/option_place.h"
#include "flowgen/sink.h"
#include "time/stamp.h"

/* Default rates in flows per second: of the clock in files, and of real time over UDP. */
#define FILE_RATE 10000
#define UDP_RATE 50000

/* sFlow always samples. */
#define SFLOW_RATE 512

/* Derives the speed of the clock from rate, duration and number of flows. */
static bool
settle_rate(struct options *o, const struct option_pending *p)
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
settle_start(struct options *o, const struct option_pending *p)
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

/* Headers of exports and of pcap files have seconds of 32 bits. */
static bool
settle_end(const struct options *o)
{
	uint64_t last_s = (uint64_t)o->synth.start_ms / 1000, rate = o->synth.rate;
	int64_t fast_s = o->skew_ms > 0 ? o->skew_ms / 1000 : 0;

	last_s += o->flows / rate * 1000 + o->flows % rate * 1000 / rate + (uint64_t)fast_s;
	if (last_s > UINT32_MAX - UINT32_C(86400))
		return cli_misuse("--start, --duration and --skew: the run ends after 2106-02-06, which exports cannot "
		    "tell") == CLI_OK;
	return true;
}

static bool
settle_replay(struct options *o, const struct option_pending *p)
{
	if (p->invents != NULL)
		return cli_misuse("--%s is for invented flows, not for --replay", p->invents) == CLI_OK;
	if (o->pace > 0 && (p->rate != NULL || o->target == NULL))
		return cli_misuse("--pace is for UDP, and instead of -r") == CLI_OK;
	if (!p->flows)
		o->flows = 0;
	return settle_rate(o, p);
}

/* Events add to the rate, sampling changes it, and so do samples of sFlow: only the clock can set the pace. */
static bool
settle_events(struct options *o)
{
	bool other = o->synth.sampling > 1 || o->version >= FLOW_SFLOW4;

	if (o->target != NULL && !o->unpaced && (o->events.count > 0 || o->synth.curve != CURVE_FLAT || other))
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

bool
options_settle(struct options *o, const struct option_pending *p)
{
	if ((o->target != NULL) + (o->pcap != NULL) + (o->archive != NULL) != 1)
		return cli_misuse("say where to: one of -t HOST, -o FILE.pcap, -w FOLDER") == CLI_OK;
	if (!option_places_settle(o) || !device_settle(o) || !settle_transport(o))
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
	if (o->version < 9 && p->ipv6 && o->synth.ipv6_percent > 0)
		cli_warn("--ipv6 has no effect: NetFlow v%u has no IPv6", o->version);
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
	return settle_rate(o, p) && settle_start(o, p) && settle_end(o) && settle_events(o);
}
