/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a key has minute by minute, for detectors that compare a minute with a rate: parts of rows, in proportion to the
 * time (detect/minutes.h), by the end that is judged, what came from whom.
 */

#include "detect/detector.h"
#include "detect/minutes.h"

/* Of a minute the first kind comes first; the others are what a detector compares it with. */
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

/* Whose evidence a row is. */
struct minute_key {
	uint64_t hash;
	bool is_source;			/* else the row's destination is */
	uint16_t port;			/* of the key, beside the protocol; 0: none */
	uint8_t kind;
};

/* What counts of a key in one minute. */
static inline uint64_t
minute_hash(uint64_t hash, int64_t minute)
{
	return detect_key(hash, (uint64_t)minute);
}

/* The parts of row i in minutes that may have enough, by tally_enough of minute_hash.  FLOW_ENOMEM. */
enum flow_status minute_records_keep(const struct detect_context *c, const struct detect_rows *r, uint32_t i,
    const struct minute_key *key, struct evidence_log *log) NODISCARD;

/* What one minute of a key has. */
struct minute_sum {
	uint64_t packets[MINUTE_KINDS], bytes[MINUTE_KINDS], flows[MINUTE_KINDS];	/* by kind */
	uint64_t peers;			/* of the first kind */
};

/* By how much a minute is a finding, of the threshold: below 1 it is none.  What is told of it is added. */
typedef double minute_judge(const struct detect_context *c, const struct minute_sum *sum, struct finding *f);

/*
 * All evidence of some keys to findings; one has the times and flows of the first kind, and the score: 50 at the threshold
 * and nearer to 100 by half for each time that it is doubled.  FLOW_ENOMEM.
 */
enum flow_status minute_records_judge(const struct detect_context *c, struct minute_record *e, size_t n,
    minute_judge *judge, struct findings *out) NODISCARD;

/* Where a finding's flows are counted. */
#define MINUTE_FLOWS 2
