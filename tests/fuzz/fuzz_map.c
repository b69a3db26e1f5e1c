/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of --map: what is accepted keeps families, and what it makes of an address has its first bits. */
#include <stdint.h>
#include <stdlib.h>

#include "record/flow_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct flow_map *m, const struct addr *a)
{
	struct addr to = flow_map_addr(m, a);
	unsigned bits = 0, most = addr_is_v4(a) ? 32 : 128;

	while (bits < most) {
		struct addr cut = addr_mask(a, bits);

		if (addr_equal(&cut, &to))
			return;
		bits++;
	}
	if (!addr_equal(a, &to))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_map *m;

	if (flow_map_parse("x", (const char *)data, len, &m, NULL) != FLOW_OK)
		return 0;
	for (size_t i = 0; i + 16 <= len && i < 1600; i += 4) {
		struct addr a = addr_from_header6(data + i), four = addr_from_v4(load_be32(data + i));

		check(m, &a);
		check(m, &four);
		(void)flow_map_as(m, load_be32(data + i));
	}
	flow_map_free(m);
	return 0;
}
