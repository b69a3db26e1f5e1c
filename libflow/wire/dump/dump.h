/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The parts of flow_datagram_dump by protocol; each appends lines to `text`. */

#include "wire/decoder.h"

void dump_fixed(const struct flow_datagram *dg, unsigned version, struct buf *text);
void dump_sets(const struct flow_datagram *dg, unsigned version, struct flow_decoder *d,
    struct buf *text);
void dump_sflow(const struct flow_datagram *dg, unsigned version, struct buf *text);

/* ISO 8601, in UTC. */
void dump_time(struct buf *text, int64_t ms);
void dump_addr(struct buf *text, const struct addr *a);
