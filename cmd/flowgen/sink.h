/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The output of flowgen: a collector, a pcap file or an archive. */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "flowgen/options.h"

struct sink;

/* The sender of datagrams: an address, and a number that is unique per exporter. */
struct sender {
	uint32_t number;
	struct addr addr;
	uint32_t host;		/* number of that address */
	uint16_t port;		/* source port; 0: the usual one */
};

/* CLI_OK, or CLI_FAILURE after a message; here and below. */
int udp_sink_open(const struct options *o, struct sink **sink);
int pcap_sink_open(const struct options *o, struct sink **sink);
int archive_sink_open(const struct options *o, struct sink **sink);

/* Whether -o names a file of IPFIX messages (RFC 5655), by its extension, and not a pcap file. */
bool pcap_is_ipfix(const char *path);

/* Takes datagrams of an exporter; *closed: the reader has gone, stop early. */
int sink_datagrams(struct sink *s, const struct sender *from, const struct flow_datagrams *d,
    bool *closed);

/* Ends the output, or (keep is false) drops it; frees the sink, which may be NULL. */
int sink_close(struct sink *s, bool keep);

/* The interface of sinks; `struct sink` is the first member of each. */
struct sink {
	int (*datagrams)(struct sink *s, const struct sender *from,
	    const struct flow_datagrams *d, bool *closed);
	int (*close)(struct sink *s, bool keep);
};
