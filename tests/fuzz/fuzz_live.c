/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody says over a collector's socket: what is believed of it lies within what came, and stays below. */
#include <stdlib.h>
#include <string.h>

#include "store/live_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_path(const char *path, size_t len)
{
	if (path[0] == '/' || memchr(path, '\0', len) != NULL || (len >= 2 && memcmp(path, "..", 2) == 0 &&
	    (len == 2 || path[2] == '/')))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct live_header header;
	struct live_reply_slot *slot;
	struct flow_error err;

	if (len < LIVE_HEADER_BYTES || live_header_parse(data, &header, &err) != FLOW_OK)
		return 0;
	if (live_slots_parse(&header, data + LIVE_HEADER_BYTES, len - LIVE_HEADER_BYTES, &slot, &err) != FLOW_OK)
		return 0;
	for (uint32_t i = 0; i < header.slots; i++) {
		check_path(slot[i].path, slot[i].path_len);
		if (slot[i].tail_len > 0 && (slot[i].tail < data || slot[i].tail + slot[i].tail_len > data + len))
			abort();
	}
	free(slot);
	return 0;
}
