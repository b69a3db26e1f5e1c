/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a batch as detectors look at them: both ends and a protocol are known, the rest is 0 where it is not. */

#include "base/attr.h"
#include "base/hash.h"
#include "detect/addr_marks.h"
#include "net/addr.h"
#include "record/batch.h"
#include "record/select.h"

/* Rows that are looked at together: their arrays stay in a core's first caches. */
#define DETECT_ROWS 512

/* Addresses of a dictionary that were parsed, until another comes. */
struct addr_cache {
	uint64_t serial;
	uint32_t cap;
	struct addr *addr;
	uint64_t *hash;		/* 0: not parsed yet; 1: no address */
	uint32_t *mark;		/* detect/addr_marks.h; NULL where nothing is looked up */
	struct addr_marks marks;	/* set by the owner, before the first batch */
};

struct detect_rows {
	uint32_t n;
	const struct addr *src[DETECT_ROWS], *dst[DETECT_ROWS];
	uint64_t src_hash[DETECT_ROWS], dst_hash[DETECT_ROWS];
	uint32_t src_mark[DETECT_ROWS], dst_mark[DETECT_ROWS];	/* 0 where nothing is looked up */
	int64_t first_ms[DETECT_ROWS], last_ms[DETECT_ROWS];
	uint64_t packets[DETECT_ROWS], bytes[DETECT_ROWS];
	uint64_t rev_packets[DETECT_ROWS], rev_bytes[DETECT_ROWS];
	uint16_t sport[DETECT_ROWS], dport[DETECT_ROWS];
	uint16_t flags[DETECT_ROWS];	/* of TCP; 0: not known */
	uint8_t proto[DETECT_ROWS];
	uint8_t icmp_type[DETECT_ROWS];
	bool sampled[DETECT_ROWS];	/* one packet in several was looked at */
	/* What detect/contacts.h makes of them. */
	uint8_t contact[DETECT_ROWS], mate[DETECT_ROWS];
};

/* The columns that rows are made of. */
void detect_rows_fields(struct flow_fieldset *set);

void addr_cache_release(struct addr_cache *cache);

/*
 * Makes the caches ready for a batch; false when out of memory.  Then fills r from selected rows *at on, at most
 * DETECT_ROWS of them, and moves *at; false when there are none left.
 */
bool detect_rows_begin(struct addr_cache cache[2], const struct flow_batch *batch, const struct flow_selection *sel);
bool detect_rows_next(struct detect_rows *r, struct addr_cache cache[2], const struct flow_batch *batch,
    const struct flow_selection *sel, uint32_t *at);
