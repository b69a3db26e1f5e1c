/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sequence numbers of one source: loss told from reordering, restarts and
 * exporters that count wrongly.  The unit is the protocol's.
 *
 *   number == next              nothing missing
 *   number  > next, near        number - next units lost (they may come late)
 *   number  < next, near        late; what it carries is no longer lost
 *   far away, uptime went back, the exporter began anew: nothing is known to be
 *   or three "late" in a row    lost
 *   that follow each other
 *   same number again and again the exporter does not count: no accounting
 *   steps of the other unit     the exporter counts that (v9: flows instead of
 *                               datagrams; IPFIX: templates too): so do we
 */

#include <stdbool.h>
#include <stdint.h>

struct sequence {
	bool known;		/* next is meaningful */
	bool has_uptime;
	uint32_t next;
	uint32_t last, last_advance, last_other;	/* the last datagram's */
	uint32_t late_next;
	uint8_t late_run, same_run, other_run;
	bool use_other;
	uint32_t uptime_ms;
	uint64_t run_lost;	/* counted in the current run of other_run */
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
