/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Evidence minute by minute, for detectors that compare a minute with a rate.  A record is the part of a row that is
 * in one minute, in proportion to the time (detect/minutes.h); its key is the end that is judged, the peer the other.
 */

#include "detect/detector.h"
#include "detect/minutes.h"

/* Kinds of rows: kind 0 is judged and is sorted first; a detector compares it with the others. */
#define MINUTE_KINDS 3

/* One row's part in one minute. */
struct minute_record {
	uint64_t hash;
	struct addr key, peer;
	int64_t minute;
	uint64_t packets, bytes;
	int64_t first_ms, last_ms;	/* of the row */
	uint16_t port;
	uint8_t proto, kind;
	bool begins;			/* the row's first part */
};

/* The key that a row is evidence of. */
struct minute_key {
	uint64_t hash;
	bool is_source;			/* the key is the row's source, else its destination */
	uint16_t port;			/* of the key, beside the protocol; 0: none */
	uint8_t kind;
};

/* The hash of a key and a minute, for the tally. */
static inline uint64_t
minute_hash(uint64_t hash, int64_t minute)
{
	return detect_key(hash, (uint64_t)minute);
}

/* Keeps the parts of row i in those minutes that may reach a threshold (tally_enough of minute_hash).  FLOW_ENOMEM. */
enum flow_status minute_records_keep(const struct detect_context *c, const struct detect_rows *r, uint32_t i,
    const struct minute_key *key, struct evidence_log *log) NODISCARD;

/* The sums of a key's minute. */
struct minute_sum {
	uint64_t packets[MINUTE_KINDS], bytes[MINUTE_KINDS], flows[MINUTE_KINDS];	/* by kind */
	uint64_t peers;			/* of the first kind */
};

/* A minute's amount by the threshold; below 1 it is no finding, else it is added to *f. */
typedef double minute_judge(const struct detect_context *c, const struct minute_sum *sum, struct finding *f);

/*
 * Turns all evidence of some keys into findings.  Times and flows are those of kind 0; the score is 50 at the threshold
 * and halves its distance to 100 with each doubling.  FLOW_ENOMEM.
 */
enum flow_status minute_records_judge(const struct detect_context *c, struct minute_record *e, size_t n,
    minute_judge *judge, struct findings *out) NODISCARD;

/* The index in finding.count of the number of flows. */
#define MINUTE_FLOWS 2
