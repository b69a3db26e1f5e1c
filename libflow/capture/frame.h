/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A captured frame -> the UDP datagram in it.  Lengths are checked against what
 * was captured; nothing is copied.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* Link types (https://www.tcpdump.org/linktypes.html) that are understood. */
enum frame_link {
	FRAME_NULL = 0,		/* BSD loopback: family in host order, 4 bytes */
	FRAME_ETHERNET = 1,
	FRAME_RAW_BSD = 12,	/* raw IP under BSD's numbers */
	FRAME_RAW_OPENBSD = 14,
	FRAME_RAW = 101,
	FRAME_LOOP = 108,	/* OpenBSD loopback: family in network order, 4 bytes */
	FRAME_SLL = 113,	/* Linux "cooked" */
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_SLL2 = 276,
};

bool frame_link_known(uint32_t link);

enum frame_kind {
	FRAME_UDP,
	FRAME_FRAGMENT,		/* of an IP packet that carries UDP (or may: IPv6) */
	FRAME_OTHER,		/* something else, well-formed as far as looked at */
	FRAME_BAD,		/* headers that are cut or contradict themselves */
};

struct frame {
	struct addr src, dst;
	uint16_t src_port, dst_port;	/* FRAME_UDP */
	bool cut;			/* FRAME_UDP: the payload was not captured whole */
	const uint8_t *bytes;		/* FRAME_UDP: payload.  FRAME_FRAGMENT: part of the IP payload */
	size_t len;
	uint32_t id;			/* FRAME_FRAGMENT, here and below */
	uint32_t offset;		/* of this part in the IP payload, in bytes */
	bool more;			/* other parts follow */
	uint8_t next;			/* protocol at the begin of the IP payload */
};

/* Dissects `len` bytes of a frame of that link type. */
enum frame_kind frame_parse(uint32_t link, const uint8_t *bytes, size_t len, struct frame *out);

/* The same from the payload of an IP packet on, whose addresses are in *out: for reassembled packets. */
enum frame_kind frame_parse_payload(uint8_t next, const uint8_t *bytes, size_t len,
    struct frame *out);
