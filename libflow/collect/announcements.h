/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What exporters said about themselves: the datagrams that last announced
 * templates, sampling rates and names.  They are kept across restarts in
 * DIRECTORY/.flowcap.PORT.templates, a pcap file, so that the first data after
 * a restart need not wait for the next announcement.
 */

#include "collect/collect_options.h"

struct announcements;

/* NULL when out of memory. */
struct announcements *announcements_new(void);
void announcements_free(struct announcements *m);

/* Keeps a copy of an announcement, unless it is known; the oldest goes when there are too many. */
void announcements_take(struct announcements *m, const struct flow_datagram *datagram);

/* Appends a pcap file of all, oldest first, if there is news since the last call. */
void announcements_save(struct announcements *m, const struct collect_options *options, struct buf *out);

/* Writes what announcements_save made, whole or not at all; false after a log line. */
bool announcements_write(const struct collect_options *options, const struct buf *bytes);

/* Teaches a decoder, and *m, what was written.  Their rows and counts are not kept. */
void announcements_load(struct announcements *m, const struct collect_options *options, struct flow_decoder *decoder);
