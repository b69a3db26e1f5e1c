/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Further columns of flows: MAC addresses, VLANs, labels, translations, applications.  All values
 * derive from the flow's addresses, networks and ports, so that a host keeps its own.
 */

#include "record/builder.h"
#include "synth/dress_kind.h"
#include "synth/made_rows.h"
#include "synth/talk.h"
#include "synth/world.h"

/* Turns a conversation's 1 or 2 flows into rows of that kind; returns their number, 1 or 2. */
unsigned dress_conversation(enum dress_kind kind, struct talk_flow flow[2], unsigned flows);

struct dress_options {
	enum dress_kind kind;
	int64_t scale;			/* of counters: the sampling rate */
	uint32_t active_ms;		/* the active timeout */
	const struct network *network;	/* of the world */
};

/* Writes the unusual columns of `wanted` for rows [r->at, r->at + n), before the commit.  FLOW_ENOMEM. */
enum flow_status dress_columns(const struct flow_fieldset *wanted, const struct dress_options *o, const struct rows *r,
    size_t n, struct flow_builder *out) NODISCARD;
