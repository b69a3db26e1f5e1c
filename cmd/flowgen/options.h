/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowgen's command line. */

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
	unsigned threads;	/* threads that make flows, and encode row groups of archives */
	uint64_t flows;		/* 0: no end */
	uint64_t rate;		/* a second */
	uint64_t lose, swap, duplicate;	/* thousandths of a percent of datagrams */
	int64_t skew_ms;	/* how fast exporters' clocks are */
	int64_t restart_ms;	/* period of exporters' restarts; 0: none */
	int64_t templates_ms;	/* when templates begin to arrive; -1: at once, INT64_MAX: never */
	bool one_address;	/* all exporters share an address */
	uint32_t malform;	/* kinds of malformed datagrams */
	bool unpaced;		/* send as fast as possible */
	const char *device_name, *template;	/* --device, --template; NULL: not said */
	struct flow_device *device;	/* from these and the version; NULL: NetFlow before v9 */
	uint8_t version;	/* 1, 5, 7, 8, 9, 10, FLOW_SFLOW4, FLOW_SFLOW5 */
	uint8_t scheme;		/* of v8 */
	const char **replay;	/* paths of archives; allocated array */
	size_t replays;		/* 0: flows are invented */
	const char *filter;	/* for replays; NULL: everything */
	const char *filter_file;	/* instead: the file that has it */
	struct stamp_window window;	/* flows that begin in it are replayed */
	uint64_t pace;		/* thousandths of the original speed; 0: by rate */
	const char *truth;	/* file for all flows made; NULL: none */
	struct event_list events;
	struct network_list networks;
	struct flow_profile *profile;	/* allocated; NULL: none */
	bool measure;		/* make a profile of the archives in `replay` instead of flows */
	struct flow_synth_options synth;	/* also filled from the above */
};

/* CLI_OK, or the exit status; *done: nothing remains to be done (help, version, misuse). */
int options_parse(int argc, char **argv, struct options *o, bool *done);
