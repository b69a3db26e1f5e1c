/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/chunk_bounds.h"

#include <string.h>

#include "base/bytes.h"

/* Rounded outwards, so that they remain bounds. */
static int64_t
to_ms(int64_t v, int64_t unit, bool up)
{
	int64_t q = v / unit;

	if (up)
		return q + (v % unit > 0);
	return q - (v % unit < 0);
}

static bool
bound_number(const struct pq_column *c, const char *bytes, size_t len, bool up, int64_t *out)
{
	int64_t v;

	/* Such bounds include the digits behind the point: they are not used. */
	if (c->logical == PQ_DECIMAL && c->scale > 0)
		return false;
	if (c->physical == PQ_INT32 && len == 4) {
		bool is_unsigned = c->logical == PQ_UINT_8 || c->logical == PQ_UINT_16 ||
		    c->logical == PQ_UINT_32;

		v = is_unsigned ? (int64_t)load_le32(bytes) : (int32_t)load_le32(bytes);
	} else if (c->physical == PQ_INT64 && len == 8) {
		v = (int64_t)load_le64(bytes);
	} else {
		return false;
	}
	if (c->logical == PQ_TIMESTAMP_MICROS)
		v = to_ms(v, 1000, up);
	else if (c->logical == PQ_TIMESTAMP_NANOS)
		v = to_ms(v, 1000000, up);
	*out = v;
	return true;
}

void
bounds_read(const struct pq_column *column, const char *min, size_t min_len, const char *max,
    size_t max_len, struct pq_bounds *bounds)
{
	memset(bounds, 0, sizeof(*bounds));
	if (min == NULL || max == NULL || min_len > UINT32_MAX || max_len > UINT32_MAX)
		return;
	if (column->physical == PQ_BYTE_ARRAY) {
		bounds->min_text = (struct flow_text){ min, (uint32_t)min_len };
		bounds->max_text = (struct flow_text){ max, (uint32_t)max_len };
		bounds->has_bounds = true;
	} else {
		bounds->has_bounds = bound_number(column, min, min_len, false, &bounds->min) &&
		    bound_number(column, max, max_len, true, &bounds->max);
	}
}

void
bounds_nulls(const struct pq_column *column, int64_t nulls, uint64_t rows, struct pq_bounds *bounds)
{
	bool is_float = column->physical == PQ_FLOAT || column->physical == PQ_DOUBLE;

	/* NaN becomes null, too (as in pandas), but is not counted. */
	bounds->has_null_count = nulls >= 0 && (!is_float || (uint64_t)nulls == rows);
	bounds->null_count = bounds->has_null_count ? (uint64_t)nulls : 0;
}
