/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Definitions in a file of nfdump that its flows refer to by number: exporters, their samplers, extension maps
 * (layout 1) and names of applications.  A definition holds from its block on.  Several threads of nfcapd may
 * have written it behind the flows that refer to it: a flow without an earlier definition takes the next one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

struct nfdump_file;
struct nfdump_definitions;

struct nfdump_exporter {
	uint16_t number;
	size_t block;
	struct addr addr;
	uint32_t version;	/* of its exports; 9999: sFlow */
	uint32_t domain;	/* source id, observation domain, engine */
};

struct nfdump_sampler {
	uint16_t number;	/* of the exporter */
	size_t block;
	int64_t id;		/* a selector (>= 0), or an enum nfdump_sampler_id */
	uint32_t rate;		/* one packet in n, rounded; at least 1 */
};

/* Samplers without a selector.  nfcapd prefers GIVEN to selectors, selectors to GENERIC, GENERIC to DEFAULT. */
enum nfdump_sampler_id {
	NFDUMP_SAMPLER_GIVEN = -3,	/* nfcapd -s -RATE */
	NFDUMP_SAMPLER_GENERIC = -1,	/* what the exporter announces for all its flows */
	NFDUMP_SAMPLER_DEFAULT = -2,	/* nfcapd -s RATE */
};

/* Layout 1: the extensions, in this order, of the records that refer to the map. */
struct nfdump_map {
	uint16_t number;
	size_t block;
	const uint16_t *extension;
	size_t count;
};

/* For a file of `blocks` blocks; NULL when out of memory. */
struct nfdump_definitions *nfdump_definitions_new(size_t blocks);
void nfdump_definitions_free(struct nfdump_definitions *d);

/*
 * The first call reads the definitions of all blocks; threads that call it meanwhile share the work, and wait for
 * the others.  Damaged blocks are skipped: the reader of their flows reports them.  FLOW_ENOMEM.
 */
enum flow_status nfdump_definitions_read(const struct nfdump_file *file) NODISCARD;

/* After that: the definition for a flow of `block`; NULL: there is none. */
const struct nfdump_exporter *nfdump_exporter_find(const struct nfdump_definitions *d, uint16_t number,
    size_t block);
const struct nfdump_map *nfdump_map_find(const struct nfdump_definitions *d, uint16_t number, size_t block);

/* The sampling rate of a flow whose record refers to a selector (0: to none); returns 0 if unknown. */
uint32_t nfdump_rate_find(const struct nfdump_definitions *d, uint16_t exporter, size_t block, uint64_t selector);

/* The name of an application, not terminated; NULL: it has none. */
const char *nfdump_app_name(const struct nfdump_definitions *d, const uint8_t *id, size_t len, size_t *name_len);
