/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Summary of a capture: logged with -v, and always where nothing in it was taken. */

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "capture/pcap_read.h"

/* How many ports are named. */
#define CAPTURE_VIEW_PORTS 4

struct capture_view {
	const struct log *log;
	const char *path;
	int port;			/* the only one taken; -1: all */
	uint64_t datagrams, taken, exports, other_ports;
	uint64_t elsewhere;		/* datagrams to ports beyond those counted below */
	unsigned ports;
	struct {
		uint16_t port;
		uint64_t datagrams;
	} to[CAPTURE_VIEW_PORTS];	/* the first that were seen */
};

/* Counts a datagram to that port, which may be an export; returns whether to take it. */
bool capture_view_take(struct capture_view *view, uint16_t port, bool is_export);

/* Logs it, at the end of the capture. */
void capture_view_tell(const struct capture_view *view, const struct pcap_counts *counts);
