/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * sFlow v5 (sflow.org, "sFlow Version 5") and v4 (RFC 3176): the inside of
 * sflow.c, which walks samples, and sflow_record.c, which writes their rows.
 */

#include "wire/decoder.h"

#define SFLOW_V5_EXPORT 105
#define SFLOW_V4_EXPORT 104

/* A flow sample, before its records. */
struct sflow_sample {
	struct context *ctx;
	struct cursor in;
	uint32_t rate;
	uint32_t in_format, in_value, out_format, out_value;
	uint32_t records;
};

/* Application sockets: all that samples without a packet have in its place. */
#define SFLOW_SOCKET_IPV4 2100
#define SFLOW_SOCKET_IPV6 2101

/* Formats of an interface. */
#define SFLOW_IF_INDEX 0
#define SFLOW_IF_DISCARD 1
#define SFLOW_IF_MULTIPLE 2

/*
 * Writes the row of a sample from its records, from reserve to commit.
 * FLOW_EFORMAT: impossible lengths, nothing was written.
 */
enum flow_status sflow_row_v5(struct sflow_sample *s) NODISCARD;
enum flow_status sflow_row_v4(struct sflow_sample *s) NODISCARD;

/* Reads the agent's address from a header; if it has none, the sender's. */
struct addr sflow_agent(struct cursor *in, const struct flow_datagram *dg);

/* Reads an address behind its type (1: IPv4, 2: IPv6; 0: none, *out is unset). */
bool sflow_addr(struct cursor *in, struct addr *out);
/* Whether the next address has the type of IPv6. */
bool sflow_next_is_v6(const struct cursor *in);
