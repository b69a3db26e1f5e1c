/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/values.h"

#include <math.h>
#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "parquet/encoding/bitpack.h"

/* INT96: nanoseconds of the day, then the Julian day number. */
#define JULIAN_EPOCH 2440588
#define DAY_MS INT64_C(86400000)
#define NANOS_PER_MS 1000000
#define INT96_BYTES 12
#define DECIMAL_BYTES_MAX 16

size_t
values_plain_bytes(const struct pq_column *column, unsigned type_length)
{
	switch (column->physical) {
	case PQ_INT32:
	case PQ_FLOAT:
		return 4;
	case PQ_INT64:
	case PQ_DOUBLE:
		return 8;
	case PQ_INT96:
		return INT96_BYTES;
	case PQ_FIXED_LEN_BYTE_ARRAY:
		return type_length;
	default:
		return 0;
	}
}

static bool
is_unsigned_int32(const struct pq_column *c)
{
	return c->logical == PQ_UINT_8 || c->logical == PQ_UINT_16 || c->logical == PQ_UINT_32;
}

static int64_t
floor_divide(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

static void
interpret(const struct pq_column *c, uint64_t *v, size_t n)
{
	int64_t unit = c->logical == PQ_TIMESTAMP_MICROS ? 1000 :
	    c->logical == PQ_TIMESTAMP_NANOS ? NANOS_PER_MS : 1;
	size_t i;

	if (c->physical == PQ_INT32 && is_unsigned_int32(c))
		for (i = 0; i < n; i++)
			v[i] = (uint32_t)v[i];
	else if (c->physical == PQ_INT32)
		for (i = 0; i < n; i++)
			v[i] = (uint64_t)(int64_t)(int32_t)(uint32_t)v[i];
	else if (unit != 1)
		for (i = 0; i < n; i++)
			v[i] = (uint64_t)floor_divide((int64_t)v[i], unit);
}

static int64_t
int96_ms(const uint8_t *p)
{
	int64_t day = (int64_t)load_le32(p + 8) - JULIAN_EPOCH;

	return day * DAY_MS + floor_divide((int64_t)load_le64(p), NANOS_PER_MS);
}

/* Ten to the power of a DECIMAL's scale; 128 bits hold scales up to 38. */
static __int128
power_of_ten(unsigned digits)
{
	__int128 v = 1;

	while (digits-- > 0)
		v *= 10;
	return v;
}

/* The whole number that an unscaled one means; false if it is not whole, or needs more than 64 bits. */
static bool
unscale(__int128 v, __int128 by, uint64_t *out)
{
	if (v % by != 0 || v < 0 || v / by > (__int128)UINT64_MAX)
		return false;
	*out = (uint64_t)(v / by);
	return true;
}

/* Big-endian two's complement. */
static __int128
decimal(const uint8_t *p, unsigned len)
{
	unsigned __int128 v = p[0] >= 0x80 ? ~(unsigned __int128)0 : 0;
	unsigned i;

	for (i = 0; i < len; i++)
		v = v << 8 | p[i];
	return (__int128)v;
}

static enum flow_status
bad_decimal(const struct pq_column *c, struct flow_error *err)
{
	char type[PQ_TYPE_TEXT];

	return flow_fail(err, FLOW_ERANGE, FLOW_NO_OFFSET,
	    "a value of its type, %s, is not a whole number from 0 to 18446744073709551615",
	    pq_type_text(c, type));
}

static enum flow_status
read_decimals(const struct pq_column *c, unsigned len, const uint8_t *p, size_t n, uint64_t *out,
    struct flow_error *err)
{
	const __int128 by = power_of_ten(c->scale);
	size_t i;

	for (i = 0; i < n; i++)
		if (!unscale(decimal(p + i * len, len), by, &out[i]))
			return bad_decimal(c, err);
	return FLOW_OK;
}

/* Values of INT32 or INT64, which are sign-extended. */
static enum flow_status
unscale_all(const struct pq_column *c, uint64_t *v, size_t n, struct flow_error *err)
{
	const __int128 by = power_of_ten(c->scale);
	size_t i;

	for (i = 0; i < n; i++)
		if (!unscale((int64_t)v[i], by, &v[i]))
			return bad_decimal(c, err);
	return FLOW_OK;
}

enum flow_status
values_understand(const struct pq_column *c, uint64_t *values, size_t n, struct flow_error *err)
{
	interpret(c, values, n);
	return c->logical == PQ_DECIMAL && c->scale > 0 ? unscale_all(c, values, n, err) : FLOW_OK;
}

static void
read_floats(const uint8_t *p, size_t n, uint64_t *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t bits = load_le32(p + i * 4);
		float f;
		double d;

		memcpy(&f, &bits, sizeof(f));
		d = (double)f;
		memcpy(&out[i], &d, sizeof(d));
	}
}

static enum flow_status
read_values(const struct pq_column *c, unsigned len, const uint8_t *p, size_t n, uint64_t *out,
    struct flow_error *err)
{
	size_t i;

	switch (c->physical) {
	case PQ_INT32:
		for (i = 0; i < n; i++)
			out[i] = load_le32(p + i * 4);
		break;
	case PQ_FLOAT:
		read_floats(p, n, out);
		return FLOW_OK;
	case PQ_INT96:
		for (i = 0; i < n; i++)
			out[i] = (uint64_t)int96_ms(p + i * INT96_BYTES);
		return FLOW_OK;
	case PQ_FIXED_LEN_BYTE_ARRAY:
		return read_decimals(c, len, p, n, out, err);
	default:
		for (i = 0; i < n; i++)
			out[i] = load_le64(p + i * 8);
		break;
	}
	return values_understand(c, out, n, err);
}

