/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowcap's command line. */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"
#include "net/udp.h"
#include "time/partition.h"

/* nfcapd repeats to as many. */
#define REPEATS_MAX 8

struct source_net {
	struct addr addr;
	unsigned bits;
};

/* -n: exporters that have a directory of their own. */
struct source_option {
	char *ident;			/* owns the text of directory too */
	const char *directory;
	struct source_net *net;
	size_t nets;
};

struct options {
	/* Input. */
	const char **files;		/* -f, as often as given */
	size_t file_count;
	const char *host;		/* -b */
	uint16_t port;			/* -p */
	bool has_port;
	enum udp_family family;		/* -4, -6 */
	bool tcp;			/* --tcp: IPFIX over TCP as well */
	uint64_t buffer_bytes;		/* -B */
	struct flow_decoder_options decoder;	/* -s */
	const char *repeat[REPEATS_MAX];	/* -R */
	size_t repeats;
	/* Output. */
	const char *directory;		/* -w; NULL with -n, -M */
	struct source_option *source;	/* -n, as often as given */
	size_t sources;
	const char *dynamic;		/* -M */
	enum partition_layout layout;	/* -S */
	uint32_t slot_s;		/* -t */
	enum stamp_zone zone;		/* --local-time */
	struct flow_writer_options writer;	/* -z, -I */
	unsigned threads;		/* -j */
	bool journal;			/* of what is received; not --no-journal */
	bool remember;			/* what exporters announced, across restarts */
	const char *command;		/* -x; NULL: none */
	const char *metrics;		/* --metrics: a file; NULL: none */
	/* Process. */
	bool daemon;			/* -D */
	const char *pid_file;		/* -P */
	const char *user, *group;	/* -u, -g */
	unsigned verbose;		/* -v */
};

/* As flowcat's: CLI_OK with *done where help or version was all.  Clear it whatever comes. */
int options_parse(int argc, char **argv, struct options *options, bool *done);
void options_clear(struct options *options);
