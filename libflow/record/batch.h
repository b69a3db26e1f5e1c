/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A batch: rows as column vectors, the unit that moves between modules.  It is
 * a view; its maker (builder, scan, aggregation) owns the memory and says how
 * long it lives.
 *
 *	row            0    1    2   ...  rows-1
 *	FLAT  values  [v0] [v1] [v2]              one array of the field's type
 *	DICT  codes   [c0] [c1] [c2]              value of row i is entry codes[i] of dict
 *	valid bitmap   1    0    1                NULL: every row has a value
 *
 * A null row has value or code 0 in the arrays, so that loops may read it without
 * a test; the value means nothing.  (With an empty dictionary every row is null.)
 *
 * Forms by maker:
 *   decoder/builder   ADDR and MAC FLAT, TEXT DICT, numbers FLAT
 *   scan, aggregation ADDR, MAC and TEXT DICT, numbers FLAT
 * Numbers (U8 ... TIME) are always FLAT.  Code that filters, aggregates and
 * prints takes the second; record/dictify.h turns the first into the second.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitmap.h"
#include "base/text.h"
#include "net/addr.h"
#include "record/field.h"

/* Most rows of a batch that a scan yields; row numbers in it fit uint16_t. */
#define FLOW_BATCH_ROWS 8192

/*
 * The texts that codes refer to.  `serial` is unique in the process and changes
 * whenever the entries do: caches of work per entry use it as their key.
 * Entries are usually, but not always, distinct.
 */
struct flow_dict {
	uint64_t serial;
	uint32_t count;
	const struct flow_text *text;
};

enum flow_form {
	FLOW_FORM_NULL,		/* no row has a value; no arrays */
	FLOW_FORM_FLAT,
	FLOW_FORM_DICT,
};

struct flow_column {
	enum flow_form form;
	const void *values;		/* FLAT */
	const uint32_t *codes;		/* DICT */
	const struct flow_dict *dict;	/* DICT */
	const uint64_t *valid;		/* NULL: all rows have a value */
};

struct flow_batch {
	size_t rows;
	/*
	 * Only the columns that were asked for; the others are FLOW_FORM_NULL
	 * whatever the file holds, so ask for all that you read.
	 */
	struct flow_column column[FLOW_FIELD_COUNT];
};

/* Whether row `row` of the column has a value. */
static inline bool
flow_column_has(const struct flow_column *c, size_t row)
{
	return c->form != FLOW_FORM_NULL && (c->valid == NULL || bitmap_get(c->valid, row));
}

/* The text of a DICT column's row; only where flow_column_has. */
static inline struct flow_text
flow_column_text(const struct flow_column *c, size_t row)
{
	return c->dict->text[c->codes[row]];
}

/*
 * The value of a FLAT column, zero-extended; TIME and I64 as their 64 bits, so that negative values are above
 * INT64_MAX.
 */
uint64_t flow_column_number(const struct flow_column *c, enum flow_type type, size_t row);

/* A serial for a new dictionary; thread-safe. */
uint64_t flow_dict_serial(void);
