/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What was received and is not safely filed yet: a pcap file of the datagrams of
 * a slot, DIRECTORY/.flowcap.SLOT.PID-N.journal, which is removed when the slot's
 * file has its name.  After a crash the next start finds it and reads it like
 * any capture (collect/journal_replay.h).
 *
 *	collector --journal_add--> memory --thread--> file
 *
 * A journal is locked (flock) as long as its writer lives.
 */

#include "collect/collect_options.h"

struct journal;

/* Begins the journal of a slot; NULL, after a log line, where it cannot be written. */
struct journal *journal_begin(const struct collect_options *options, int64_t slot_ms);

/* Takes a datagram without waiting for the disk; NULL is fine. */
void journal_add(struct journal *j, const struct flow_datagram *datagram);

/* Ends it: removed where the slot is `filed`, else left for the next start.  NULL is fine. */
void journal_end(struct journal *j, bool filed);
