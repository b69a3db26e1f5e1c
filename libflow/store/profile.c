/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/profile.h"

#include <string.h>

/* Columns in which people look for single hosts. */
static bool
wants_bloom(enum flow_field field)
{
	switch (field) {
	case FLOW_FIELD_SRC_ADDR:
	case FLOW_FIELD_DST_ADDR:
	case FLOW_FIELD_NEXT_HOP:
	case FLOW_FIELD_BGP_NEXT_HOP:
	case FLOW_FIELD_NAT_SRC_ADDR:
	case FLOW_FIELD_NAT_DST_ADDR:
		return true;
	default:
		return false;
	}
}

struct pq_column
profile_column(enum flow_field field)
{
	static const struct { enum pq_physical physical; enum pq_logical logical; } kind[] = {
		[FLOW_TYPE_U8] = { PQ_INT32, PQ_UINT_8 },
		[FLOW_TYPE_U16] = { PQ_INT32, PQ_UINT_16 },
		[FLOW_TYPE_U32] = { PQ_INT32, PQ_UINT_32 },
		[FLOW_TYPE_U64] = { PQ_INT64, PQ_UINT_64 },
		[FLOW_TYPE_I64] = { PQ_INT64, PQ_INT_64 },
		[FLOW_TYPE_TIME] = { PQ_INT64, PQ_TIMESTAMP_MILLIS },
		[FLOW_TYPE_ADDR] = { PQ_BYTE_ARRAY, PQ_STRING },
		[FLOW_TYPE_MAC] = { PQ_BYTE_ARRAY, PQ_STRING },
		[FLOW_TYPE_TEXT] = { PQ_BYTE_ARRAY, PQ_STRING },
	};
	const struct flow_field_info *info = flow_field_info(field);

	return (struct pq_column){
		.name = info->name,
		.physical = kind[info->type].physical,
		.logical = kind[info->type].logical,
		.required = info->required,
		.bloom = wants_bloom(field),
	};
}

static bool
is_text_column(const struct pq_column *c)
{
	return c->physical == PQ_BYTE_ARRAY && (c->logical == PQ_STRING || c->logical == PQ_NONE);
}

static bool
is_time_column(const struct pq_column *c)
{
	return c->physical == PQ_INT96 || c->logical == PQ_TIMESTAMP_MILLIS ||
	    c->logical == PQ_TIMESTAMP_MICROS || c->logical == PQ_TIMESTAMP_NANOS ||
	    (c->physical == PQ_INT64 && (c->logical == PQ_NONE || c->logical == PQ_INT_64));
}

static bool
is_number_column(const struct pq_column *c)
{
	if (c->physical == PQ_FIXED_LEN_BYTE_ARRAY)
		return c->logical == PQ_DECIMAL;	/* Spark's form of UINT_64 */
	return (c->physical == PQ_INT32 || c->physical == PQ_INT64) && !(c->physical == PQ_INT64 &&
	    (c->logical == PQ_TIMESTAMP_MILLIS || c->logical == PQ_TIMESTAMP_MICROS ||
	    c->logical == PQ_TIMESTAMP_NANOS));
}

static bool
can_hold(const struct pq_column *column, enum flow_type type)
{
	if (flow_type_is_text(type))
		return is_text_column(column);
	return type == FLOW_TYPE_TIME ? is_time_column(column) : is_number_column(column);
}

/* Our own files have the columns in their order: the search is for others'. */
static enum flow_field
find_field(const char *name, size_t position)
{
	if (position < FLOW_FIELD_COUNT &&
	    strcmp(flow_field_info((enum flow_field)position)->name, name) == 0)
		return (enum flow_field)position;
	return flow_field_find(name, strlen(name));
}

enum flow_status
profile_map(const struct pq_file *file, struct profile_map *map, struct flow_error *err)
{
	struct profile_map m;
	size_t i, found = 0;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		m.column[f] = -1;
	for (i = 0; i < pq_file_columns(file); i++) {
		const struct pq_column *column = pq_file_column(file, i);
		enum flow_field field = find_field(column->name, i);

		if (field == FLOW_FIELD_NONE)
			continue;
		if (!can_hold(column, flow_field_info(field)->type))
			return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
			    "column %s: its type cannot hold what flow-file(5) says", column->name);
		m.column[field] = (int)i;
		found++;
	}
	if (found == 0 && pq_file_columns(file) > 0)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "a Parquet file, but none of its %zu columns is one of flow-file(5)",
		    pq_file_columns(file));
	*map = m;
	return FLOW_OK;
}
