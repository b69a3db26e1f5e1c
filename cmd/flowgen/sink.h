/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where what flowgen makes goes to: a collector, a pcap file or an archive. */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "flowgen/options.h"

struct sink;

/* Whose datagrams these are: an address, and a number that is another for another exporter. */
struct sender {
	uint32_t number;
	struct addr addr;
	uint32_t host;		/* number of that address */
	uint16_t port;		/* it sends from; 0: the usual one */
};

/* CLI_OK, or CLI_FAILURE after a message; here and below. */
int udp_sink_open(const struct options *o, struct sink **sink);
int pcap_sink_open(const struct options *o, struct sink **sink);
int archive_sink_open(const struct options *o, struct sink **sink);

/* Whether what -o names is a file of IPFIX messages (RFC 5655) by its ending, and no pcap file. */
bool pcap_is_ipfix(const char *path);

/* Takes datagrams of an exporter; *closed: the reader has gone, stop early. */
int sink_datagrams(struct sink *s, const struct sender *from, const struct flow_datagrams *d,
    bool *closed);

/* Ends the output, or (keep is false) drops it; frees the sink, which may be NULL. */
int sink_close(struct sink *s, bool keep);

/* What the kinds of sinks implement; `struct sink` is the first member of theirs. */
struct sink {
	int (*datagrams)(struct sink *s, const struct sender *from,
	    const struct flow_datagrams *d, bool *closed);
	int (*close)(struct sink *s, bool keep);
};
