/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_datagrams.h"

#include <stdlib.h>

#include "base/vec.h"

void
flow_datagrams_release(struct flow_datagrams *d)
{
	buf_release(&d->bytes);
	free(d->item);
	*d = (struct flow_datagrams)FLOW_DATAGRAMS_INIT;
}

void
flow_datagrams_clear(struct flow_datagrams *d)
{
	buf_clear(&d->bytes);
	d->count = 0;
}

bool
encode_datagram_open(struct flow_datagrams *d, size_t room, int64_t time_ms, uint32_t rows)
{
	if (!VEC_RESERVE(d->item, d->cap, d->count + 1))
		return false;
	if (!buf_reserve(&d->bytes, room))
		return false;
	d->item[d->count] = (struct flow_datagram_span){ d->bytes.len, 0, time_ms, rows };
	return true;
}

void
encode_datagram_close(struct flow_datagrams *d)
{
	struct flow_datagram_span *item = &d->item[d->count++];

	item->len = d->bytes.len - item->offset;
}
