/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowcap's command line. */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "flowcap/config_file.h"
#include "flowcap/nfcapd_line.h"
#include "net/addr.h"
#include "net/udp.h"

/* Most receivers; the receiving thread sends each datagram once to each. */
#define REPEATS_MAX 256

/* -J GROUP[%INTERFACE] */
struct join_group {
	const char *text;
	struct addr group;
	unsigned interface;		/* its index; 0: by the routes */
};
#define JOINS_MAX 32

/* -R HOST[%INTERFACE][/PORT][,ttl=N][,net=NET[;NET...]] */
struct repeat_target {
	char *text;			/* owned; the others point into it */
	const char *host, *port;
	unsigned interface;		/* for a multicast group; 0: by the routes */
	unsigned ttl;			/* the same; 0: the system's, 1 */
	struct collect_net *net;	/* whose datagrams it gets */
	size_t nets;			/* 0: all */
};

struct options {
	/* Input. */
	const char **files;		/* -f, as often as given */
	size_t file_count;
	const char *host;		/* -b */
	bool has_port;			/* -p is given */
	enum udp_family family;		/* -4, -6 */
	bool tcp;			/* --tcp: IPFIX over TCP as well */
	struct collect_net *proxy;	/* --proxy-protocol: senders of its header */
	size_t proxies;
	struct flow_elements *elements;	/* --elements; NULL: none */
	uint64_t buffer_bytes;		/* -B */
	struct repeat_target *repeat;	/* -R */
	size_t repeats;
	bool keep_source;		/* -A */
	struct join_group join[JOINS_MAX];	/* -J */
	size_t joins;
	struct flow_sampling_rule *rule;	/* -s with net= or if= */
	size_t rules;
	/* -p, -s, -w, -n, -M, -S, -t, --local-time, -z, -I, -j, -x, --metrics, --no-journal */
	struct collect_options collect;
	struct retain_options retain;	/* -e */
	const char *state;		/* --state; NULL: not given */
	const char *status;		/* --metrics, where it is an address; NULL: none */
	/* Process. */
	bool daemon;			/* -D */
	const char *pid_file;		/* -P */
	const char *user, *group;	/* -u, -g */
	unsigned verbose;		/* -v */
	/* Where they come from. */
	const char *config;		/* -C; NULL: none */
	struct nfcapd_line line;	/* the line that was parsed, in nfcapd's spelling or not */
	struct config_file settings;	/* of it */
	bool check_only;		/* --check-config */
	bool check_health;		/* --check */
	bool retain_given;		/* -e is on the command line */
};

/* As flowcat's: CLI_OK with *done after help or version.  Clear it in any case. */
int options_parse(int argc, char **argv, struct options *options, bool *done);
void options_clear(struct options *options);

/*
 * Reads -C and the command line again, as options_parse did; the collector that runs does not change.  Another status
 * than CLI_OK, after a message, where they are wrong now.  Clear *again in any case, before `options`.
 */
int options_parse_again(const struct options *options, struct options *again);
