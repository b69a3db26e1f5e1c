/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The interface of a detector, which answers one question with one table. */

#include "detect/detect.h"
#include "detect/detect_rows.h"
#include "detect/evidence_log.h"
#include "detect/evidence_sort.h"
#include "detect/finding.h"
#include "detect/key_tally.h"

/* Facts about all rows together, found in pass 1. */
struct detect_scope {
	bool answers_seen;		/* see pairing.h */
};

struct detect_context {
	const struct flow_detect_options *options;
	const struct detect_scope *scope;
	struct tally *tally;
	unsigned from, to;	/* shares of keys whose evidence is kept */
};

struct detector {
	unsigned what;		/* the bit of enum flow_detect_what */
	const char *title;
	size_t record;		/* bytes of a record of evidence, which begins with the key's hash, a uint64_t */
	enum tally_use use;
	/* Pass 1: adds to the tally, for each key no less than it has, or marks keys that have enough. */
	void (*count)(const struct detect_context *c, const struct detect_rows *r);
	/* The counter from which on a key may reach its threshold, below 2^31. */
	uint64_t (*least)(const struct flow_detect_options *options);
	/* Pass 2: adds evidence of keys whose counter is large enough. FLOW_ENOMEM. */
	enum flow_status (*keep)(const struct detect_context *c, const struct detect_rows *r,
	    struct evidence_log *log);
	/* Turns all evidence of some keys, in any order, into findings; may reorder it. FLOW_ENOMEM. */
	enum flow_status (*judge)(const struct detect_context *c, void *evidence, size_t n, struct findings *out);
	const struct finding_column *column;
	size_t columns;
	/* Appends the filter that selects a finding's flows. */
	void (*filter)(const struct finding *f, struct buf *out);
	/* The text of FINDING_TEXT n; NULL: there is none. */
	const char *(*text)(const struct flow_detect_options *options, const struct finding *f, unsigned n);
};

extern const struct detector scan_of_hosts, scan_of_ports, beacons, syn_floods, other_floods, reflections, leaks,
    listed;

/* Whether a key is in the current shares, so that its evidence is kept. */
static inline bool
detect_is_kept(const struct detect_context *c, uint64_t hash)
{
	return log_part(hash) >= c->from && log_part(hash) < c->to;
}

/* 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291), and 255.255.255.255: no single host. */
static inline bool
detect_is_multicast(const struct addr *a)
{
	if (!addr_is_v4(a))
		return a->b[0] == 0xff;
	return (a->b[12] & 0xf0) == 224 || (addr_lo(a) & UINT32_MAX) == UINT32_MAX;
}

/* Adds; on overflow the sum is UINT64_MAX. */
static inline void
detect_add_up(uint64_t *sum, uint64_t more)
{
	*sum = *sum + more < *sum ? UINT64_MAX : *sum + more;
}

/* Mixes more of a key into the hash of its address. */
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

/* Appends the condition that flows lie within the finding's time. */
void detect_put_times(struct buf *out, const struct finding *f);

/* Appends an address in the filter's syntax. */
void detect_put_addr(struct buf *out, const struct addr *a);
