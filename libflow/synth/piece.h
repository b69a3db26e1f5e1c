/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Flows longer than the active timeout are split into pieces, as routers export them: a record each time that the
 * timeout passes, and one at the end.  Packets and bytes of the pieces add up to those of the flow; the first one has
 * its SYN, the last one its FIN or RST.  The rest of each flow waits here until it is due.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "synth/talk.h"

struct piece {
	int64_t begin_ms;	/* of the rest */
	int64_t due_ms;		/* when its next record can be exported */
	uint32_t exporter;
	uint16_t event;		/* as in made_rows.h */
	struct talk_flow left;
};

struct pieces {
	uint32_t active_ms;
	struct piece *piece;		/* in any order; `unused` heads a linked list of unused ones */
	uint32_t *next_unused;
	struct piece_due {
		int64_t ms;
		uint32_t at;
	} *heap;			/* the first entry is due first */
	uint32_t count, made, cap;	/* pieces waiting; entries of `piece` ever used; room in all three arrays */
	uint32_t unused;
};

void pieces_init(struct pieces *p, uint32_t active_ms);
void pieces_release(struct pieces *p);

/*
 * Cuts a flow that is longer than the timeout, exported at received_ms, delay_ms after its last packet: *flow becomes
 * its first piece, exported within 0.2 s, and the rest waits.  False when out of memory.
 */
bool pieces_cut(struct pieces *p, struct talk_flow *flow, int64_t received_ms, uint32_t exporter, uint16_t event,
    struct random *r) NODISCARD;

/* The piece that is due first; NULL: none waits.  Valid until one of the other calls. */
const struct piece *pieces_first(const struct pieces *p);

/* Removes that piece for a record exported at received_ms >= its due_ms.  False when out of memory. */
bool pieces_take(struct pieces *p, int64_t received_ms, struct random *r, struct talk_flow *flow) NODISCARD;
