/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of other writers: their valid range, and floating-point numbers. */
#include "parquet/chunk_inner.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/bitmap.h"
#include "parquet/encoding/values.h"

/* 1990 and 2100 in milliseconds since 1970: an integer outside has another unit. */
#define LIKELY_MIN_MS INT64_C(631152000000)
#define LIKELY_END_MS INT64_C(4102444800000)

static const char *
wanted(unsigned want)
{
	switch (want) {
	case PQ_WANT_U8:
		return "from 0 to 255";
	case PQ_WANT_U16:
		return "from 0 to 65535";
	case PQ_WANT_U32:
		return "from 0 to 4294967295";
	case PQ_WANT_U64:
		return "from 0 to 18446744073709551615";
	case PQ_WANT_TIME:
		return "milliseconds since 1970 of a year from 1990 to 2099";
	default:
		return "from 0 to 9223372036854775807";
	}
}

static enum flow_status
refuse(const struct pq_chunk_reader *r, uint64_t value, struct flow_error *err)
{
	bool is_unsigned = r->column->logical == PQ_UINT_64 || r->column->logical == PQ_DECIMAL ||
	    values_are_floats(r->column);
	char type[PQ_TYPE_TEXT], number[24];

	(void)snprintf(number, sizeof(number), is_unsigned ? "%" PRIu64 : "%" PRId64, value);
	return flow_fail(err, FLOW_ERANGE, chunk_offset(r), "%s, of its type %s, is not %s", number,
	    pq_type_text(r->column, type), wanted(r->want));
}

/* Whether integers without a unit are to be read as times. */
static bool
has_no_unit(const struct pq_chunk_reader *r)
{
	return r->want == PQ_WANT_TIME && r->column->physical == PQ_INT64 &&
	    (r->column->logical == PQ_NONE || r->column->logical == PQ_INT_64);
}

static bool
is_likely_ms(uint64_t value)
{
	return value == 0 || ((int64_t)value >= LIKELY_MIN_MS && (int64_t)value < LIKELY_END_MS);
}

enum flow_status
chunk_check_numbers(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err)
{
	bool units = has_no_unit(r);
	size_t i;

	if (!units && (r->forbidden == 0 || !values_have_bits(values, n, r->forbidden)))
		return FLOW_OK;
	for (i = 0; i < n; i++)
		if ((values[i] & r->forbidden) != 0 || (units && !is_likely_ms(values[i])))
			return refuse(r, values[i], err);
	return FLOW_OK;
}

enum flow_status
chunk_too_wide(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err)
{
	size_t i = 0;

	while (i + 1 < n && values[i] >> 8 * r->width == 0)
		i++;
	return refuse(r, values[i], err);
}

/* Reads n raw values of the current page, as the bits of DOUBLEs. */
static enum flow_status
read_raw(struct pq_chunk_reader *r, size_t n, struct flow_error *err)
{
	size_t i;

	if (!chunk_is_indexed(r))
		return values_plain(r->column, r->type_length, &r->values, n, r->wide, err);
	if (!chunk_read_indexes(r, n, r->index))
		return flow_fail(err, FLOW_EFORMAT, chunk_offset(r), "malformed indexes");
	for (i = 0; i < n; i++)
		r->wide[i] = r->dictionary[r->index[i]];
	return FLOW_OK;
}

/* Removes NaNs from n raw values and clears their bits; `*row` is where the search for the next row begins. */
static size_t
drop_nans(uint64_t *values, size_t n, uint64_t *valid, size_t *row)
{
	size_t kept = 0, i;

	for (i = 0; i < n; i++, ++*row) {
		double d;

		while (!bitmap_get(valid, *row))
			++*row;
		memcpy(&d, &values[i], sizeof(d));
		if (isnan(d))
			bitmap_unset(valid, *row);
		else
			values[kept++] = values[i];
	}
	return kept;
}

enum flow_status
chunk_read_floats(struct pq_chunk_reader *r, size_t present, uint8_t *out, uint64_t *valid, size_t at,
    size_t *kept, struct flow_error *err)
{
	size_t row = at, n;
	enum flow_status st = FLOW_OK;

	for (*kept = 0; present > 0 && st == FLOW_OK; present -= n) {
		size_t numbers;

		n = present < CHUNK_BLOCK ? present : CHUNK_BLOCK;
		st = read_raw(r, n, err);
		if (st != FLOW_OK)
			break;
		numbers = drop_nans(r->wide, n, valid, &row);
		st = values_from_doubles(r->column, r->wide, numbers, err);
		if (st == FLOW_OK && !values_narrow(r->wide, numbers, r->width, out + *kept * r->width))
			st = chunk_too_wide(r, r->wide, numbers, err);
		if (st == FLOW_OK && r->width == sizeof(uint64_t))
			st = chunk_check_numbers(r, r->wide, numbers, err);
		*kept += numbers;
	}
	return st;
}
