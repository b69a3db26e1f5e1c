/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows as sFlow datagrams: v5 (sflow.org, "sFlow Version 5") and v4 (RFC 3176).  A row is one flow sample: a
 * packet of bytes / packets bytes, at a sampling rate equal to the row's packets, so that a collector which
 * scales gets the row's packets again.  Or, with o->skip, rows are flows that pass an agent, which takes some of their
 * packets.  Counter samples report the traffic of interfaces.
 */

#include "wire/encode/encode.h"
#include "wire/encode/encode_layout.h"
#include "wire/encode/device_profile.h"

struct encode_sflow;

/* `habits` is borrowed; NULL when out of memory. */
struct encode_sflow *encode_sflow_new(const struct flow_encoder_options *o,
    const struct encode_sflow_habits *habits) NODISCARD;
void encode_sflow_free(struct encode_sflow *s);

/* As flow_encoder_batch; `addrs` must be prepared. */
enum flow_status encode_sflow_rows(struct encode_sflow *s, const struct encode_addrs *addrs,
    const struct flow_batch *batch, size_t from, size_t rows, struct flow_datagrams *out) NODISCARD;

/* As flow_encoder_taken. */
struct flow_encoder_taken encode_sflow_taken(const struct encode_sflow *s);

/* As flow_encoder_flush. */
enum flow_status encode_sflow_flush(struct encode_sflow *s, int64_t now_ms, struct flow_datagrams *out) NODISCARD;
