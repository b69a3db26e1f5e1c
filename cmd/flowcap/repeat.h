/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Forwards datagrams to other collectors and multicast groups: all, or those of some senders; from this
 * host's address, or, with -A, from the exporter's.  A receiver that refused datagrams and is back gets each
 * exporter's templates before its next datagram.
 */

#include <stdint.h>

#include "base/buf.h"

#include "flowcap/options.h"

struct repeater;

/*
 * Parses HOST[%INTERFACE][/PORT][,ttl=N][,net=NET[;NET...]]; CLI_OK, or CLI_MISUSE or CLI_FAILURE after a
 * message.  Clear it in any case.
 */
int repeat_target_parse(const char *text, struct repeat_target *target);
void repeat_target_clear(struct repeat_target *target);

/*
 * Opens sockets for options->repeats; *out is NULL where there are none.  With -A the process has no
 * CAP_NET_RAW afterwards.  False after a log line.
 */
bool repeater_new(const struct options *options, struct repeater **out);

/* Logs what could not be sent, and frees; NULL is fine. */
void repeater_free(struct repeater *r);

/* Never blocks: what cannot be sent, or is refused, is counted by target and cause. */
void repeater_send(struct repeater *r, const struct udp_datagram *datagram);

/* Logs the counts; the receiver's thread.  NULL is fine, also below. */
void repeater_tell(const struct repeater *r);

/* Appends them for Prometheus; any thread. */
void repeater_put(const struct repeater *r, struct buf *out);
