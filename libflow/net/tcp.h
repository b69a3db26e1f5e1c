/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sockets for those who connect. */

#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "net/udp.h"

/* As udp_bind; the socket listens and does not block. */
enum flow_status tcp_listen(const char *host, uint16_t port, enum udp_family family, int *fd,
    struct flow_error *err) NODISCARD;

/* Makes a socket that listens already one as tcp_listen makes it.  FLOW_EIO. */
enum flow_status tcp_adopt(int fd, struct flow_error *err) NODISCARD;

/*
 * Accepts whoever waits, as a socket that does not block and notices dead peers; -1 if nobody does,
 * or on failure (errno).
 */
int tcp_accept(int listener, struct addr *peer, uint16_t *port);
