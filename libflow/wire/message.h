/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* IPFIX messages one after the other: a TCP stream (RFC 7011 10.4) or a file (RFC 5655). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

struct flow_message {
	const uint8_t *bytes;	/* into the input */
	size_t len;
	int64_t export_ms;	/* from its header */
	uint32_t domain;
};

/* Whether these bytes are the beginning of an IPFIX file. */
bool flow_message_detect(const uint8_t *bytes, size_t len);

/*
 * Takes the next whole message off `in`.
 *   FLOW_OK          *out is it
 *   FLOW_END         nothing is left
 *   FLOW_ETRUNCATED  the rest is the beginning of a message (the cursor stays
 *                    there): read more; at the end of a file, the message is cut
 *   FLOW_EFORMAT     not an IPFIX message: the rest of the stream cannot be trusted
 */
enum flow_status flow_message_next(struct cursor *in, struct flow_message *out) NODISCARD;
