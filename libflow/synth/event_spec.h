/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * One event as a user asks for it:
 *
 *	KIND[,key=value]...
 *
 *	start=10m | 2026-03-01T12:00Z	from the beginning of the run, or an instant
 *	duration=5m, ramp=30s		how long; and how long until all of it is there, and at the end gone
 *	rate=200, interval=60s		flows a second when all of it is there, or the time between two
 *	jitter=10			intervals differ by up to so many percent
 *	src=, dst=			an address, or a prefix out of which they are drawn
 *	port=443, hosts=100		of the service; how many sources where there are many
 *	service=ssh			protocol and port of a spike
 *	exporter=0, interface=501	where it is seen
 *	name=TEXT			what the truth calls it, instead of the kind
 *
 * Blanks and tabs separate as well as commas do.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "synth/event_kind.h"

#define EVENT_NAME_MAX 31

/* Of numbers and times -1 stands for: not said. */
struct event_spec {
	const struct event_kind *kind;
	char name[EVENT_NAME_MAX + 1];
	int64_t start_ms;		/* from the beginning, or an instant */
	bool start_is_instant;
	int64_t duration_ms, ramp_ms;
	int64_t gap_ns;			/* between two flows */
	int32_t jitter;			/* percent */
	int32_t proto, port, hosts, exporter;
	int64_t interface;
	struct addr src, dst;
	int16_t src_bits, dst_bits;	/* of its own family */
};

/* Instants relative to now count from now_ms.  FLOW_EINVAL with a message that has the word and what is known. */
enum flow_status event_spec_parse(const char *text, size_t len, int64_t now_ms, struct event_spec *out,
    struct flow_error *err) NODISCARD;
