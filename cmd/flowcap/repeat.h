/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sends datagrams on to other collectors and multicast groups: to each all, or those of the senders that it is for; from this
 * host's address, or, with -A, from the exporter's.  A receiver that refused datagrams and does not any more gets each
 * exporter's templates before its next datagram.
 */

#include <stdint.h>

#include "flowcap/options.h"

struct repeater;

/* Reads HOST[%INTERFACE][/PORT][,ttl=N][,net=NET[;NET...]]; CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message.  To be cleared whatever comes. */
int repeat_target_parse(const char *text, struct repeat_target *target);
void repeat_target_clear(struct repeat_target *target);

/*
 * Opens sockets for each of options->repeats; *out is NULL where there are none.  With -A the process has no CAP_NET_RAW any
 * more when this returns.  False after a log line.
 */
bool repeater_new(const struct options *options, struct repeater **out);

/* Logs what could not be sent, and frees; NULL is fine. */
void repeater_free(struct repeater *r);

/* Never waits: what a full buffer does not take is counted. */
void repeater_send(struct repeater *r, const struct udp_datagram *datagram);
