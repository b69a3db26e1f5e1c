/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* From a captured frame to the UDP datagram in it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* Link types of pcap and pcapng files that are understood (LINKTYPE_ values). */
enum frame_link {
	FRAME_NULL = 0,		/* BSD loopback: address family in the host's byte order */
	FRAME_ETHERNET = 1,
	FRAME_RAW = 101,
	FRAME_LOOP = 108,	/* OpenBSD loopback: address family in network order */
	FRAME_LINUX_SLL = 113,
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_LINUX_SLL2 = 276,
};

bool frame_link_known(unsigned link);

enum frame_verdict {
	FRAME_UDP,
	FRAME_OTHER,		/* not IP, not UDP */
	FRAME_FRAGMENT,		/* part of a fragmented datagram */
	FRAME_CUT,		/* captured too short, or lengths that lie */
};

struct frame_udp {
	struct addr src, dst;
	uint16_t src_port, dst_port;
	const uint8_t *payload;
	size_t len;
};

/* Takes a frame apart; *udp is filled for FRAME_UDP only. */
enum frame_verdict frame_parse(unsigned link, const uint8_t *frame, size_t len,
    struct frame_udp *udp);
