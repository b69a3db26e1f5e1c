/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Generates flows: the same rows for the same options on every machine (integers
 * only, no clock, no libc random numbers).
 *
 *	synth = flow_synth_new(&options)
 *	while (flow_synth_next(synth, 1000, builder, &turn) == FLOW_OK && turn.rows > 0) ...
 *
 * A conversation is between a client and a server.  Both come from pools whose
 * popularity follows Zipf's law; a host lies in a prefix, which decides its AS, mask,
 * interface and next hop.  The service decides protocol, port and size; sizes
 * have a heavy tail; TCP flags and durations follow from them.  Most
 * conversations yield two rows, one per direction.  Flows longer than the active timeout yield a row each
 * time that it passes (synth/piece.h).  With sampling, only flows with a sampled packet are seen
 * (synth/sampler.h); for sFlow all flows are made, with the bytes of frames, because its agent takes
 * packets.  A few percent are scans: random addresses, one SYN.
 *
 *	first <= last <= received, which never decreases from row to row
 *
 * `last` is not after the whole second of `received`, which is what exporters' headers state.
 *
 * Events (synth/event_spec.h) add flows to the mix, which is the same without them, or change flows of
 * the mix.  Flows of events begin within the run, but may be exported a little after the mix has ended.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "record/builder.h"
#include "synth/curve.h"
#include "synth/dress_kind.h"
#include "synth/event_spec.h"
#include "synth/network_list.h"
#include "synth/traffic_profile.h"

struct flow_synth_options {
	uint64_t seed;
	uint64_t flows;		/* rows of the mix, in all; 0: no end */
	int64_t start_ms;	/* `received` of the first row */
	uint64_t rate;		/* rows per 1000 s of `received` time, > 0 */
	uint32_t exporters;	/* 1 .. FLOW_SYNTH_EXPORTERS_MAX */
	uint32_t ipv6_percent;	/* 0 .. 100, of conversations */
	/* Takes one packet in this many; 0 or 1: all.  packets, bytes are multiples of it.  sFlow: rows are whole. */
	uint32_t sampling;
	uint8_t version;	/* column export_version; 5: engine_type and engine_id instead of domain */
	const struct event_spec *event;	/* copied */
	size_t events;		/* at most FLOW_SYNTH_EVENTS_MAX */
	enum curve_kind curve;	/* if not CURVE_FLAT, `flows` must not be 0 */
	const struct flow_profile *profile;	/* valid by flow_profile_check; copied; NULL: the usual mix */
	const struct network_list *networks;	/* borrowed until flow_synth_new returns; NULL: all are invented */
	enum dress_kind kind;	/* the rows of a conversation */
	struct flow_fieldset fields;	/* columns besides the usual ones */
	uint32_t active_ms, inactive_ms;	/* timeouts of exporters, 1 s .. FLOW_SYNTH_TIMEOUT_MAX_MS */
	unsigned threads;		/* that make flows ahead; the rows do not depend on it */
	bool by_second;			/* a turn has flows of one second, counted from start_ms */
	struct flow_builder *whole;	/* borrowed; gets all rows before sampling; NULL: not wanted */
};

#define FLOW_SYNTH_TIMEOUT_MAX_MS 3600000

#define FLOW_SYNTH_EXPORTERS_MAX 65536
#define FLOW_SYNTH_EVENTS_MAX 1000
/* Runs with events must begin before 2200-01-01T00:00:00Z. */
#define FLOW_SYNTH_EVENTS_BEFORE_MS INT64_C(7258118400000)

/* 1 million flows in 1000 s from 1 exporter, 15 % IPv6, no sampling, from 2026-01-01T00:00:00Z. */
#define FLOW_SYNTH_OPTIONS_INIT \
	{ 1, 1000000, INT64_C(1767225600000), 1000000, 1, 15, 0, 9, NULL, 0, CURVE_FLAT, NULL, NULL, DRESS_PLAIN, \
	  { { 0 } }, 60000, 15000, 0, false, NULL }

struct flow_synth;

/* NULL when out of memory or for options out of range. */
struct flow_synth *flow_synth_new(const struct flow_synth_options *options) NODISCARD;
void flow_synth_free(struct flow_synth *s);

/* The rows that one call made, all of one exporter.  With sampling the batch has fewer of them, or none. */
struct flow_synth_turn {
	uint32_t exporter;		/* from 0 */
	size_t rows;			/* rows made; 0: the run has ended */
	bool unseen;			/* no exporter sees them: an outage, or a path past all exporters */
	const uint16_t *event;		/* of each row: from 1 in the options' order; 0: the mix.  NULL: all are 0 */
};

/* Appends at most `rows` (> 0) rows.  turn->event is valid until the next call.  FLOW_ENOMEM. */
enum flow_status flow_synth_next(struct flow_synth *s, size_t rows, struct flow_builder *out,
    struct flow_synth_turn *turn) NODISCARD;

/* Flows that event i (from 0) has had so far. */
uint64_t flow_synth_event_rows(const struct flow_synth *s, size_t i);

/* `received` of the mix's next row; after the mix's end, of the last row made. */
int64_t flow_synth_now(struct flow_synth *s);

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
