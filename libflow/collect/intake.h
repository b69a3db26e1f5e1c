/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Live collection behind the sockets: datagrams go into a journal at once, and another thread decodes
 * and files them.  At the start that thread first files the journals of earlier runs, while new
 * datagrams wait in the new one.
 *
 *	receiver ─► journal ─► decoder thread ─► collector ─► encoder threads ─► files
 *	                                             └─ slots that failed ─► retry thread
 */

#include "collect/collect.h"

struct intake;

/* Begins; NULL after a log line. */
struct intake *intake_new(const struct collect_options *options);

/* All of the following are called by one thread, the receiver. */

/* Takes a datagram, or a message of a TCP stream whose first byte has that sequence number. */
void intake_datagram(struct intake *in, const struct flow_datagram *datagram, uint32_t sequence);

/* A TCP session has ended. */
void intake_session_end(struct intake *in, const struct addr *exporter, uint16_t port, int64_t now_ms,
    uint32_t sequence);

/* Lets the other threads write and decode all that was taken; call it before waiting for more, and regularly. */
void intake_push(struct intake *in);

/* The same; ends the slot if its time is over. */
void intake_tick(struct intake *in, int64_t now_ms);

/* Ends the slot now. */
void intake_rotate(struct intake *in);

/* Sets the counts of the sockets so far (not_journalled is ignored). */
void intake_losses(struct intake *in, const struct collector_losses *sockets);

/* State that is read without the decoder; any thread, until intake_finish. */
struct intake_health {
	uint64_t backlog_bytes;		/* received, and not decoded yet */
	int64_t lag_ms;			/* how far decoding is behind, at most */
	uint64_t unwritten_bytes;	/* received, and in no journal yet */
	uint64_t ring_bytes;		/* the most that unwritten_bytes can be */
	uint64_t not_journalled;	/* datagrams */
	uint64_t journals_removed;	/* by others, while they were in use */
	uint64_t kernel_drops;
	int64_t kernel_drops_s;		/* time of the last drop, since 1970; 0: none */
	size_t journals;		/* that are not filed */
	struct pipeline_sum written;
	int64_t report_age_ms;		/* of the report that intake_report has; INT64_MAX: none yet */
};
void intake_health(struct intake *in, struct intake_health *health);

/*
 * Asks the decoder for its ledger, and appends it for Prometheus.  Where no answer comes in time, appends the
 * last one, report_age_ms old.  Any thread but those of the intake, one at a time, until intake_finish.
 */
void intake_report(struct intake *in, int timeout_ms, struct buf *out);

/*
 * The contents of the open slots, up to some milliseconds ago; to be released (collect/look.h).  NULL where
 * the decoder does not answer in time, or out of memory.  While intake_ends_begun returns what look_ends did,
 * no file with rows of the look has been finished, and all slots that ended before are files.  Any thread but
 * those of the intake, one at a time, until intake_finish.
 */
struct look *intake_look(struct intake *in, int timeout_ms);
uint64_t intake_ends_begun(struct intake *in);

/* Slots that could not be filed so far, and wait in journals; any thread. */
size_t intake_unfiled(struct intake *in);

/* Has the ledger logged. */
void intake_tell(struct intake *in);

/* Whether decoding has failed for good, after a log line: finish it, and begin anew. */
bool intake_failed(const struct intake *in);

/*
 * Decodes and files all that was taken, logs the ledger and frees.  False if something was lost, or is left
 * for the next start.
 */
bool intake_finish(struct intake *in);
