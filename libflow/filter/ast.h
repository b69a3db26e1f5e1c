/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A filter as a tree: predicates joined by and, or, not.  All parts are in one
 * arena.  Nested nodes of the same kind become one with many children, so that a
 * million terms make no deep tree.  The remaining depth is bounded, so that
 * everything after the parser may recurse.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "filter/extra_test.h"
#include "filter/match.h"
#include "filter/set.h"
#include "net/geo.h"
#include "payload/payload.h"
#include "record/batch.h"
#include "record/field.h"
#include "time/stamp.h"

/* Deepest nesting of and, or, not. */
#define AST_MAX_DEPTH 100

/* Most columns of one predicate: the MPLS stack. */
#define PREDICATE_FIELDS 10

/* Values lo .. hi, both included. */
struct range {
	uint64_t lo, hi;
};

/* A set of numbers: sorted, disjoint ranges that do not touch. */
struct ranges {
	const struct range *range;
	size_t count;
};

enum predicate_kind {
	/* One column of numbers: ((value >> shift) & mask) is in ranges. */
	PREDICATE_NUMBER,
	/* (value & mask) == mask, of one column of numbers. */
	PREDICATE_BITS,
	/* One column of texts. */
	PREDICATE_ADDR,		/* is in set */
	PREDICATE_MAC,		/* as a number is in ranges */
	PREDICATE_ACL,		/* one of its three numbers is in ranges */
	PREDICATE_TEXT,		/* matcher holds (not: negated) */
	PREDICATE_GEO,		/* the same of what geo says of the address, if anything */
	PREDICATE_PAYLOAD,	/* the same for some text that the word finds in the payload */
	PREDICATE_EXTRA,	/* extra_test.h, of `extra` */
	/* The column has no value. */
	PREDICATE_NULL,
	/* Values of several columns make a number, which is in ranges. */
	PREDICATE_DURATION,	/* FIRST, LAST: ms; 0 if it ends before it begins */
	PREDICATE_RATE,		/* FIRST, LAST, counter: counter * factor * 1000 / ms, or 0 */
	PREDICATE_RATIO,	/* counter, counter: quotient; 0 by zero */
	PREDICATE_EQUAL,	/* two columns have the same value (ranges unused) */
	PREDICATE_PORT_BLOCK,	/* column lies within PORT_BLOCK_START .. PORT_BLOCK_END */
	PREDICATE_MPLS_EOS,	/* the label of the first entry that is the bottom of the stack */
	PREDICATE_HOUR,		/* FIRST: the hour of its day in `zone`, 0 to 23, is in ranges */
	PREDICATE_WEEKDAY,	/* likewise the day of the week, 1 (Monday) to 7 */
	PREDICATE_SAMPLE,	/* a hash of the columns is a multiple of `one_in` */
	PREDICATE_IF_NAME,	/* the matcher holds of the name that EXPORTER gave the number (not: negated) */
	/* No column. */
	PREDICATE_COUNT,	/* the row's number is in ranges */
	PREDICATE_IDENT,	/* the file's ident matches */
};

struct predicate {
	enum predicate_kind kind;
	const char *phrase;		/* its words in the language */
	size_t fields;
	enum flow_field field[PREDICATE_FIELDS];
	/* What only some kinds have; `kind` says which. */
	union {
		struct {
			uint64_t mask;
			uint8_t shift;
			const uint8_t *table;	/* of fields of up to 16 bits: a byte per value; or NULL */
		} number;			/* NUMBER, BITS, MPLS_EOS */
		const struct addr_set *set;	/* ADDR */
		struct {
			const struct flow_geo *db;
			enum flow_geo_word word;
		} geo;				/* GEO */
		struct {
			enum payload_word word;
			enum payload_way way;
		} payload;			/* PAYLOAD */
		const struct extra_test *extra;	/* EXTRA */
		uint64_t factor;		/* RATE */
		enum stamp_zone zone;		/* HOUR, WEEKDAY */
		uint64_t one_in;		/* SAMPLE */
	};
	struct ranges ranges;		/* where the kind says so */
	bool negated;			/* TEXT, GEO, IDENT, IF_NAME */
	/*
	 * ADDR: the canonical texts of the set where it is a few addresses, or (by_prefix) the text
	 * prefixes where it is a few networks.  TEXT, GEO: several texts, sorted, of which one has to
	 * be equal; without them the matcher decides.
	 */
	const struct flow_text *text;
	size_t texts;
	bool by_prefix;
	struct matcher *matcher;
	size_t id;			/* of predicates with a dictionary cache: its number */
};

enum node_kind {
	NODE_TRUE,
	NODE_FALSE,
	NODE_PREDICATE,
	NODE_NOT,
	NODE_AND,
	NODE_OR,
};

struct node {
	enum node_kind kind;
	unsigned depth;			/* 0 for leaves */
	struct predicate *predicate;
	struct node *child;		/* of NOT, AND, OR: the first, then its ->next */
	struct node *last;
	struct node *next;
};

/* NULL when out of memory, or when an argument is NULL. */
struct node *node_constant(struct arena *arena, bool value) NODISCARD;
struct node *node_predicate(struct arena *arena, const struct predicate *p) NODISCARD;
struct node *node_not(struct arena *arena, struct node *child) NODISCARD;
/* kind is NODE_AND or NODE_OR; both arguments are taken. */
struct node *node_join(struct arena *arena, enum node_kind kind, struct node *a, struct node *b)
    NODISCARD;

/* A growing list of ranges; all zero at first. */
struct range_list {
	struct range *range;
	size_t count;
	size_t cap;
};

bool range_list_add(struct range_list *list, uint64_t lo, uint64_t hi) NODISCARD;
void range_list_release(struct range_list *list);

/* Sorted, merged and copied; false when out of memory. */
bool ranges_make(struct arena *arena, struct range_list *list, struct ranges *out) NODISCARD;

/* All numbers up to max that are not in *r. */
bool ranges_complement(struct arena *arena, const struct ranges *r, uint64_t max,
    struct ranges *out) NODISCARD;

/* Numbers in both. */
bool ranges_intersect(struct arena *arena, const struct ranges *a, const struct ranges *b,
    struct ranges *out) NODISCARD;

bool ranges_have(const struct ranges *r, uint64_t v);

/* The greatest value of a numeric column (or a MAC), as unsigned. */
uint64_t field_max(enum flow_field field);

/* Whether it is evaluated once per dictionary entry. */
bool predicate_has_cache(const struct predicate *p);
