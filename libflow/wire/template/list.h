/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Structured data (RFC 6313): lists of one element's values, and of records of other templates.
 *
 *	basicList              semantic 1, element 2 (and enterprise 4), length 2, values
 *	subTemplateList        semantic 1, template 2, records
 *	subTemplateMultiList   semantic 1, then blocks of template 2, length 2, records
 *
 * In `extra` a list is an object, with "semantic" if the list has one:
 *
 *	{"semantic":"ordered","bgpCommunity":[4200000001,4200000002]}
 *	{"semantic":"allOf","records":[{"initialTCPFlags":2},{"payload":"474554"}]}
 *
 * Records whose template is not known are {"template":257,"octets":"0a..."}.  Faulty lists (wrong
 * lengths, nested deeper than LIST_DEPTH_MAX, more text than LIST_TEXT_MAX) end as "octets", so that
 * nothing is lost.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "wire/template/plan.h"

/* base/json.h steps over 32 levels; a list is at most three. */
#define LIST_DEPTH_MAX 6
#define LIST_TEXT_MAX ((size_t)1 << 20)

/* The most records of lists that fill columns of one row. */
#define JOIN_MAX 8
/* The most fields of a row with joined records, which bounds the time to compile its plan. */
#define JOIN_FIELDS_MAX 256

/* One joined record. */
struct join_part {
	const struct template *t;
	const uint8_t *p;	/* the record */
	size_t len;
	uint16_t from;		/* its first field in the joined template */
};

struct join {
	struct join_part part[JOIN_MAX];
	size_t parts;
};

/* A value of a row's extra, lists opened. */
void list_or_value_json(struct buf *out, const struct rows *r, enum element_type type,
    const uint8_t *p, size_t len);

/* The records of a list of templates, block by block. */
struct list_walk {
	struct cursor in;
	enum element_type type;
	uint8_t semantic;
	bool bad;		/* the rest is no block */
};

#define LIST_NONE_OF 0
#define LIST_EXACTLY_ONE_OF 1
#define LIST_ONE_OR_MORE_OF 2
#define LIST_UNDEFINED 255

/* Reads the header before the blocks, which an empty list lacks. */
void list_walk_begin(struct list_walk *w, enum element_type type, const uint8_t *p, size_t len);
/* The next block: its template's id and records; false at the end, or where it is bad. */
bool list_walk_next(struct list_walk *w, uint16_t *id, struct cursor *records);

/* The template of a block, if it is known. */
struct template *list_template(const struct rows *r, uint16_t id);

/*
 * Runs the plan of one record that has lists.  A record in a list directly within it fills columns
 * that it leaves open, if it is the only one of its template.
 */
enum flow_status list_run(const struct rows *r, struct template *t) NODISCARD;

/* The joined plans that list_run made for a plan. */
struct joined;
void joined_free(struct joined *j);
