/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sequence numbers of one source: distinguishes loss from reordering, restarts,
 * several counters and exporters that count wrongly.  The unit is the protocol's.
 *
 *   number == next              nothing missing
 *   number  > next, near        number - next units lost (they may come late)
 *   number  < next, near        late; what it carries is no longer lost
 *   far away, uptime went back, the exporter restarted: nothing is known to be
 *   or three "late" in a row    lost
 *   that follow each other
 *   number continues an earlier two senders, processes or line cards, share the identity
 *   count, or where a gap began and count separately: no restart, no loss
 *   uptime went back, but the   several clocks (line cards with one count): its uptimes
 *   number is next              do not show reboots
 *   same number again and again the exporter does not count: no accounting
 *   steps fit the other unit    the exporter counts in it (v9: flows instead of
 *                               datagrams; IPFIX: templates too), and so do we
 */

#include <stdbool.h>
#include <stdint.h>

/* At most this many counters of a source are kept, those used last. */
#define SEQUENCE_COUNTERS 4

/* One count, of one sender. */
struct sequence_counter {
	bool known;		/* next is meaningful */
	bool has_uptime, use_other;
	bool replaced;		/* it is taken for a restart of counter `before` */
	bool shared;		/* it runs beside another */
	bool many_clocks;	/* its uptimes are of several clocks: they show no reboots */
	uint8_t before;
	uint8_t late_run, same_run, other_run;
	bool late_mixed;	/* datagrams of other counters came between those of late_run */
	uint32_t next;
	uint32_t last, last_advance, last_other;	/* the last datagram's */
	uint32_t late_next;
	uint32_t uptime_ms;
	uint32_t used;		/* the step that used it last */
	uint32_t gap_next;	/* next number within the last gap */
	uint32_t gap_left;	/* units of that gap still missing */
	uint32_t gap_step;	/* the step that made it */
	uint64_t run_lost;	/* counted lost during other_run */
	uint64_t late_taken;	/* taken back from `lost` during late_run */
};

/* All zero: nothing is known. */
struct sequence {
	uint8_t counters, active;
	uint32_t steps;
	struct sequence_counter counter[SEQUENCE_COUNTERS];
	uint64_t lost, late, restarts;
};

/* The sequence number of a datagram, and its content in units. */
struct sequence_step {
	uint32_t number;
	uint32_t advance;	/* units that it carries */
	uint32_t other;		/* the same in the unit that some exporters use instead */
	bool unsure;		/* advance is unknown: data without template */
	bool has_uptime;
	uint32_t uptime_ms;
};

void sequence_take(struct sequence *q, const struct sequence_step *step);

/* Forgets all counters; lost, late and restarts stay. */
void sequence_forget(struct sequence *q);

/* Resets lost, late and restarts to zero. */
void sequence_count_anew(struct sequence *q);

/* How many counters run in parallel; normally 1. */
unsigned sequence_senders(const struct sequence *q);
