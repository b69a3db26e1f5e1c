/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows of a batch of an old file, filled one by one, value by value, and only in the columns that are wanted.
 *
 *	row_table_begin(t, &wanted, rows)
 *	ROW_PUT(t, PACKETS, row, v)		in any order; what is not put is null
 *	row_table_finish(t, &batch)		these columns of the batch, ADDR, MAC and TEXT in DICT form
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/buf.h"
#include "base/status.h"
#include "net/addr.h"
#include "record/batch.h"
#include "record/field.h"

struct row_texts;

struct row_table {
	size_t rows;
	uint8_t *values[FLOW_FIELD_STORED];	/* flow_type_size bytes each, TEXT: codes; NULL: not wanted */
	uint64_t *valid[FLOW_FIELD_STORED];
	bool failed;				/* memory ran out: row_table_finish says so */
	/* Only this address stays in the column, all others become null; NULL: all stay. */
	const struct addr *sought[FLOW_FIELD_STORED];
	struct row_texts *own;
	struct buf extra;			/* members of the row's JSON object so far */
};

/* NULL when out of memory. */
struct row_table *row_table_new(void);
void row_table_free(struct row_table *t);

/* Begins a batch of at most FLOW_BATCH_ROWS rows.  FLOW_ENOMEM. */
enum flow_status row_table_begin(struct row_table *t, const struct flow_fieldset *wanted, size_t rows)
    NODISCARD;

/*
 * Sets the wanted columns of *batch, and no others.  They are valid until the next begin; the caller sets the
 * batch's rows.  FLOW_ENOMEM, also if memory ran out in a put before.
 */
enum flow_status row_table_finish(struct row_table *t, struct flow_batch *batch) NODISCARD;

/* The types of columns as compile-time constants: ROW_TYPE_PACKETS. */
enum {
#define FIELD(id, type, need, name, elements, doc) ROW_TYPE_##id = FLOW_TYPE_##type,
#include "record/field.def"
#undef FIELD
};

static inline bool
row_table_wants(const struct row_table *t, enum flow_field field)
{
	return t->values[field] != NULL;
}

/* A number; it is capped at the type's maximum. */
static inline void
row_table_put(struct row_table *t, enum flow_field field, enum flow_type type, size_t row, uint64_t v)
{
	uint8_t *values = t->values[field];

	if (values == NULL)
		return;
	bitmap_set(t->valid[field], row);
	if (type == FLOW_TYPE_U8) {
		values[row] = v > UINT8_MAX ? UINT8_MAX : (uint8_t)v;
	} else if (type == FLOW_TYPE_U16) {
		((uint16_t *)(void *)values)[row] = v > UINT16_MAX ? UINT16_MAX : (uint16_t)v;
	} else if (type == FLOW_TYPE_U32) {
		((uint32_t *)(void *)values)[row] = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	} else {
		if ((type == FLOW_TYPE_I64 || type == FLOW_TYPE_TIME) && v > INT64_MAX)
			v = INT64_MAX;
		((uint64_t *)(void *)values)[row] = v;
	}
}

#define ROW_PUT(t, id, row, v) \
	row_table_put(t, FLOW_FIELD_##id, (enum flow_type)ROW_TYPE_##id, row, v)

/* The same, but 0 stands for "not exported" and is not put. */
#define ROW_PUT_SET(t, id, row, v) do { \
	uint64_t put_value = (v); \
	if (put_value != 0) \
		ROW_PUT(t, id, row, put_value); \
} while (0)

/* An instant, which may be before 1970. */
static inline void
row_table_put_time(struct row_table *t, enum flow_field field, size_t row, int64_t ms)
{
	if (t->values[field] == NULL)
		return;
	bitmap_set(t->valid[field], row);
	((int64_t *)(void *)t->values[field])[row] = ms;
}

static inline void
row_table_put_addr(struct row_table *t, enum flow_field field, size_t row, const struct addr *a)
{
	if (t->values[field] == NULL)
		return;
	bitmap_set(t->valid[field], row);
	memcpy(t->values[field] + row * sizeof(*a), a, sizeof(*a));
}

static inline void
row_table_put_v4(struct row_table *t, enum flow_field field, size_t row, uint32_t v4)
{
	struct addr a;

	if (t->values[field] == NULL)
		return;
	a = addr_from_v4(v4);
	row_table_put_addr(t, field, row, &a);
}

/* A text of a TEXT column; bytes that are not valid UTF-8 become '?'. */
void row_table_put_text(struct row_table *t, enum flow_field field, size_t row, const char *text, size_t len);

/*
 * Members of the row's `extra`, by the names of flow-file(5); row_extra_end puts them into the column. No-ops if
 * the column is not wanted.
 */
void row_extra_number(struct row_table *t, const char *name, uint64_t v);
void row_extra_addr(struct row_table *t, const char *name, const struct addr *a);
void row_extra_text(struct row_table *t, const char *name, const char *text, size_t len);
void row_extra_octets(struct row_table *t, const char *name, const uint8_t *bytes, size_t len);
void row_extra_end(struct row_table *t, size_t row);
