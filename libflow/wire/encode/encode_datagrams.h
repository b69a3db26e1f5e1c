/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A datagram at the end of a list: opened, its bytes appended to d->bytes, closed. */

#include <stdbool.h>

#include "wire/encode/encode.h"

/* The longest payload of a UDP datagram that any host takes. */
#define ENCODE_PAYLOAD_MAX 65487

/* Begins one of so many rows, with room for `room` bytes; false when out of memory. */
bool encode_datagram_open(struct flow_datagrams *d, size_t room, int64_t time_ms, uint32_t rows) NODISCARD;

/* Where the open datagram begins in d->bytes. */
static inline size_t
encode_datagram_at(const struct flow_datagrams *d)
{
	return d->item[d->count].offset;
}

/* The open datagram is whole. */
void encode_datagram_close(struct flow_datagrams *d);
