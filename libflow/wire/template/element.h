/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Information elements by number, made from wire/template/element.def. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

/* RFC 5103: the reverse direction of IANA's elements. */
#define ELEMENT_REVERSE_PEN 29305u
#define ELEMENT_NPROBE_PEN 35632u

/* How the bytes of a value are read; the order of RFC 7012's types does not matter. */
enum element_type {
	ELEMENT_OCTETS,
	ELEMENT_U8,
	ELEMENT_U16,
	ELEMENT_U32,
	ELEMENT_U64,
	ELEMENT_S32,		/* any signed */
	ELEMENT_FLOAT,
	ELEMENT_BOOL,
	ELEMENT_MAC,
	ELEMENT_STRING,
	ELEMENT_IPV4,
	ELEMENT_IPV6,
	ELEMENT_SECONDS,
	ELEMENT_MILLIS,
	ELEMENT_MICROS,		/* NTP 32.32 */
	ELEMENT_NANOS,		/* NTP 32.32 */
	ELEMENT_LIST,		/* RFC 6313 */
};

enum element_use {
	ELEMENT_USE_EXTRA,
	ELEMENT_USE_SKIP,
	ELEMENT_USE_COLUMN,	/* the least rank of a template wins */
	ELEMENT_USE_FILL,	/* a column's other family */
	ELEMENT_USE_ROLE,
};

enum element_role {
	/* Times: two of each, first and last, in order of trust. */
	ROLE_FIRST_MS, ROLE_LAST_MS,
	ROLE_FIRST_US, ROLE_LAST_US,
	ROLE_FIRST_NS, ROLE_LAST_NS,
	ROLE_FIRST_S, ROLE_LAST_S,
	ROLE_FIRST_DELTA, ROLE_LAST_DELTA,
	ROLE_FIRST_UPTIME, ROLE_LAST_UPTIME,
	ROLE_EVENT_MS, ROLE_EVENT_US, ROLE_EVENT_NS, ROLE_EVENT_S,
	ROLE_DURATION_MS, ROLE_DURATION_US,
	ROLE_SYSTEM_INIT,
	/* Sampling. */
	ROLE_INTERVAL, ROLE_RANDOM_INTERVAL,
	ROLE_SAMPLER, ROLE_SELECTOR, ROLE_SEQUENCE,
	ROLE_PACKET_INTERVAL, ROLE_PACKET_SPACE,
	ROLE_SIZE, ROLE_POPULATION, ROLE_PROBABILITY,
	/* Values that need more than a copy. */
	ROLE_ICMP4, ROLE_ICMP6,
	ROLE_ICMP4_TYPE, ROLE_ICMP4_CODE, ROLE_ICMP6_TYPE, ROLE_ICMP6_CODE,
	ROLE_TTL,
	ROLE_APP_ID,
	ROLE_IN_ACL, ROLE_OUT_ACL,
	ROLE_CLIENT_MS, ROLE_SERVER_MS, ROLE_APP_MS,
	/* Pieces of a packet, and what is to be known to read them. */
	ROLE_FRAME_SECTION, ROLE_MPLS_SECTION, ROLE_IP_SECTION,
	ROLE_FRAME_SIZE, ROLE_FRAME_TYPE, ROLE_SECTION_OFFSET,
	ROLE_COUNT
};

#define ELEMENT_RANK_POST 3	/* post counters stand in for missing ones at this rank */

struct element {
	uint32_t pen;
	uint16_t id;
	uint8_t type;		/* enum element_type */
	uint8_t use;		/* enum element_use */
	uint8_t arg;		/* enum flow_field or enum element_role */
	uint8_t rank;
	const char *name;
};

/* The element, or NULL if unknown.  Reverse elements are found only where the table has them. */
const struct element *element_find(uint32_t pen, uint16_t id);

/*
 * What a v9 field type means: the numbers from 57472 on are nProbe's own
 * elements, the others IANA's or a vendor's squatting.
 */
void element_from_v9(uint16_t type, uint32_t *pen, uint16_t *id);

/*
 * Writes the element's key for `extra`: its name, else "PEN/ID", or the id alone
 * for IANA's; at most ELEMENT_KEY_MAX bytes with the NUL; returns the length.
 */
#define ELEMENT_KEY_MAX 80
size_t element_key(uint32_t pen, uint16_t id, char key[ELEMENT_KEY_MAX]);
