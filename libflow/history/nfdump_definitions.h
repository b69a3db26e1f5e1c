/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What records of a file of nfdump define for its flows: exporters, their samplers, extension maps (layout 1) and
 * names of applications.  Flows refer to them by number.  A definition counts from its block on; where several
 * threads of nfcapd wrote the file, it may stand behind the flows that refer to it, so that where none comes before
 * a flow, the next one counts.
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
	int64_t id;		/* selector, or one of the following */
	uint32_t rate;		/* one in so many, rounded; at least 1 */
};

/* Samplers that are no selectors, in the order in which nfcapd prefers them: the first wins over selectors. */
enum nfdump_sampler_id {
	NFDUMP_SAMPLER_GIVEN = -3,	/* nfcapd -s -RATE */
	NFDUMP_SAMPLER_GENERIC = -1,	/* what the exporter announces for all its flows */
	NFDUMP_SAMPLER_DEFAULT = -2,	/* nfcapd -s RATE */
};

/* Layout 1: which extensions the records that refer to it have, in this order. */
struct nfdump_map {
	uint16_t number;
	size_t block;
	const uint16_t *extension;
	size_t count;
};

/* For a file with so many blocks; NULL when out of memory. */
struct nfdump_definitions *nfdump_definitions_new(size_t blocks);
void nfdump_definitions_free(struct nfdump_definitions *d);

/*
 * Reads the definitions of all blocks, the first time; threads that call it meanwhile share the work, and wait for
 * the others.  Damaged blocks are passed over: whoever reads their flows tells of them.  FLOW_ENOMEM.
 */
enum flow_status nfdump_definitions_read(const struct nfdump_file *file) NODISCARD;

/* After that: what counts for a flow of `block`; NULL: nothing is defined. */
const struct nfdump_exporter *nfdump_exporter_find(const struct nfdump_definitions *d, uint16_t number,
    size_t block);
const struct nfdump_map *nfdump_map_find(const struct nfdump_definitions *d, uint16_t number, size_t block);

/* The rate of a flow whose record refers to a selector (0: none); 0: not known. */
uint32_t nfdump_rate_find(const struct nfdump_definitions *d, uint16_t exporter, size_t block, uint64_t selector);

/* The name of an application, not terminated; NULL: it has none. */
const char *nfdump_app_name(const struct nfdump_definitions *d, const uint8_t *id, size_t len, size_t *name_len);
