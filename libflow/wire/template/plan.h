/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A data template compiled once into column operations.  Running a plan over n
 * records of a fixed-length template runs each operation over all of them;
 * variable-length records are split one by one and run as one row each.
 *
 *	records  |a|bb|c|a|bb|c|a|bb|c|     stride 4
 *	op       COLUMN SRC_PORT <- span 1   values at data+1, data+5, data+9
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"
#include "record/builder.h"
#include "wire/template/element.h"
#include "wire/template/plan_header.h"
#include "wire/template/template.h"

struct context;
struct known;
struct packet;

/* A field's value in the first record; the next ones are a stride further on. */
struct span {
	const uint8_t *p;
	uint32_t len;		/* 0: no value */
};

struct plan_op {
	uint16_t index;		/* of the template's fields */
	uint8_t field;		/* enum flow_field */
	bool fill;		/* only where the column holds zero */
};

struct plan_extra {
	uint16_t index;
	uint16_t key_len;
	uint32_t key;		/* where in plan.keys: the name, quoted */
	uint32_t pen;
	uint16_t id;
	uint8_t type;		/* enum element_type */
	bool again;		/* the same element as the entry before */
	bool section;		/* a section of a packet: omitted if it was dissected into columns */
	bool taken;		/* it has a column or role, so is here only on one of the conditions below */
	uint16_t displaced;	/* not 0: if one of these bits of struct choice is set */
	struct header_place place;	/* if the header does not use it */
	uint8_t icmp;		/* enum element_role: if ICMP's columns have another value; COUNT: no such condition */
	uint8_t filled;		/* enum flow_field: if that column has another value; COUNT: no such condition */
	const struct element *element;	/* of a variable length: also if it does not fit its column */
};

#define PLAN_NO_INDEX UINT16_MAX
#define PLAN_LEVELS 5

enum plan_counter {
	PLAN_BYTES, PLAN_PACKETS,
	PLAN_REV_BYTES, PLAN_REV_PACKETS,
	PLAN_COUNTERS
};

/* Elements for the same counters, in levels of falling trust (the ranks of element.def). */
struct plan_counters {
	uint16_t index[PLAN_LEVELS][PLAN_COUNTERS];	/* PLAN_NO_INDEX: not in the template */
	uint16_t winner[PLAN_COUNTERS];	/* the fields copied to the columns unless a record chooses others */
	bool watch[PLAN_COUNTERS];	/* a zero in this column makes a record choose */
	bool choose;			/* some counter has several fields */
};

#define PLAN_FAMILIES 3
#define PLAN_FAMILY_NAT 2
#define PLAN_HOPS PLAN_FAMILY_NAT	/* those before it */

/* Fields for next hops, BGP next hops and NAT addresses: of IPv4 and IPv6, source and destination. */
struct plan_families {
	uint16_t index[PLAN_FAMILIES][2][2];	/* PLAN_NO_INDEX: not in the template */
	bool choose[PLAN_FAMILIES];		/* the template has both families */
};

/* Fields that may hold IPv4-mapped addresses: plan_mapped.c. */
struct plan_mapped {
	uint16_t outer[HEADER_SIDES];	/* PLAN_NO_INDEX: not in the template, or the header chooses */
	uint16_t nat[HEADER_SIDES];	/* likewise */
	uint16_t hop[PLAN_HOPS];	/* the router's and BGP's next hop; likewise */
};

#define PLAN_DISPLACED_FIRST (1u << PLAN_COUNTERS)
#define PLAN_DISPLACED_LAST (PLAN_DISPLACED_FIRST << 1)
#define PLAN_DISPLACED_LABEL (PLAN_DISPLACED_FIRST << 2)
#define PLAN_DISPLACED_PORTS (PLAN_DISPLACED_FIRST << 3)	/* they are the inner header's */
#define PLAN_DISPLACED_DEEPER (PLAN_DISPLACED_FIRST << 4)	/* ports are of a header within the inner one */

/* One record's choices among its template's fields. */
struct choice {
	uint16_t displaced;	/* 1 << enum plan_counter, PLAN_DISPLACED_*: not taken from the winner */
	uint8_t outer, inner;	/* pairs of the plan's header; inner may be HEADER_NONE */
};

struct plan {
	uint16_t role[ROLE_COUNT];	/* index of the field, or PLAN_NO_INDEX */
	uint16_t template_id;
	uint8_t first_role, last_role;	/* enum element_role; ROLE_COUNT: none */
	uint8_t event_role;
	bool has_icmp;
	bool has_sampling;		/* records may differ in their rate */
	bool has_packet;		/* has sections of packets: run it one row at a time */
	bool has_origin;		/* records may name their exporter */
	bool has_choice;		/* records differ in which fields they use: struct choice */
	struct plan_counters counters;
	struct plan_families families;
	struct plan_header *header;	/* NULL: the template has one header */
	struct plan_mapped mapped;
	bool choose_times, choose_event;	/* some end has more than one element */
	bool column[FLOW_FIELD_COUNT];	/* some op fills it */
	bool has_lists;			/* has lists of records (RFC 6313): run it one row at a time */
	bool fills_nested;		/* of a joined plan: a record in a list fills some column */
	struct joined *joined;		/* plans for records joined with records of their lists */
	size_t types_seen;		/* RFC 5610 types known when this was compiled */
	size_t ops, extras;
	size_t extras_by_column;	/* extras that depend on the values of columns */
	struct plan_op *op;
	struct plan_extra *extra;
	char *keys;
	size_t bytes;
};

