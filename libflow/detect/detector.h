/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a detector is to the passes: one question, one table. */

#include "detect/detect.h"
#include "detect/detect_rows.h"
#include "detect/evidence_log.h"
#include "detect/evidence_sort.h"
#include "detect/finding.h"
#include "detect/key_tally.h"

/* What all rows say, whatever their keys: made in pass 1. */
struct detect_scope {
	bool answers_seen;		/* see pairing.h */
};

struct detect_context {
	const struct flow_detect_options *options;
	const struct detect_scope *scope;
	struct tally *tally;
	unsigned from, to;	/* shares of keys that evidence is kept of */
};

struct detector {
	unsigned what;		/* the bit of enum flow_detect_what */
	const char *title;
	size_t record;		/* bytes of evidence; it begins with the key's hash, a uint64_t */
	enum tally_use use;
	/* Pass 1: adds to the tally what keys may have, or marks those that have it. */
	void (*count)(const struct detect_context *c, const struct detect_rows *r);
	/* The least of a counter whose keys may have enough, below 2^31. */
	uint64_t (*least)(const struct flow_detect_options *options);
	/* Pass 2: evidence of keys that may have enough. FLOW_ENOMEM. */
	enum flow_status (*keep)(const struct detect_context *c, const struct detect_rows *r,
	    struct evidence_log *log);
	/* Evidence of some keys, in any order, to findings; it may be reordered. FLOW_ENOMEM. */
	enum flow_status (*judge)(const struct detect_context *c, void *evidence, size_t n, struct findings *out);
	const struct finding_column *column;
	size_t columns;
	/* The filter of the flows behind a finding. */
	void (*filter)(const struct finding *f, struct buf *out);
	/* The text of FINDING_TEXT n; NULL: there is none. */
	const char *(*text)(const struct flow_detect_options *options, const struct finding *f, unsigned n);
};

extern const struct detector scan_of_hosts, scan_of_ports, beacons, syn_floods, other_floods, reflections, leaks, listed;

/* Whether evidence of a key is kept in this share. */
static inline bool
detect_is_kept(const struct detect_context *c, uint64_t hash)
{
	return log_part(hash) >= c->from && log_part(hash) < c->to;
}

/* 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291), and 255.255.255.255: what many asked for, or nobody did. */
static inline bool
detect_is_multicast(const struct addr *a)
{
	if (!addr_is_v4(a))
		return a->b[0] == 0xff;
	return (a->b[12] & 0xf0) == 224 || (addr_lo(a) & UINT32_MAX) == UINT32_MAX;
}

/* Adds, up to the greatest number. */
static inline void
detect_add_up(uint64_t *sum, uint64_t more)
{
	*sum = *sum + more < *sum ? UINT64_MAX : *sum + more;
}

/* The hash of a key that has more than an address. */
static inline uint64_t
detect_key(uint64_t hash, uint64_t more)
{
	return hash_mix64(hash ^ (more + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

/*
 * Rows [from, from + rows) of `total` findings as a table that the caller frees, each with the command that shows its
 * flows.  FLOW_ENOMEM.
 */
enum flow_status finding_table(const struct detector *d, const struct flow_detect_options *o,
    const struct finding *list, uint64_t from, size_t rows, uint64_t total, struct flow_table **out) NODISCARD;

/* Appends that flows lie within the finding's time. */
void detect_put_times(struct buf *out, const struct finding *f);

/* Appends an address as a filter has it. */
void detect_put_addr(struct buf *out, const struct addr *a);
