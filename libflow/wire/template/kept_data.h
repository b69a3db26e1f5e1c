/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sets of option data (sampling rates, names of interfaces, ...) that an exporter sent last, for receivers that were
 * away.  Exporters repeat them, so equal sets are kept once, in the order in which they came last.  Bounded: 256 sets,
 * 64 KiB; beyond that, the oldest are forgotten.
 */

#include <stddef.h>
#include <stdint.h>

struct kept_set {
	uint64_t hash;
	uint16_t id;			/* of its template */
	uint16_t records;
	size_t len;
	uint8_t *bytes;			/* without the set's header; owned */
};

struct kept_data {
	struct kept_set *set;
	size_t count, bytes;
};

#define KEPT_DATA_INIT { NULL, 0, 0 }

/* Keeps the contents of a set of that template with `records` records; does nothing when out of memory. */
void kept_data_take(struct kept_data *k, uint16_t id, const uint8_t *bytes, size_t len, unsigned records);

/* Forgets the sets of a template that changed. */
void kept_data_drop(struct kept_data *k, uint16_t id);
void kept_data_clear(struct kept_data *k);

/*
 * How many records there are in a set by an options template, as it was sent (RFC 3954 6.1, RFC 7011 3.4.2.2), of v9
 * or IPFIX; 0 where it does not fit.
 */
unsigned kept_data_records(uint16_t version, const uint8_t *template, size_t template_len, const uint8_t *bytes,
    size_t len);
