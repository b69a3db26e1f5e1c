/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Invents flows: the same rows for the same options on every machine (integers
 * only, no clock, no libc random numbers).
 *
 *	synth = flow_synth_new(&options)
 *	while ((n = flow_synth_next(synth, 1000, builder, &exporter)) > 0) ...
 *
 * A conversation is between a client and a server.  Both come from pools whose
 * popularity is Zipf's; a host lies in a prefix, which decides its AS, mask,
 * interface and next hop.  The service decides protocol, port and size; sizes
 * have a heavy tail; TCP flags and durations follow from them.  Most
 * conversations yield two rows, one a direction.  A few percent are scans:
 * random addresses, one SYN.
 *
 *	first <= last <= received, which never decreases from row to row
 *
 * `last` is not after the whole second of `received`, as exporters' clocks tell it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "record/builder.h"

struct flow_synth_options {
	uint64_t seed;
	uint64_t flows;		/* rows in all; 0: no end */
	int64_t start_ms;	/* `received` of the first row */
	uint64_t rate;		/* rows per 1000 s of `received` time, > 0 */
	uint32_t exporters;	/* 1 .. FLOW_SYNTH_EXPORTERS_MAX */
	uint32_t ipv6_percent;	/* 0 .. 100, of conversations */
	uint32_t sampling;	/* announced rate; 0 or 1: none.  packets, bytes are multiples of it */
	uint8_t version;	/* column export_version; 5: engine_type and engine_id instead of domain */
};

#define FLOW_SYNTH_EXPORTERS_MAX 65536

/* 1 million flows in 1000 s from 1 exporter, 15 % IPv6, no sampling, from 2026-01-01T00:00:00Z. */
#define FLOW_SYNTH_OPTIONS_INIT \
	{ 1, 1000000, INT64_C(1767225600000), 1000000, 1, 15, 0, 9 }

struct flow_synth;

/* NULL when out of memory or for options out of range. */
struct flow_synth *flow_synth_new(const struct flow_synth_options *options) NODISCARD;
void flow_synth_free(struct flow_synth *s);

/*
 * Appends at most `rows` rows, all of one exporter, whose number (from 0) goes to
 * *exporter; *made is 0 at the end.  FLOW_ENOMEM.
 */
enum flow_status flow_synth_next(struct flow_synth *s, size_t rows, struct flow_builder *out,
    uint32_t *exporter, size_t *made) NODISCARD;

/* `received` of the row that comes next. */
int64_t flow_synth_now(const struct flow_synth *s);

/* The address of exporter i: 198.18.0.1 and up (RFC 2544). */
struct addr flow_synth_exporter(uint32_t i);

/* An interface that flows go through. */
struct flow_synth_interface {
	uint32_t index;
	char name[16];		/* "Hu0/1/0/3"; padded with NULs */
	char text[32];		/* "customer 7", "uplink 2" */
};

/* Interface i, counted from 0; false when there are no more. */
bool flow_synth_interface(uint32_t i, struct flow_synth_interface *out);
