/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Invented dialogues of exporters, from a seed: v9 and IPFIX, templates that are defined, redefined
 * and withdrawn, rates by 34/35, 305/306, 48/50 and of interfaces, selection sequences, names and
 * types that change, data before its template, boots, lost and late datagrams, clocks that are set,
 * ports that change.
 */

#include "base/buf.h"
#include "wire/decode.h"

enum happening {
	HAPPENS_DATAGRAM,
	HAPPENS_EXPIRE,		/* flow_decoder_expire at received_ms */
	HAPPENS_SESSION_END,
	HAPPENS_CUT,		/* a slot ends here, and perhaps the process */
};

struct event {
	enum happening what;
	struct flow_datagram datagram;	/* its bytes are an offset into dialogue.bytes until the end */
	size_t at;
};

struct dialogue {
	struct event *event;
	size_t events, cap;
	struct buf bytes;
};

/* Of `events` events; aborts when out of memory. */
void dialogue_make(struct dialogue *dialogue, uint64_t seed, size_t events);
void dialogue_free(struct dialogue *dialogue);

/* A number below `below`. */
uint64_t dialogue_draw(uint64_t *state, uint64_t below);
