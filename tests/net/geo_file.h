/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Writes small databases by the specification of MaxMind's format, version 2.0: a binary
 * tree of prefixes with records of 24 bits, a data section and metadata.
 */

#include "base/buf.h"
#include "net/geo.h"

struct geo_file_place {
	const char *continent;
	double longitude, latitude;
};

struct geo_file_entry {
	const char *prefix;		/* ADDRESS/BITS; no two overlap */
	const char *country, *city, *as_org;	/* NULL: no such member */
	bool flat;			/* country_code, city, as_name instead of nested maps */
	const struct geo_file_place *place;	/* NULL: no such members */
};

/* version: 6 (IPv4 lies at ::/96), or 4.  False for what it cannot write. */
bool geo_file_make(const struct geo_file_entry *entry, size_t n, unsigned version,
    struct buf *out);

/* A database of these, of version 6, opened; NULL if that fails. */
struct flow_geo *geo_file_open(const struct geo_file_entry *entry, size_t n);
