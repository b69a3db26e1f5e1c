/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Information elements by number, made from wire/template/element.def. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "element/elements_file.h"
#include "element/type.h"
#include "record/field.h"

struct known;

/* RFC 5103: the reverse direction of IANA's elements. */
#define ELEMENT_REVERSE_PEN 29305u
#define ELEMENT_NPROBE_PEN 35632u

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
	ROLE_LINE_CARD,
	/* Values that need more than a copy. */
	ROLE_ICMP4, ROLE_ICMP6,
	ROLE_ICMP4_TYPE, ROLE_ICMP4_CODE, ROLE_ICMP6_TYPE, ROLE_ICMP6_CODE,
	ROLE_TTL,
	ROLE_APP_ID,
	ROLE_IN_ACL, ROLE_OUT_ACL,
	ROLE_CLIENT_MS, ROLE_SERVER_MS, ROLE_APP_MS,
	ROLE_TCP_INITIAL, ROLE_TCP_UNION,	/* of the first packet, of the others */
	/* Sections of a packet, and what is needed to read them. */
	ROLE_FRAME_SECTION, ROLE_MPLS_SECTION, ROLE_IP_SECTION,
	ROLE_FRAME_SIZE, ROLE_FRAME_TYPE, ROLE_SECTION_OFFSET,
	/* Who observed the flow, in order of trust: before proxies and mediators. */
	ROLE_ORIGINAL4, ROLE_ORIGINAL6, ROLE_EXPORTER4, ROLE_EXPORTER6,
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
 * Whether a value of `len` bytes, not 0, fits its column or role: addresses have 4 or 16, MACs 6,
 * numbers up to 8, NTP times 8.  Other values go to `extra`.
 */
bool element_fits(const struct element *e, size_t len);

/* The same for a column: MPLS label stack entries have 3 bytes. */
bool element_column_fits(enum flow_field field, size_t len);

/*
 * The element of a v9 field type: numbers from 57472 on are nProbe's own
 * elements, the others are IANA's or squatted by a vendor.
 */
void element_from_v9(uint16_t type, uint32_t *pen, uint16_t *id);

/* Sources of names and types for elements that no table has; each may be NULL. */
struct element_told {
	const struct known *types;		/* the exporter: RFC 5610 */
	const struct flow_elements *elements;	/* the user */
};

/* An element's name in `extra`, and how its bytes are read. */
#define ELEMENT_LABEL_MAX 256
struct element_label {
	enum element_type type;
	size_t len;
	char name[ELEMENT_LABEL_MAX];	/* not NUL-terminated */
};

/*
 * The label from the first that knows the element: the user's file, the tables, the element whose
 * reverse it is by RFC 5103 or CERT ("reverseInitialTCPFlags"), the exporter.  Else the name is the
 * number, PEN/ID (for IANA's elements ID), and the length in the template decides the type: lengths
 * that a number may have are octets, others ELEMENT_UNKNOWN.
 */
void element_label(const struct element_told *told, uint32_t pen, uint16_t id, uint16_t len,
    struct element_label *out);
