/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which IP header a row describes, in templates that have more than one pair of addresses:
 *
 *	8 12 27 28 60           either family, whichever the record fills
 *	27 28 .. 4 .. 8 12 .. 4   a packet in another: the outer header is first (RFC 7011 8)
 *
 * Compiled once for a template; templates with one pair need none, and pay nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/template/element.h"
#include "wire/template/template.h"

struct rows;
struct span;

#define HEADER_PAIRS 4		/* more go to extra */
#define HEADER_NONE UINT8_MAX
#define HEADER_SIDES 2		/* source, destination */

/* Two addresses of one header, and the elements of their family. */
struct header_pair {
	uint8_t version;			/* 4 or 6 */
	uint16_t addr[HEADER_SIDES];		/* of the template's fields, or PLAN_NO_INDEX */
	uint16_t prefix[HEADER_SIDES];		/* 44, 45, 169, 170: used if addr is zero */
	uint16_t mask[HEADER_SIDES];
};

/* An element that occurs once in each header. */
struct header_part {
	uint8_t field;		/* of the row: enum flow_field */
	uint8_t inner;		/* of the header within; FLOW_FIELD_COUNT: no column */
	uint8_t n;		/* occurrences */
	uint16_t index[HEADER_PAIRS];
};

enum header_part_id {
	HEADER_PROTO, HEADER_SRC_PORT, HEADER_DST_PORT, HEADER_LABEL, HEADER_VERSION,
	HEADER_TOS, HEADER_FLAGS, HEADER_MIN_TTL, HEADER_MAX_TTL, HEADER_FRAG_ID, HEADER_FRAG_FLAGS,
	HEADER_PARTS
};

struct plan_header {
	uint8_t pairs;
	bool has_masks[HEADER_SIDES];
	struct header_pair pair[HEADER_PAIRS];
	struct header_part part[HEADER_PARTS];
};

/* An `extra` entry's use by the header: the entry is left out of rows that have it in a column. */
enum header_use {
	HEADER_USE_NONE,	/* none: the entry is always there */
	HEADER_USE_ADDR,	/* of pair `which` */
	HEADER_USE_MASK,	/* of pair `which` */
	HEADER_USE_PART,	/* occurrence `which` of a part */
};

struct header_place {
	uint8_t use;		/* enum header_use */
	uint8_t part;		/* enum header_part_id */
	uint8_t which;		/* pair or occurrence */
};

/*
 * Compiles the first `fields` of the template into *out, which the caller frees; NULL if they have
 * only one header.
 */
enum flow_status header_compile(const struct template *t, size_t fields, struct plan_header **out)
    NODISCARD;

/* Whether a header may fill this column.  If no such column has two candidates, there is only one header. */
bool header_may_fill(enum flow_field field);

/* Whether the header fills this column, so that no field is copied into it. */
bool header_fills(const struct plan_header *h, enum flow_field field);

/* The header's use of field `index` of the template. */
struct header_place header_place(const struct plan_header *h, uint16_t index);

/* Writes addresses, masks and parts of all rows; struct choice records which were used. */
enum flow_status rows_header(const struct rows *r) NODISCARD;

/*
 * Row i's address of a pair on one side (0 source, 1 destination) as it came; the prefix if only
 * that is not zero; len 0 if the record has none.
 */
struct span header_address(const struct rows *r, unsigned pair, unsigned side, size_t i);

/* Whether row i's columns hold the element at this place. */
bool header_used(const struct rows *r, const struct header_place *place, size_t i);
