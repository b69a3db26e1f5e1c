/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * IPFIX over TCP (RFC 7011 10.4): messages one after the other on each
 * connection, which is a transport session with templates of its own.
 * Connections and what each may buffer are bounded.
 */

#include <poll.h>

#include "flowcap/options.h"

/* Connections at a time; more are refused. */
#define TCP_CONNECTIONS_MAX 256

/* The most that tcp_input_poll fills. */
#define TCP_POLL_MAX (TCP_CONNECTIONS_MAX + 1)

struct tcp_input;

/* Listens at that port; NULL after a log line. */
struct tcp_input *tcp_input_new(const struct options *options, uint16_t port);
void tcp_input_free(struct tcp_input *t);

/* Fills in what to wait for; returns how many. */
size_t tcp_input_poll(const struct tcp_input *t, struct pollfd *wait);

/* Takes what has come, `wait` being as tcp_input_poll filled it.  False when memory is out. */
bool tcp_input_take(struct tcp_input *t, const struct pollfd *wait, int64_t now_ms,
    struct collector *collector);
