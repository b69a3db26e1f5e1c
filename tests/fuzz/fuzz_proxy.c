/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of the PROXY protocol: it lies within the bytes, more bytes change nothing, and fewer are never enough. */
#include <stdlib.h>
#include <string.h>

#include "net/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct proxy_header h, again;
	enum flow_status st = proxy_header_parse(data, len, &h);
	uint8_t *exact;

	if (st != FLOW_OK)
		return 0;
	if (h.len == 0 || h.len > len || h.len > PROXY_HEADER_MAX)
		abort();
	/* In memory that ends with it, and one byte before. */
	exact = malloc(h.len);
	if (exact == NULL)
		return 0;
	memcpy(exact, data, h.len);
	if (proxy_header_parse(exact, h.len, &again) != FLOW_OK || again.len != h.len ||
	    again.has_source != h.has_source ||
	    proxy_header_parse(exact, h.len - 1, &again) != FLOW_END)
		abort();
	free(exact);
	return 0;
}