enum flow_status
values_plain(const struct pq_column *column, unsigned type_length, struct cursor *in, size_t n,
    uint64_t *out, struct flow_error *err)
{
	size_t bytes = values_plain_bytes(column, type_length);
	const uint8_t *p;

	if (bytes == 0 || (column->physical == PQ_FIXED_LEN_BYTE_ARRAY && bytes > DECIMAL_BYTES_MAX))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "its physical type (%d) holds no numbers", (int)column->physical);
	p = n <= SIZE_MAX / bytes ? cursor_bytes(in, n * bytes) : NULL;
	if (p == NULL)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "too few values in a page");
	return read_values(column, type_length, p, n, out, err);
}

/* A power of two, exact as a double. */
#define TWO_64 18446744073709551616.0

enum flow_status
values_from_doubles(const struct pq_column *column, uint64_t *values, size_t n,
    struct flow_error *err)
{
	char type[PQ_TYPE_TEXT];
	size_t i;

	for (i = 0; i < n; i++) {
		double d;

		memcpy(&d, &values[i], sizeof(d));
		if (!(d >= 0 && d < TWO_64) || d != floor(d))
			return flow_fail(err, FLOW_ERANGE, FLOW_NO_OFFSET, "%.17g, of its type %s, is not a "
			    "whole number from 0 to 18446744073709551615", d, pq_type_text(column, type));
		values[i] = (uint64_t)d;
	}
	return FLOW_OK;
}

bool
values_unsplit(struct cursor in, size_t bytes, struct buf *out)
{
	size_t n = bytes > 0 ? cursor_left(&in) / bytes : 0, b, i;
	uint8_t *to;

	if (bytes == 0 || cursor_left(&in) % bytes != 0 || !buf_reserve(out, n * bytes + BITPACK_SLACK))
		return false;
	to = buf_end(out);
	for (b = 0; b < bytes; b++)
		for (i = 0; i < n; i++)
			to[i * bytes + b] = in.pos[b * n + i];
	memset(to + n * bytes, 0, BITPACK_SLACK);
	out->len += n * bytes;
	return true;
}

bool
values_have_bits(const uint64_t *values, size_t n, uint64_t mask)
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < n; i++)
		any |= values[i];
	return (any & mask) != 0;
}

#define NARROW(type)                                    \
	do {                                            \
		type *to = out;                         \
		for (i = 0; i < n; i++) {               \
			all |= in[i];                   \
			to[i] = (type)in[i];            \
		}                                       \
	} while (0)

bool
values_narrow(const uint64_t *in, size_t n, unsigned width, void *out)
{
	uint64_t all = 0;
	size_t i;

	switch (width) {
	case 1:
		NARROW(uint8_t);
		return all <= UINT8_MAX;
	case 2:
		NARROW(uint16_t);
		return all <= UINT16_MAX;
	case 4:
		NARROW(uint32_t);
		return all <= UINT32_MAX;
	default:
		if (n > 0)
			memcpy(out, in, n * sizeof(*in));
		return true;
	}
}

#define REPEAT(type)                                     \
	do {                                             \
		const type one = *(const type *)value;   \
		type *to = out;                          \
		for (i = 0; i < n; i++)                  \
			to[i] = one;                     \
	} while (0)

void
values_repeat(const void *value, size_t n, unsigned width, void *out)
{
	size_t i;

	switch (width) {
	case 1:
		REPEAT(uint8_t);
		break;
	case 2:
		REPEAT(uint16_t);
		break;
	case 4:
		REPEAT(uint32_t);
		break;
	default:
		REPEAT(uint64_t);
		break;
	}
}

#define LOOK_UP(type)                                    \
	do {                                             \
		const type *from = dictionary;           \
		type *to = out;                          \
		for (i = 0; i < n; i++)                  \
			to[i] = from[index[i]];          \
	} while (0)

LINE_ALIGNED void
values_look_up(const void *dictionary, const uint32_t *index, size_t n, unsigned width, void *out)
{
	size_t i;

	switch (width) {
	case 1:
		LOOK_UP(uint8_t);
		break;
	case 2:
		LOOK_UP(uint16_t);
		break;
	case 4:
		LOOK_UP(uint32_t);
		break;
	default:
		LOOK_UP(uint64_t);
		break;
	}
}

/*
 * Goes backwards from the last row, so that no value is overwritten before it has moved, until the remaining
 * values are in place.  Branch-free: a null row takes the value that is next and masks it to 0.  Columns that are
 * almost all null have words without a bit, which are cleared at once.
 */
#define SPREAD(type)                                                        \
	do {                                                                \
		type *row = (type *)(void *)rows;                           \
		while (i > present) {                                       \
			size_t word = (at + i - 1) / 64, begin = word * 64; \
			begin = begin > at ? begin - at : 0;                \
			if (valid[word] == 0) {                             \
				memset(row + begin, 0, (i - begin) * sizeof(type)); \
				i = begin;                                  \
			}                                                   \
			while (i > begin && i > present) {                  \
				size_t bit = bitmap_get(valid, at + --i);   \
				present -= bit;                             \
				row[i] = (type)(row[present] & (type)(0 - bit)); \
			}                                                   \
		}                                                           \
	} while (0)

void
values_spread(uint8_t *rows, size_t present, size_t n, unsigned size, const uint64_t *valid,
    size_t at)
{
	size_t i = n;

	switch (size) {
	case 1:
		SPREAD(uint8_t);
		break;
	case 2:
		SPREAD(uint16_t);
		break;
	case 4:
		SPREAD(uint32_t);
		break;
	default:
		SPREAD(uint64_t);
		break;
	}
}
