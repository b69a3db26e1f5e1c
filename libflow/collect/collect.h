/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Datagrams to rows, rows to slots.  One thread feeds it: captures by time, so that a slot ends with
 * the first datagram behind it, or journals, each of which is a slot.  It waits where too many row
 * groups wait to be encoded.
 */

#include "collect/collect_options.h"
#include "collect/filing.h"
#include "collect/pipeline.h"

struct collector;

/*
 * `groups` bounds memory: row groups that wait or are being encoded.  `filing` (NULL: nobody needs
 * to know) is told what becomes of journals.  NULL after a log line.
 */
struct collector *collector_new(const struct collect_options *options, unsigned groups,
    struct filing *filing);

/* Decodes a datagram.  False, after a log line, when memory is out. */
bool collector_datagram(struct collector *c, const struct flow_datagram *datagram);

/* Captures: ends the slot now; the next datagram begins another file. */
void collector_rotate(struct collector *c);

/*
 * Datagrams from here on are of a journal, which is a slot of its own.  The id is that of one that an
 * earlier run left, whose slots may be filed; NULL: it is being written.  False when memory is out.
 */
bool collector_journal_begin(struct collector *c, const char *id);

/* The journal has ended; its entry, if there is filing, is to be ended by the caller.  The id is set now if it was not. */
struct filing_entry *collector_journal_end(struct collector *c, const char *id);

/* A TCP session has ended; exporter NULL: all have. */
void collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port);

/* Counted elsewhere, since the start. */
struct collector_losses {
	uint64_t kernel_drops;		/* datagrams for which the receive buffer had no room */
	uint64_t not_journalled;	/* datagrams that were in no journal when they were decoded */
	uint64_t refused_connections;	/* of TCP */
	uint64_t bad_streams;		/* of TCP: what came was no IPFIX */
	uint64_t cut_streams;		/* of TCP: ended within a message */
};
void collector_losses(struct collector *c, const struct collector_losses *losses);

/* Appends the ledger and the exporters, as of now, for Prometheus. */
void collector_report(const struct collector *c, struct buf *out);

/* Has all open slots looked at (collect/look.h), which are of that journal (NULL: of none), and releases the look. */
void collector_look(struct collector *c, const char *journal, struct look *look);

/* For who asked for a look: pipeline_await_ends and pipeline_ends_begun; any thread. */
bool collector_await_ends(struct collector *c, uint64_t ends, const struct timespec *until);
uint64_t collector_ends_begun(struct collector *c);

/* Logs the ledger as of now. */
void collector_tell(const struct collector *c);

/* Files that were finished; any thread. */
void collector_files(const struct collector *c, struct pipeline_sum *sum);

/* Flows of the collector that others have written, for the ledger. */
void collector_written(struct collector *c, uint64_t rows);

/* Writes everything, logs the ledger and frees.  False if something was lost on the way. */
bool collector_finish(struct collector *c);

/* The same for a journal that is filed once more: no ledger; *rows were written. */
bool collector_finish_quietly(struct collector *c, uint64_t *rows);
