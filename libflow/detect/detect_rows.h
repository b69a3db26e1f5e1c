/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a batch for detectors: all have both addresses and a protocol; other values that are missing are 0. */

#include "base/attr.h"
#include "base/hash.h"
#include "detect/addr_marks.h"
#include "net/addr.h"
#include "record/batch.h"
#include "record/select.h"

/* Rows processed together: few enough for their arrays to stay in the L1 and L2 caches. */
#define DETECT_ROWS 512

/* The parsed addresses of the current dictionary. */
struct addr_cache {
	uint64_t serial;
	uint32_t cap;
	struct addr *addr;
	uint64_t *hash;		/* 0: not parsed yet; 1: no address */
	uint32_t *mark;		/* detect/addr_marks.h; NULL if marks.listed is */
	struct addr_marks marks;	/* set by the owner, before the first batch */
};

struct detect_rows {
	uint32_t n;
	const struct addr *src[DETECT_ROWS], *dst[DETECT_ROWS];
	uint64_t src_hash[DETECT_ROWS], dst_hash[DETECT_ROWS];
	uint32_t src_mark[DETECT_ROWS], dst_mark[DETECT_ROWS];	/* 0 without lists */
	int64_t first_ms[DETECT_ROWS], last_ms[DETECT_ROWS];
	uint64_t packets[DETECT_ROWS], bytes[DETECT_ROWS];
	uint64_t rev_packets[DETECT_ROWS], rev_bytes[DETECT_ROWS];
	uint16_t sport[DETECT_ROWS], dport[DETECT_ROWS];
	uint16_t flags[DETECT_ROWS];	/* TCP flags; 0: not known */
	uint8_t proto[DETECT_ROWS];
	uint8_t icmp_type[DETECT_ROWS];
	bool sampled[DETECT_ROWS];	/* the exporter sampled packets */
	/* Filled by detect/contacts.h. */
	uint8_t contact[DETECT_ROWS], mate[DETECT_ROWS];
};

/* Adds the columns that rows are made of. */
void detect_rows_fields(struct flow_fieldset *set);

void addr_cache_release(struct addr_cache *cache);

/*
 * _begin makes the caches ready for a batch; false when out of memory.  _next fills r with up to DETECT_ROWS selected
 * rows from *at on, and advances *at; false when none are left.
 */
bool detect_rows_begin(struct addr_cache cache[2], const struct flow_batch *batch, const struct flow_selection *sel);
bool detect_rows_next(struct detect_rows *r, struct addr_cache cache[2], const struct flow_batch *batch,
    const struct flow_selection *sel, uint32_t *at);
