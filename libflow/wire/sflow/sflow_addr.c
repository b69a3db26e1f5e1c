/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/sflow.h"

#define ADDR_IPV4 1
#define ADDR_IPV6 2

bool
sflow_addr(struct cursor *in, struct addr *out)
{
	uint32_t type = cursor_be32(in);
	const uint8_t *p;

	switch (type) {
	case ADDR_IPV4:
		*out = addr_from_v4(cursor_be32(in));
		return !cursor_failed(in);
	case ADDR_IPV6:
		p = cursor_bytes(in, 16);
		if (p != NULL)
			*out = addr_from_v6(p);
		return p != NULL;
	case 0:
		return false;
	default:
		in->failed = true;
		return false;
	}
}

bool
sflow_next_is_v6(const struct cursor *in)
{
	struct cursor ahead = *in;

	return cursor_be32(&ahead) == ADDR_IPV6;
}
