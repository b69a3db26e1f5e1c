/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A UDP socket to receive from, many datagrams at a time. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

/* The longest datagram there is. */
#define UDP_DATAGRAM_MAX 65535

enum udp_family {
	UDP_ANY,		/* IPv6 that takes IPv4 too; IPv4 where there is no IPv6 */
	UDP_IPV4,
	UDP_IPV6,
};

/*
 * Binds to a host name or address (NULL: all addresses) and port (0: any free one).
 * buffer_bytes 0 leaves the system's default size of the receive buffer.  Errors: FLOW_EINVAL for a name that
 * is none, FLOW_EIO.
 */
enum flow_status udp_bind(const char *host, uint16_t port, enum udp_family family,
    size_t buffer_bytes, int *fd, struct flow_error *err) NODISCARD;

/* Sets up a socket that is bound already as udp_bind does.  FLOW_EIO. */
enum flow_status udp_adopt(int fd, size_t buffer_bytes, struct flow_error *err) NODISCARD;

/* The port that a socket is bound to; 0 on failure. */
uint16_t udp_port(int fd);

struct udp_datagram {
	const uint8_t *bytes;
	size_t len;
	struct addr src;
	uint16_t src_port;
	int64_t received_ms;	/* when the kernel took it, else now */
};

struct udp_receiver;

/* Room for `batch` datagrams; NULL when out of memory. */
struct udp_receiver *udp_receiver_new(size_t batch);
void udp_receiver_free(struct udp_receiver *r);

/* Receives without waiting: *count datagrams (0: none), valid until the next call.  FLOW_EIO. */
enum flow_status udp_receive(struct udp_receiver *r, int fd, const struct udp_datagram **datagrams,
    size_t *count, struct flow_error *err) NODISCARD;

/*
 * Datagrams that the kernel has dropped since the socket was made: as of the last datagram, or of the last
 * udp_receiver_ask where the system can be asked (Linux).
 */
uint64_t udp_receiver_drops(const struct udp_receiver *r);

/* Counts from here on; returns what the kernel has dropped until now, as far as it can be asked. */
uint64_t udp_receiver_forget(struct udp_receiver *r, int fd);
void udp_receiver_ask(struct udp_receiver *r, int fd);
