/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The columns of the flow profile, made from record/field.def, and those of queries. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nearest.h"

/*
 * What a column holds in memory (record/batch.h) and in a file:
 *
 *   type  flat values           Parquet                       text
 *   U8    uint8_t               INT32                         decimal
 *   U16   uint16_t              INT32                         decimal
 *   U32   uint32_t              INT64                         decimal
 *   U64   uint64_t              INT64 UINT_64                 decimal
 *   I64   int64_t, never < 0    INT64                         decimal
 *   TIME  int64_t ms since      INT64 TIMESTAMP(MILLIS, UTC)  ISO 8601 UTC
 *         1970 UTC
 *   ADDR  struct addr           BYTE_ARRAY STRING             RFC 5952, dotted quad
 *   MAC   uint64_t, 48 bits     BYTE_ARRAY STRING             aa:bb:cc:dd:ee:ff
 *   TEXT  (dictionary only)     BYTE_ARRAY STRING             as it is
 */
enum flow_type {
	FLOW_TYPE_U8,
	FLOW_TYPE_U16,
	FLOW_TYPE_U32,
	FLOW_TYPE_U64,
	FLOW_TYPE_I64,
	FLOW_TYPE_TIME,
	FLOW_TYPE_ADDR,
	FLOW_TYPE_MAC,
	FLOW_TYPE_TEXT,
};

enum flow_field {
#define FIELD(id, type, need, name, elements, doc) FLOW_FIELD_##id,
#include "record/field.def"
#include "record/query_field.def"
#undef FIELD
	FLOW_FIELD_COUNT
};

/* Columns of files are below; the others are a query's (record/query_field.def). */
#define FLOW_FIELD_STORED FLOW_FIELD_IDENT

/* No such column. */
#define FLOW_FIELD_NONE FLOW_FIELD_COUNT

struct flow_field_info {
	const char *name;
	enum flow_type type;
	bool required;
	const char *elements;	/* space-separated IANA numbers, or PEN/number */
	const char *doc;
};

/* Never NULL for a valid field; static storage. */
const struct flow_field_info *flow_field_info(enum flow_field field);

/* The field of that exact name (len bytes), a query's too, or FLOW_FIELD_NONE. */
enum flow_field flow_field_find(const char *name, size_t len);

/* The same for columns of files only. */
enum flow_field flow_field_find_stored(const char *name, size_t len);

/* Tries the names of all columns: for messages about names that no column has. */
void flow_field_nearest(struct nearest *n);

/* Bytes of one flat value of that type; 0 for TEXT, which has no flat form. */
size_t flow_type_size(enum flow_type type);

/* Writes a number as a flat value of a type of 1, 2, 4 or 8 bytes, truncated to it. */
void flow_type_store(enum flow_type type, void *at, uint64_t value);

/* ADDR, MAC or TEXT: a text in files, a dictionary in batches that were read. */
static inline bool
flow_type_is_text(enum flow_type type)
{
	return type >= FLOW_TYPE_ADDR;
}

/* A set of fields. */
struct flow_fieldset {
	uint64_t words[(FLOW_FIELD_COUNT + 63) / 64];
};

static inline void
flow_fieldset_add(struct flow_fieldset *set, enum flow_field field)
{
	set->words[(unsigned)field / 64] |= UINT64_C(1) << ((unsigned)field % 64);
}

static inline void
flow_fieldset_remove(struct flow_fieldset *set, enum flow_field field)
{
	set->words[(unsigned)field / 64] &= ~(UINT64_C(1) << ((unsigned)field % 64));
}

static inline bool
flow_fieldset_has(const struct flow_fieldset *set, enum flow_field field)
{
	return (set->words[(unsigned)field / 64] >> ((unsigned)field % 64)) & 1;
}

static inline void
flow_fieldset_union(struct flow_fieldset *set, const struct flow_fieldset *other)
{
	for (size_t i = 0; i < sizeof(set->words) / sizeof(set->words[0]); i++)
		set->words[i] |= other->words[i];
}
