/* SPDX-License-Identifier: BSD-2-Clause */
/* An event as a user asks for it; what is accepted also happens, within its time and with flows in order. */
#include <stdint.h>
#include <stdlib.h>

#include "synth/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
happen(const struct event_spec *spec, struct world *w)
{
	struct event_stage stage = { INT64_C(1767225600000), INT64_C(1767225700000), 1, 7 };
	struct event e;
	int64_t first_ms, last_ms = 0;
	struct talk_flow flow[2];
	unsigned i, k, n;

	if (!event_init(&e, spec, &stage, w))
		abort();
	for (i = 0; i < 300 && event_due_ms(&e) != INT64_MAX; i++) {
		n = event_make(&e, w, flow, 2, &first_ms);
		if (n < 1 || n > 2 || first_ms < stage.start_ms || first_ms >= stage.end_ms || first_ms < last_ms)
			abort();
		last_ms = first_ms;
		for (k = 0; k < n; k++)
			if (flow[k].packets == 0 || flow[k].bytes < flow[k].packets * 40 ||
			    flow[k].bytes > flow[k].packets * 1500 || flow[k].src_network >= w->networks ||
			    flow[k].dst_network >= w->networks || flow[k].duration_ms + 1000 > e.lag_ms)
				abort();
	}
	event_release(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct world world;
	static uint32_t networks;
	struct event_spec spec;

	if (networks == 0) {
		if (!world_init(&world, 1, EVENT_NETWORKS, NULL))
			abort();
		networks = world.networks;
	}
	world.networks = networks;
	if (event_spec_parse((const char *)data, len, INT64_C(1767225600000), &spec, NULL) == FLOW_OK)
		happen(&spec, &world);
	return 0;
}
