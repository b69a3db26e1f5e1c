/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The text by which a user asks for an event:
 *
 *	KIND[,key=value]...
 *
 *	start=10m | 2026-03-01T12:00Z	from the beginning of the run, or an instant
 *	duration=5m, ramp=30s		its length; the time to rise to the full rate, and to fall at the end
 *	rate=200, interval=60s		flows a second at the full rate, or the time between two flows
 *	jitter=10			the most by which intervals vary, in percent
 *	src=, dst=			an address, or a prefix from which addresses are drawn
 *	port=443, hosts=100		of the service; the number of sources, for kinds with many
 *	service=ssh			protocol and port of a spike
 *	exporter=0, interface=501	where it is seen
 *	name=TEXT			its name in the truth file, instead of the kind
 *
 * Blanks and tabs separate as well as commas do.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "synth/event_kind.h"

#define EVENT_NAME_MAX 31

/* Numbers and times that the text does not give are -1. */
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

/* Relative instants count from now_ms.  FLOW_EINVAL with a message that has the faulty word and the valid ones. */
enum flow_status event_spec_parse(const char *text, size_t len, int64_t now_ms, struct event_spec *out,
    struct flow_error *err) NODISCARD;
