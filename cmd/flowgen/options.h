/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What flowgen's command line says. */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "flowgen/event_list.h"
#include "time/partition.h"
#include "time/stamp.h"

/* Hosts that may get the same datagrams. */
#define MAX_TARGETS 16

struct options {
	/* Exactly one of these three. */
	const char *target;	/* host; the first one of targets */
	const char *pcap;	/* file; "-" is standard output */
	const char *archive;	/* folder */

	struct flow_writer_options writer;	/* of archives, and how they are laid out */
	enum partition_layout layout;
	uint32_t slot_s;

	const char *port;
	const char *others[MAX_TARGETS - 1];	/* hosts that get the same datagrams */
	size_t targets;		/* hosts in all */
	bool tcp;		/* IPFIX over TCP instead of UDP */
	const char *source;	/* address that exporters send from; NULL: any */
	int family;		/* AF_UNSPEC, AF_INET, AF_INET6 */
	unsigned threads;	/* that make flows, and encode row groups of archives */
	uint64_t flows;		/* 0: no end */
	uint64_t rate;		/* a second */
	uint64_t lose, swap, duplicate;	/* thousandths of a percent of datagrams */
	int64_t skew_ms;	/* exporters' clocks are fast */
	int64_t restart_ms;	/* exporters restart as often; 0: never */
	int64_t templates_ms;	/* when templates begin to come through; -1: at once, INT64_MAX: never */
	bool one_address;	/* all exporters are behind it */
	uint32_t malform;	/* kinds that are sent besides */
	bool unpaced;		/* send as fast as possible */
	const char *device_name, *template;	/* --device, --template; NULL: not said */
	struct flow_device *device;	/* by that and the version; NULL: NetFlow before v9 */
	uint8_t version;	/* 1, 5, 7, 8, 9, 10, FLOW_SFLOW4, FLOW_SFLOW5 */
	uint8_t scheme;		/* of v8 */
	const char **replay;	/* paths of archives; allocated array */
	size_t replays;		/* 0: flows are invented */
	const char *filter;	/* of what is replayed; NULL: everything */
	const char *filter_file;	/* instead, where to read it from */
	struct stamp_window window;	/* flows that begin in it are replayed */
	uint64_t pace;		/* thousandths of the original speed; 0: by rate */
	const char *truth;	/* file of what was made; NULL: none */
	struct event_list events;
	struct network_list networks;
	struct flow_profile *profile;	/* allocated; NULL: none */
	bool measure;		/* make a profile of the archives in `replay` instead of flows */
	struct flow_synth_options synth;	/* filled from the above too */
};

/* CLI_OK, or the exit status; *done: nothing is left to do (help, version, misuse). */
int options_parse(int argc, char **argv, struct options *o, bool *done);
