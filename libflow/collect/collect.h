/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Datagrams to rows, rows to slots: what live collection and captures share.
 * One thread feeds it; it does not wait for the disk but where memory's bound
 * is reached.
 */

#include "collect/collect_options.h"

struct collector;

/* `builders` bounds memory: row groups that wait or are being encoded.  NULL after a log line. */
struct collector *collector_new(const struct collect_options *options, unsigned builders);

/* Decodes a datagram into the slot of its time.  False, after a log line, when memory is out. */
bool collector_datagram(struct collector *c, const struct flow_datagram *datagram);

/* Ends the slot if it is over at this time. */
void collector_tick(struct collector *c, int64_t now_ms);

/* Ends the slot now; the next datagram begins another file. */
void collector_rotate(struct collector *c);

/* A TCP session has ended. */
void collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port);

/* Datagrams dropped by the kernel so far, in all. */
void collector_drops(struct collector *c, uint64_t drops);

/* Writes everything, logs the ledger and frees.  False if something was lost on the way. */
bool collector_finish(struct collector *c);
