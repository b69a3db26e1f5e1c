/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counter samples of sFlow. They are no flows; of the generic interface counters (sFlow v5, "Counter Data Types",
 * if_counters; RFC 3176, if_counters) the interface's speed in b/s is kept as a fact about the source. Speeds of 0 and
 * of 2^32 - 1, which a 32-bit ifSpeed has for all that is faster (RFC 2863), say nothing.
 */

#include "wire/decoder.h"

/* A sample of version 5; what is cut or of another kind is passed over. FLOW_ENOMEM. */
enum flow_status sflow_counters_v5(struct context *ctx, struct cursor body, bool expanded) NODISCARD;

/* A sample of version 2 or 4, which has no length: *in is behind it then, or has failed. FLOW_ENOMEM. */
enum flow_status sflow_counters_v4(struct context *ctx, struct cursor *in) NODISCARD;
