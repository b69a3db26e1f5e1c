/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A collector's options: where flows go, how files are written, what is kept in between. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "net/addr.h"
#include "store/writer.h"
#include "time/partition.h"
#include "wire/decode.h"

struct collect_net {
	struct addr addr;
	unsigned bits;
};

/* Exporters that have a directory of their own. */
struct collect_source {
	char *ident;			/* owns the text of directory too */
	const char *directory;
	char *state;			/* directory of journals and state; NULL: that of the files */
	struct collect_net *net;
	size_t nets;
};

struct collect_options {
	uint16_t port;			/* the collector's, for names and journals */
	struct flow_decoder_options decoder;
	/* Where: one directory, or listed sources, or (also) one for each exporter below `dynamic`. */
	const char *directory;		/* NULL with the others */
	struct collect_source *source;
	size_t sources;
	const char *dynamic;
	char *state;			/* the same for `directory`, else for `dynamic` */
	/* Files. */
	enum partition_layout layout;
	uint32_t slot_s;		/* length of a slot */
	enum stamp_zone zone;
	struct flow_writer_options writer;
	unsigned threads;		/* that encode */
	size_t waiting_bytes;		/* of rows that are not encoded yet, in all; 0: 256 MiB */
	size_t open_files;		/* that may be written at a time; 0: 200 */
	/* Beside them. */
	bool journal;			/* of what is received */
	unsigned journal_sync_ms;	/* how often it is synced; 0: left to the system */
	bool remember;			/* keeps announcements, and data that waits for them, across restarts */
	unsigned retry_ms;		/* how often filing is tried again after a failure; 0: 10 s */
	const char *command;		/* run for each finished file; NULL: none */
	const char *metrics;		/* a file; NULL: none */
	/* To the program. */
	const struct log *log;
	bool tell_exporters;		/* log the first datagram of each, of some hundreds */
	void (*dump)(const char *text, size_t len);	/* each datagram as a text; NULL: none */
};
