/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Facts from option data: names and rates by kind and number, in a hash table
 * that its owner bounds.  An entry is a number, a text, or both.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum known_kind {
	KNOWN_SAMPLER_RATE = 1,	/* key: sampler or selector id; number: factor (rate_pack) */
	KNOWN_SAMPLER_NAME,
	KNOWN_INTERFACE_RATE,	/* key: ifIndex */
	KNOWN_INTERFACE_NAME,
	KNOWN_INTERFACE_TEXT,
	KNOWN_DOMAIN_RATE,	/* key: 0 */
	KNOWN_VRF_NAME,		/* key: VRF id */
	KNOWN_APP_NAME,		/* key: application id, big-endian bytes, at most 7 */
	KNOWN_SEQUENCE,		/* key: selection sequence; text: its selectors, 8 bytes each */
	KNOWN_TYPE,		/* key: PEN << 16 | element; number: enum element_type; text: name */
	KNOWN_TEMPLATE_RATE,	/* key: template id */
	KNOWN_LINE_CARD_RATE,	/* key: line card */
	KNOWN_POINT_RATE,	/* key: observation point */
	KNOWN_OTHER_DOMAIN_RATE,	/* of an exporter: announced by one domain for another, which is the key */
	KNOWN_INTERFACE_SPEED,	/* key: ifIndex; number: b/s */
	KNOWN_KINDS_END
};

/* Whether the entry's number is a sampling factor for records of its source. */
static inline bool
known_is_rate(enum known_kind kind)
{
	return kind == KNOWN_SAMPLER_RATE || kind == KNOWN_INTERFACE_RATE || kind == KNOWN_DOMAIN_RATE ||
	    kind == KNOWN_TEMPLATE_RATE || kind == KNOWN_LINE_CARD_RATE || kind == KNOWN_POINT_RATE;
}

/* Keys have 56 bits. */
#define KNOWN_KEY_MAX ((UINT64_C(1) << 56) - 1)
#define KNOWN_TEXT_MAX 255

struct known_entry {
	uint64_t key;		/* kind << 56 | key; 0: empty */
	uint64_t number;
	uint32_t owner;		/* who announced it: as given to known_put */
	uint32_t len;
	char *text;
};

struct known {
	struct known_entry *slot;
	size_t slots;		/* 0 or a power of two */
	size_t used;
};

void known_free(struct known *k);

/* Allocates the slots of a new table, a power of two, at least the minimum; it grows when half full. */
enum flow_status known_begin(struct known *k, size_t slots) NODISCARD;

/* The entry, or NULL; valid until the next put. */
struct known_entry *known_find(const struct known *k, enum known_kind kind, uint64_t key);

/*
 * Sets an entry (made if new, unless the table has `limit` entries: FLOW_ELIMIT).
 * A text is cut at KNOWN_TEXT_MAX bytes; *added tells whether the entry is new.
 */
enum flow_status known_put(struct known *k, enum known_kind kind, uint64_t key, uint64_t number,
    uint32_t owner, const char *text, size_t len, size_t limit, bool *added) NODISCARD;

static inline enum known_kind
known_entry_kind(const struct known_entry *e)
{
	return (enum known_kind)(e->key >> 56);
}

static inline uint64_t
known_entry_key(const struct known_entry *e)
{
	return e->key & KNOWN_KEY_MAX;
}
