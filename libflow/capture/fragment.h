/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reassembles IP packets from fragments within fixed memory: FRAGMENT_PACKETS
 * packets of 64 KiB in progress; a new one replaces the oldest, which is counted.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "capture/frame.h"

/* Packets in progress. */
#define FRAGMENT_PACKETS 64

struct fragment_table;

/* NULL when out of memory. */
struct fragment_table *fragment_table_new(void) NODISCARD;
void fragment_table_free(struct fragment_table *t);

/*
 * Takes a FRAME_FRAGMENT, which may lie in the payload that the last call returned.
 * FLOW_OK: the packet is complete, *bytes and *len are its payload, valid until the
 * next call.  FLOW_END: more is needed.  FLOW_EFORMAT: the part is invalid
 * (beyond 65535 bytes, an odd length in the middle) and ignored.  FLOW_ENOMEM.
 */
enum flow_status fragment_add(struct fragment_table *t, const struct frame *part,
    const uint8_t **bytes, size_t *len) NODISCARD;

/* Packets that were not completed: given up so far, or still in progress. */
uint64_t fragment_lost(const struct fragment_table *t);
