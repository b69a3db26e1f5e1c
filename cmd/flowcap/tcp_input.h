/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * IPFIX over TCP (RFC 7011 10.4): messages one after the other on each
 * connection, which is a transport session with templates of its own.
 *
 * Connections, in all and per peer, and what each may buffer are bounded.  Where there are too many, a new one
 * replaces one without a whole message, or without any for a minute.  A connection that is silent from its
 * beginning, or within a message, is closed after half a minute, any other after a day.
 */

#include <poll.h>

#include "flowcap/options.h"

/* Connections at a time, and of one address; more are refused. */
#define TCP_CONNECTIONS_MAX 256
#define TCP_PEER_CONNECTIONS_MAX 64

/* Most descriptors that tcp_input_poll fills in. */
#define TCP_POLL_MAX (TCP_CONNECTIONS_MAX + 1)

struct tcp_input;

/* Listens at that port, or uses a socket that listens (-1: none); NULL after a log line. */
struct tcp_input *tcp_input_new(const struct options *options, uint16_t port, int listener);
void tcp_input_free(struct tcp_input *t);

/* Fills in the descriptors to wait for; returns how many. */
size_t tcp_input_poll(const struct tcp_input *t, struct pollfd *wait);

/*
 * Takes what has come, `wait` being as tcp_input_poll filled it (NULL: nothing has), and closes connections
 * that are over time.  False when out of memory.
 */
bool tcp_input_take(struct tcp_input *t, const struct pollfd *wait, int64_t now_ms,
    struct intake *intake);

/* Closes all connections when the collector ends. */
void tcp_input_end(struct tcp_input *t, int64_t now_ms, struct intake *intake);

/* Sets the counts of TCP: connections that were refused or replaced, and those that lost something. */
void tcp_input_losses(const struct tcp_input *t, struct collector_losses *losses);
