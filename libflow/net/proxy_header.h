/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The header of the PROXY protocol, versions 1 and 2 (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt), by which what
 * ends TLS (stunnel: version 1, haproxy: both) tells whose connection it passes on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

/* The longest: 16 bytes and 65535 of addresses and what else is told (version 2). */
#define PROXY_HEADER_MAX (16 + 65535)

struct proxy_header {
	bool has_source;	/* it tells one; else the connection is the proxy's own (LOCAL, UNKNOWN) or of no IP */
	struct addr source;
	uint16_t port;
	size_t len;		/* of the header: the stream begins behind it */
};

/* FLOW_END: it is not whole yet; FLOW_EFORMAT: this begins no such header. */
enum flow_status proxy_header_parse(const uint8_t *bytes, size_t len, struct proxy_header *out) NODISCARD;
