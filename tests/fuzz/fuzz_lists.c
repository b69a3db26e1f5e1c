/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of networks: whatever is in it, ranges that are read are in order, and their ends are on the list. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_line.h"
#include "net/net_lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
quiet(void *context, const char *message)
{
	(void)context;
	if (strlen(message) >= 1024)
		abort();
}

static void
look(const struct net_lists *l, const struct addr *a)
{
	size_t count;

	(void)net_sets_lists(net_lists_sets(l), net_sets_find(net_lists_sets(l), a), &count);
	if (count != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct net_lists *l = net_lists_new();
	uint64_t networks = 0;
	struct addr_range r;
	bool good;

	if (l == NULL)
		return 0;
	good = net_lists_add_bytes(l, "x", data, len, quiet, NULL, NULL) == FLOW_OK &&
	    net_lists_end(l, NULL) == FLOW_OK;
	for (size_t from = 0, i = 0; good && i <= len; i++) {
		if (i < len && data[i] != '\n')
			continue;
		if (i - from < 65536 && (from > 0 || data[0] < 0x80) &&
		    net_line_parse((const char *)data + from, i - from, &r) == NET_LINE_RANGE) {
			if (addr_compare(&r.lo, &r.hi) > 0 || addr_is_v4(&r.lo) != addr_is_v4(&r.hi))
				abort();
			look(l, &r.lo);
			look(l, &r.hi);
			networks++;
		}
		from = i + 1;
	}
	if (good && len > 0 && data[0] < 0x80 && networks > net_lists_networks(l, 0))
		abort();
	net_lists_free(l);
	return 0;
}
