/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/row_list.h"

#include <string.h>

#include "base/attr.h"

bool
column_absent(const struct flow_column *c, const struct rows *rows)
{
	uint32_t last;

	if (c->form == FLOW_FORM_NULL || rows->n == 0)
		return true;
	if (c->valid == NULL)
		return false;
	last = rows_at(rows, rows->n - 1);
	for (size_t w = rows_at(rows, 0) / 64; w <= last / 64; w++)
		if (c->valid[w] != 0)
			return false;
	return true;
}

#define WIDEN(name, ctype)                                                             \
	static void widen_##name(const void *values, const struct rows *r,             \
	    uint64_t add, uint64_t *out)                                               \
	{                                                                              \
		const ctype *v = values;                                               \
                                                                                       \
		if (r->row == NULL) {                                                  \
			v += r->from;                                                  \
			for (uint32_t i = 0; i < r->n; i++)                            \
				out[i] = (uint64_t)v[i] + add;                         \
		} else {                                                               \
			for (uint32_t i = 0; i < r->n; i++)                            \
				out[i] = (uint64_t)v[r->row[i]] + add;                 \
		}                                                                      \
	}

WIDEN(8, uint8_t)
WIDEN(16, uint16_t)
WIDEN(32, uint32_t)
WIDEN(64, uint64_t)
#undef WIDEN

void
column_widen(const struct flow_column *c, enum flow_type type, const struct rows *rows,
    uint64_t add, uint64_t *out)
{
	switch (type) {
	case FLOW_TYPE_U8:
		widen_8(c->values, rows, add, out);
		break;
	case FLOW_TYPE_U16:
		widen_16(c->values, rows, add, out);
		break;
	case FLOW_TYPE_U32:
		widen_32(c->values, rows, add, out);
		break;
	default:
		widen_64(c->values, rows, add, out);
		break;
	}
}

const uint64_t *
column_words(const struct flow_column *c, enum flow_type type, const struct rows *rows,
    uint64_t *room)
{
	if (type >= FLOW_TYPE_U64 && rows->row == NULL)
		return (const uint64_t *)c->values + rows->from;
	column_widen(c, type, rows, 0, room);
	return room;
}

bool
usual_columns_whole(const struct flow_batch *batch, const struct rows *rows)
{
	static const enum flow_field need[] = { FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS,
		FLOW_FIELD_BYTES, FLOW_FIELD_FIRST, FLOW_FIELD_LAST };

	for (size_t i = 0; i < ARRAY_LEN(need); i++)
		if (!column_whole(&batch->column[need[i]]))
			return false;
	return column_absent(&batch->column[FLOW_FIELD_REV_PACKETS], rows) &&
	    column_absent(&batch->column[FLOW_FIELD_REV_BYTES], rows);
}
