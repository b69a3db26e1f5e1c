/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What exporters said about themselves: the datagrams that last announced
 * templates, sampling rates and names.  They are kept across restarts in
 * DIRECTORY/.flowcap.PORT.templates, a pcap file, so that the first data after
 * a restart need not wait for the next announcement.
 */

#include "flowcap/options.h"

struct memory;

/* NULL when out of memory. */
struct memory *memory_new(void);
void memory_free(struct memory *m);

/* Keeps a copy of an announcement, unless it is known; the oldest goes when there are too many. */
void memory_take(struct memory *m, const struct flow_datagram *datagram);

/* Appends a pcap file of all, oldest first, if there is news since the last call. */
void memory_save(struct memory *m, const struct options *options, struct buf *out);

/* Writes what memory_save made, whole or not at all; false after a log line. */
bool memory_write(const struct options *options, const struct buf *bytes);

/* Teaches a decoder, and the memory, what was written.  Their rows and counts are not kept. */
void memory_load(struct memory *m, const struct options *options, struct flow_decoder *decoder);
