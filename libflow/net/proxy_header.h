/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The header of the PROXY protocol, versions 1 and 2
 * (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt).  A proxy that ends TLS (stunnel: version 1,
 * haproxy: both) sends it to name the client.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

/* The longest header: 16 bytes and 65535 of addresses and TLVs (version 2). */
#define PROXY_HEADER_MAX (16 + 65535)

struct proxy_header {
	bool has_source;	/* it tells one; else the connection is the proxy's own (LOCAL, UNKNOWN) or of no IP */
	struct addr source;
	uint16_t port;
	size_t len;		/* of the header: the stream begins behind it */
};

/* FLOW_END: incomplete; FLOW_EFORMAT: no such header. */
enum flow_status proxy_header_parse(const uint8_t *bytes, size_t len, struct proxy_header *out) NODISCARD;
