/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Datagrams to rows, rows to slots.  One thread feeds it: with captures in the order of time (the
 * first datagram after a slot ends it), or with journals, each of which is a slot.  It blocks while
 * too many row groups wait to be encoded.
 */

#include "collect/collect_options.h"
#include "collect/filing.h"
#include "collect/pipeline.h"

struct collector;

/*
 * `groups` bounds memory: row groups that wait or are being encoded.  `filing` (NULL: none) keeps track of
 * journals.  NULL after a log line.
 */
struct collector *collector_new(const struct collect_options *options, unsigned groups,
    struct filing *filing);

/* Decodes a datagram.  False, after a log line, when out of memory. */
bool collector_datagram(struct collector *c, const struct flow_datagram *datagram);

/* Captures: ends the slot now; the next datagram begins another file. */
void collector_rotate(struct collector *c);

/*
 * From here on datagrams belong to a journal, which is a slot of its own.  `id` is that of a journal left by
 * an earlier run, of which slots may be filed already; NULL: of the one being written.  False when out of
 * memory.
 */
bool collector_journal_begin(struct collector *c, const char *id);

/* The same for the journal of an entry that failed: trees whose slots it knows as filed do not file them again. */
bool collector_journal_again(struct collector *c, const char *id, struct filing_entry *failed);

/*
 * Ends the journal; `id` (or NULL) is its id if it was not known before.  With filing, returns its entry,
 * which the caller ends.
 */
struct filing_entry *collector_journal_end(struct collector *c, const char *id);

/* A TCP session has ended; exporter NULL: all have. */
void collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port);

/* Losses that others count, since the start. */
struct collector_losses {
	uint64_t kernel_drops;		/* datagrams for which the receive buffer had no room */
	uint64_t not_journalled;	/* datagrams that were in no journal when they were decoded */
	uint64_t refused_connections;	/* of TCP */
	uint64_t bad_streams;		/* of TCP: the bytes were no IPFIX */
	uint64_t cut_streams;		/* of TCP: ended within a message */
};
void collector_losses(struct collector *c, const struct collector_losses *losses);

/* Appends the current ledger and exporters, for Prometheus. */
void collector_report(const struct collector *c, struct buf *out);

/* Takes a look at all open slots (collect/look.h), which belong to that journal (NULL: to none), and releases it. */
void collector_look(struct collector *c, const char *journal, struct look *look);

/* For the thread that asked for a look: pipeline_await_ends and pipeline_ends_begun; any thread. */
bool collector_await_ends(struct collector *c, uint64_t ends, const struct timespec *until);
uint64_t collector_ends_begun(struct collector *c);

/* Logs the current ledger. */
void collector_tell(const struct collector *c);

/* Files that were finished; any thread. */
void collector_files(const struct collector *c, struct pipeline_sum *sum);

/* Adds flows of the collector that others have written to the ledger. */
void collector_written(struct collector *c, uint64_t rows);

/* Writes everything, logs the ledger and frees.  False if something was lost on the way. */
bool collector_finish(struct collector *c);

/* The same for a journal that is filed again: without the ledger; *rows is how many were written. */
bool collector_finish_quietly(struct collector *c, uint64_t *rows);
