/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"

#include "time/stamp.h"

void
dump_time(struct buf *text, int64_t ms)
{
	struct stamp_cache cache = { 0 };

	if (buf_reserve(text, STAMP_TEXT_MAX))
		text->len += stamp_format_iso(&cache, ms, (char *)buf_end(text));
}

void
dump_addr(struct buf *text, const struct addr *a)
{
	if (buf_reserve(text, ADDR_TEXT_MAX))
		text->len += addr_format(a, (char *)buf_end(text));
}
