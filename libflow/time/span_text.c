/* SPDX-License-Identifier: BSD-2-Clause */
#include "time/span_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/attr.h"

size_t
span_text_format(int64_t ms, char out[SPAN_TEXT_MAX])
{
	static const struct {
		uint64_t s;
		const char *name;
	} unit[] = {
		{ UINT64_C(365) * 86400, "y" }, { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
	};
	uint64_t s = (ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms) / 1000;
	size_t i;

	for (i = 0; i < ARRAY_LEN(unit) - 1 && s < unit[i].s; i++)
		;
	if (i == ARRAY_LEN(unit) - 1)
		return (size_t)snprintf(out, SPAN_TEXT_MAX, "%" PRIu64 " s", s);
	return (size_t)snprintf(out, SPAN_TEXT_MAX, "%" PRIu64 " %s %" PRIu64 " %s", s / unit[i].s,
	    unit[i].name, s % unit[i].s / unit[i + 1].s, unit[i + 1].name);
}
