/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Live collection behind the sockets: what is received goes into a journal at once, and another
 * thread decodes and files it.  At the start that thread files what earlier runs left in theirs first,
 * while new datagrams wait in the new one.
 *
 *	receiver ─► journal ─► decoder thread ─► collector ─► encoder threads ─► files
 *	                                             └─ slots that failed ─► retry thread
 */

#include "collect/collect.h"

struct intake;

/* Begins; NULL after a log line. */
struct intake *intake_new(const struct collect_options *options);

/* All of the following: one thread, which receives. */

/* Takes a datagram, or a message of a TCP stream whose first byte has that sequence number. */
void intake_datagram(struct intake *in, const struct flow_datagram *datagram, uint32_t sequence);

/* A TCP session has ended. */
void intake_session_end(struct intake *in, const struct addr *exporter, uint16_t port, int64_t now_ms,
    uint32_t sequence);

/* What was taken is to be written and decoded: to be called before waiting for more, and now and then. */
void intake_push(struct intake *in);

/* The same, and the slot ends if its time is over. */
void intake_tick(struct intake *in, int64_t now_ms);

/* Ends the slot now. */
void intake_rotate(struct intake *in);

/* Counts of the sockets so far; not_journalled is none of theirs. */
void intake_losses(struct intake *in, const struct collector_losses *sockets);

/* What is known without asking who decodes; any thread, until intake_finish. */
struct intake_health {
	uint64_t backlog_bytes;		/* received, and not decoded yet */
	int64_t lag_ms;			/* how far decoding is behind, at most */
	uint64_t unwritten_bytes;	/* received, and in no journal yet */
	uint64_t ring_bytes;		/* that much may be so */
	uint64_t not_journalled;	/* datagrams */
	uint64_t kernel_drops;
	int64_t kernel_drops_s;		/* when they became more, since 1970; 0: never */
	size_t journals;		/* that are not filed */
	struct pipeline_sum written;
	int64_t report_age_ms;		/* of what intake_report gives; INT64_MAX: there is none yet */
};
void intake_health(struct intake *in, struct intake_health *health);

/*
 * Appends the ledger, for Prometheus, as of now: who decodes is asked for it.  Where no answer comes in time it is
 * that of report_age_ms ago.  Any thread but those of the intake, one at a time, until intake_finish.
 */
void intake_report(struct intake *in, int timeout_ms, struct buf *out);

/*
 * What the open slots hold, all that was received some milliseconds ago, to be released (collect/look.h); NULL where who
 * decodes does not answer in time, or memory is out.  From then on until intake_ends_begun says another number than
 * look_ends did, no file is finished that has rows of the look, and all are that were begun before.  Any thread but those
 * of the intake, one at a time, until intake_finish.
 */
struct look *intake_look(struct intake *in, int timeout_ms);
uint64_t intake_ends_begun(struct intake *in);

/* Slots that could not be filed so far, and wait in journals; any thread. */
size_t intake_unfiled(struct intake *in);

/* Has the ledger logged. */
void intake_tell(struct intake *in);

/* Whether nothing can be decoded any more, after a log line: end it, and begin anew. */
bool intake_failed(const struct intake *in);

/*
 * Decodes and files all that was taken, logs the ledger and frees.  False if something was lost, or
 * waits for the next start.
 */
bool intake_finish(struct intake *in);
