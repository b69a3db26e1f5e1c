/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Live collection from a socket, until a signal ends it. */

#include "flowcap/collect.h"
#include "flowcap/tcp_input.h"

/* To be called before threads start: they leave signals to this one. */
void udp_input_signals(void);

/* Collects from that socket, and where `tcp` is not NULL from its connections.  False, after a log line, on failure. */
bool udp_input(int fd, struct tcp_input *tcp, struct collector *collector);
