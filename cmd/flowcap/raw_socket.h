/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sends UDP datagrams with any source address, over raw sockets.  Opening one needs CAP_NET_RAW, sending does
 * not: so sockets are opened first, and raw_socket_drop_capability drops the capability before anything is
 * received.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* For packets of that family (AF_INET, AF_INET6); -1 with errno. */
int raw_socket_open(int family);

struct raw_datagram {
	struct addr src, dst;		/* of one family, that of the socket */
	uint32_t dst_scope;		/* the interface of a dst that is link-local or multicast; 0: by the routes */
	uint16_t src_port, dst_port;
	uint8_t hops;			/* TTL, hop limit */
	const uint8_t *bytes;
	size_t len;			/* PCAP_UDP_MAX at most */
};

/* Sends it, in fragments if the path requires that; false with errno.  `packet` has room for RAW_PACKET_MAX bytes. */
#define RAW_PACKET_MAX (65535 + 100)
bool raw_socket_send(int fd, const struct raw_datagram *d, uint8_t *packet);

/* Drops CAP_NET_RAW for good, also for child processes; false with errno. */
bool raw_socket_drop_capability(void);
