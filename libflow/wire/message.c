/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/message.h"

#define IPFIX_VERSION 10
#define IPFIX_HEADER_LEN 16

bool
flow_message_detect(const uint8_t *bytes, size_t len)
{
	return len >= IPFIX_HEADER_LEN && load_be16(bytes) == IPFIX_VERSION &&
	    load_be16(bytes + 2) >= IPFIX_HEADER_LEN;
}

enum flow_status
flow_message_next(struct cursor *in, struct flow_message *out)
{
	struct cursor look = *in;
	uint16_t version, len;

	if (cursor_left(in) == 0)
		return FLOW_END;
	version = cursor_be16(&look);
	len = cursor_be16(&look);
	if (cursor_failed(&look))
		return FLOW_ETRUNCATED;
	if (version != IPFIX_VERSION || len < IPFIX_HEADER_LEN)
		return FLOW_EFORMAT;
	if (cursor_left(in) < len)
		return FLOW_ETRUNCATED;
	out->bytes = cursor_bytes(in, len);
	out->len = len;
	out->export_ms = (int64_t)load_be32(out->bytes + 4) * 1000;
	out->domain = load_be32(out->bytes + 12);
	return FLOW_OK;
}
