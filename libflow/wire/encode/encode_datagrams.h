/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Appends a datagram to a list: open it, append its bytes to d->bytes, close it. */

#include <stdbool.h>

#include "wire/encode/encode.h"

/* The longest payload of a UDP datagram. */
#define ENCODE_PAYLOAD_MAX 65487

/* Begins one of `rows` rows, and reserves `room` bytes; false when out of memory. */
bool encode_datagram_open(struct flow_datagrams *d, size_t room, int64_t time_ms, uint32_t rows) NODISCARD;

/* Where the open datagram begins in d->bytes. */
static inline size_t
encode_datagram_at(const struct flow_datagrams *d)
{
	return d->item[d->count].offset;
}

/* Ends the open datagram. */
void encode_datagram_close(struct flow_datagrams *d);
