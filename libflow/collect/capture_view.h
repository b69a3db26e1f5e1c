/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a capture holds: told with -v, and always where nothing of it was taken. */

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "capture/pcap_read.h"

/* Ports that are told by name. */
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

/* Counts a datagram to that port, which may be an export; whether it is to be taken. */
bool capture_view_take(struct capture_view *view, uint16_t port, bool is_export);

/* Logs it, at the end of the capture. */
void capture_view_tell(const struct capture_view *view, const struct pcap_counts *counts);
