/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sockets for TCP connections. */

#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "net/udp.h"

/* As udp_bind; the socket listens and does not block. */
enum flow_status tcp_listen(const char *host, uint16_t port, enum udp_family family, int *fd,
    struct flow_error *err) NODISCARD;

/* Sets up a socket that listens already as tcp_listen does.  FLOW_EIO. */
enum flow_status tcp_adopt(int fd, struct flow_error *err) NODISCARD;

/*
 * Accepts a waiting connection, as a non-blocking socket that notices dead peers; -1 if none waits, or on
 * failure (errno).
 */
int tcp_accept(int listener, struct addr *peer, uint16_t *port);
