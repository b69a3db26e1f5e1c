/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sequence numbers of one source: loss told from reordering, restarts, several
 * counters and exporters that count wrongly.  The unit is the protocol's.
 *
 *   number == next              nothing missing
 *   number  > next, near        number - next units lost (they may come late)
 *   number  < next, near        late; what it carries is no longer lost
 *   far away, uptime went back, the exporter began anew: nothing is known to be
 *   or three "late" in a row    lost
 *   that follow each other
 *   what a count before goes    it is another sender's: two processes, or line cards, share the
 *   on from after all, or a     identity and count each for itself; no restart, and no loss
 *   gap's beginning
 *   uptime went back, but the  its uptimes are those of several clocks (line cards with one count) and say
 *   number is next             nothing of boots
 *   same number again and again the exporter does not count: no accounting
 *   steps of the other unit     the exporter counts that (v9: flows instead of
 *                               datagrams; IPFIX: templates too): so do we
 */

#include <stdbool.h>
#include <stdint.h>

/* Counters of a source that are told apart; of more, those used last. */
#define SEQUENCE_COUNTERS 4

/* One count, of one sender. */
struct sequence_counter {
	bool known;		/* next is meaningful */
	bool has_uptime, use_other;
	bool replaced;		/* it is held for a restart of counter `before` */
	bool shared;		/* it goes on beside another */
	bool many_clocks;	/* its uptimes say nothing */
	uint8_t before;
	uint8_t late_run, same_run, other_run;
	bool late_mixed;	/* others came between those of late_run */
	uint32_t next;
	uint32_t last, last_advance, last_other;	/* the last datagram's */
	uint32_t late_next;
	uint32_t uptime_ms;
	uint32_t used;		/* the step that used it last */
	uint32_t gap_next;	/* where what the last gap left out goes on; and how much of it is missing */
	uint32_t gap_left;
	uint32_t gap_step;	/* the step that left it out */
	uint64_t run_lost;	/* counted in the current run of other_run */
	uint64_t late_taken;	/* of what was lost before, by the current late_run */
};

/* All zero: nothing is known. */
struct sequence {
	uint8_t counters, active;
	uint32_t steps;
	struct sequence_counter counter[SEQUENCE_COUNTERS];
	uint64_t lost, late, restarts;
};

/* What a datagram says about its sequence. */
struct sequence_step {
	uint32_t number;
	uint32_t advance;	/* units that it carries */
	uint32_t other;		/* the same in the unit that some exporters use instead */
	bool unsure;		/* advance is unknown: data without template */
	bool has_uptime;
	uint32_t uptime_ms;
};

void sequence_take(struct sequence *q, const struct sequence_step *step);

/* Where the numbers stand is not known any more; lost, late and restarts stay. */
void sequence_forget(struct sequence *q);

/* lost, late and restarts count anew. */
void sequence_count_anew(struct sequence *q);

/* How many counters go on beside each other; 1 is the rule. */
unsigned sequence_senders(const struct sequence *q);
