/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/pace.h"

#define NS_PER_S INT64_C(1000000000)

int64_t
pace_due(struct pace *p, int64_t export_ms)
{
	if (!p->begun) {
		p->begun = true;
		p->first_ms = export_ms;
	}
	if (p->factor > 0)
		return (export_ms - p->first_ms) * 1000000 / p->factor * 1000;
	if (p->rate == 0)
		return 0;
	return (int64_t)(p->flows / p->rate) * NS_PER_S +
	    (int64_t)(p->flows % p->rate * (uint64_t)NS_PER_S / p->rate);
}

void
pace_count(struct pace *p, uint32_t flows)
{
	p->flows += flows;
}
