/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * IPFIX over TCP (RFC 7011 10.4): messages one after the other on each
 * connection, which is a transport session with templates of its own.
 *
 * Connections, those of one peer, and what each may buffer are bounded.  Where there are too many, one
 * gives way to a newcomer that never sent a whole message, or none for a minute.  Who is silent from the begin,
 * or within a message, is closed after half a minute, who is silent otherwise after a day.
 */

#include <poll.h>

#include "flowcap/options.h"

/* Connections at a time, and of one address; more are refused. */
#define TCP_CONNECTIONS_MAX 256
#define TCP_PEER_CONNECTIONS_MAX 64

/* The most that tcp_input_poll fills. */
#define TCP_POLL_MAX (TCP_CONNECTIONS_MAX + 1)

struct tcp_input;

/* Listens at that port, or with a socket that does (-1: none); NULL after a log line. */
struct tcp_input *tcp_input_new(const struct options *options, uint16_t port, int listener);
void tcp_input_free(struct tcp_input *t);

/* Fills in what to wait for; returns how many. */
size_t tcp_input_poll(const struct tcp_input *t, struct pollfd *wait);

/*
 * Takes what has come, `wait` being as tcp_input_poll filled it (NULL: nothing has), and closes those
 * whose time is over.  False when memory is out.
 */
bool tcp_input_take(struct tcp_input *t, const struct pollfd *wait, int64_t now_ms,
    struct intake *intake);

/* Ends all connections, for the collector ends. */
void tcp_input_end(struct tcp_input *t, int64_t now_ms, struct intake *intake);

/* Sets what is TCP's: connections refused, or closed for a newcomer, and those that lost something. */
void tcp_input_losses(const struct tcp_input *t, struct collector_losses *losses);