/* Rows of one call to plan_run, for its parts. */
struct rows {
	struct context *ctx;
	const struct plan *plan;
	const struct span *span;	/* by field index */
	size_t stride;
	size_t n;
	const struct packet *packet;	/* of the one row, if the plan has packets; else NULL */
	struct choice *choice;		/* n, if the plan has choices; else NULL */
	const struct join *join;	/* of the one row, if the plan is a joined one; else NULL */
	uint16_t from, to;		/* only these fields go to extra; both 0: all */
	unsigned depth;			/* lists that this record is in */
};

/*
 * Compiles a data template; `told` names elements that no table has.  NULL: no
 * memory.
 */
struct plan *plan_compile(const struct template *t, const struct element_told *told) NODISCARD;
/*
 * The same for a template whose first `own` fields are followed by those of records in its lists,
 * which fill columns that the record itself leaves open.
 */
struct plan *plan_compile_joined(const struct template *t, const struct element_told *told,
    size_t own) NODISCARD;
/* Whether some field of the template may fill a column from within a list. */
bool plan_may_fill(struct template *t);
/* A plan that puts all fields into extra. */
struct plan *plan_compile_text(const struct template *t, const struct element_told *told) NODISCARD;
void plan_free(struct plan *p);

/*
 * Appends the rows to the context's builder, from reserve to commit; one row at
 * a time where plan->has_packet.
 */
enum flow_status plan_run(const struct rows *rows) NODISCARD;

/* The span of a role's field; len 0 if the template has none. */
static inline struct span
rows_role(const struct rows *r, enum element_role role)
{
	uint16_t index = r->plan->role[role];

	return index == PLAN_NO_INDEX ? (struct span){ NULL, 0 } : r->span[index];
}

/* Row i's value of a span as a number. */
static inline uint64_t
span_number(const struct span *s, size_t stride, size_t i)
{
	return load_wide(s->p + i * stride, s->len);
}

/* Whether a number can have `len` bytes (RFC 7011 6.2: reduced, never enlarged). */
static inline bool
number_fits(size_t len)
{
	return len >= 1 && len <= 8;
}

/* plan_counter.c: a template's fields for packets and bytes; add each element, then settle. */
void counters_add(struct plan_counters *p, const struct element *e, size_t index);
void counters_settle(struct plan_counters *p);
/* plan_counter.c: packets and bytes from each record's chosen level. */
enum flow_status rows_counters(const struct rows *r) NODISCARD;

/* plan_family.c: addresses of both families other than the header's; add each element, then settle. */
void families_add(struct plan_families *p, const struct element *e, size_t index);
void families_settle(struct plan_families *p);
enum flow_status rows_families(const struct rows *r) NODISCARD;
/* Whether the addresses of row i are IPv6; either column may be NULL. */
bool row_is_v6(const struct addr *const column[2], size_t i);

/* plan_mapped.c: restores IPv4-mapped addresses of IPv6 headers, which were copied to columns as IPv4. */
void rows_mapped(const struct rows *r);
/* The same for NAT addresses. */
void rows_mapped_nat(const struct rows *r);
/* The same for next hops, which follow the row's addresses: call it after those are written. */
void rows_mapped_hops(const struct rows *r);

/* plan_column.c: copies one field into one column. */
enum flow_status rows_column(const struct rows *r, const struct plan_op *op) NODISCARD;
/* plan_packet.c: fills columns that the record lacks from its packet, *p. */
enum flow_status rows_packet(const struct rows *r, struct packet *p) NODISCARD;
/* plan_time.c: first, last, event_time. */
enum flow_status rows_times(const struct rows *r) NODISCARD;
/* plan_sampling.c: finds the rate, fills `sampling`, scales counters. */
enum flow_status rows_sampling(const struct rows *r) NODISCARD;
/* plan_value.c: columns that need more than a copy. */
enum flow_status rows_values(const struct rows *r) NODISCARD;
/* plan_origin.c: the exporter that the record names, before a proxy or mediator. */
enum flow_status rows_origin(const struct rows *r) NODISCARD;
/* The sender of row i's datagram, if the column `exporter` has another address; else NULL. */
const struct addr *rows_sender(const struct rows *r, size_t i);
/* plan_extra.c: the column `extra`. */
enum flow_status rows_extra(const struct rows *r) NODISCARD;
/* The same for row i alone, appended as an object; nothing if it has no element. */
void rows_object(const struct rows *r, size_t i, struct buf *out);
