/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Splits a flow's packets and bytes among the minutes that it touches, in proportion to the time. */

#include <stdint.h>

#define MINUTE_MS INT64_C(60000)

/* Flows of more minutes count in their first minute alone. */
#define MINUTES_MOST 1440

struct minutes {
	int64_t first_ms, length_ms;	/* length > 0 */
	int64_t minute;			/* the next one, in minutes since 1970 */
	int64_t last;			/* the last one */
	uint64_t packets, bytes;	/* of the flow */
	uint64_t packets_before, bytes_before;
};

struct minutes_part {
	int64_t minute;
	uint64_t packets, bytes;
};

/* The minute of an instant, rounded down before 1970, too. */
static inline int64_t
minute_of(int64_t ms)
{
	return ms / MINUTE_MS - (ms % MINUTE_MS < 0);
}

static inline struct minutes
minutes_of(int64_t first_ms, int64_t last_ms, uint64_t packets, uint64_t bytes)
{
	struct minutes m = { .first_ms = first_ms, .length_ms = 1, .minute = minute_of(first_ms), .packets = packets,
		.bytes = bytes };

	m.last = m.minute;
	if (last_ms > first_ms && (uint64_t)last_ms - (uint64_t)first_ms < (uint64_t)MINUTES_MOST * MINUTE_MS) {
		m.length_ms = last_ms - first_ms + 1;
		m.last = minute_of(last_ms);
	}
	return m;
}

/* The share of an amount in the first part_ms of length_ms. */
static inline uint64_t
minutes_share(uint64_t amount, int64_t part_ms, int64_t length_ms)
{
	return (uint64_t)((unsigned __int128)amount * (uint64_t)part_ms / (uint64_t)length_ms);
}

/* The next part; false at the end.  Parts add up to the whole. */
static inline bool
minutes_next(struct minutes *m, struct minutes_part *part)
{
	uint64_t packets = m->packets, bytes = m->bytes;
	int64_t until_ms;

	if (m->minute > m->last)
		return false;
	if (m->minute < m->last) {
		until_ms = (m->minute + 1) * MINUTE_MS - m->first_ms;
		packets = minutes_share(m->packets, until_ms, m->length_ms);
		bytes = minutes_share(m->bytes, until_ms, m->length_ms);
	}
	*part = (struct minutes_part){ m->minute, packets - m->packets_before, bytes - m->bytes_before };
	m->packets_before = packets;
	m->bytes_before = bytes;
	m->minute++;
	return true;
}
