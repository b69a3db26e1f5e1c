/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/values.h"

#include <string.h>

#include "base/bitmap.h"
#include "tap.h"

/* One PLAIN value of a type. */
static int64_t
one(enum pq_physical physical, enum pq_logical logical, const char *bytes, unsigned len)
{
	struct pq_column c = { .name = "x", .physical = physical, .logical = logical };
	struct cursor in = cursor_make(bytes, len);
	uint64_t v = 0;

	ok(values_plain(&c, len, &in, 1, &v, NULL) == FLOW_OK);
	is_uint(cursor_left(&in), 0);
	return (int64_t)v;
}

static void
integers(void)
{
	is_int(one(PQ_INT32, PQ_NONE, "\xfe\xff\xff\xff", 4), -2);
	is_int(one(PQ_INT32, PQ_INT_8, "\xfe\xff\xff\xff", 4), -2);
	is_int(one(PQ_INT32, PQ_UINT_32, "\xfe\xff\xff\xff", 4), INT64_C(4294967294));
	is_int(one(PQ_INT32, PQ_UINT_16, "\xff\xff\x00\x00", 4), 65535);
	is_int(one(PQ_INT64, PQ_INT_64, "\x00\x00\x00\x00\x00\x00\x00\x80", 8), INT64_MIN);
	is_int(one(PQ_INT64, PQ_UINT_64, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), -1);
}

/* Times of every unit are milliseconds, rounded down also before 1970. */
static void
times(void)
{
	is_int(one(PQ_INT64, PQ_TIMESTAMP_MILLIS, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), -1);
	is_int(one(PQ_INT64, PQ_TIMESTAMP_MICROS, "\xcf\x07\0\0\0\0\0\0", 8), 1);	/* 1999 */
	is_int(one(PQ_INT64, PQ_TIMESTAMP_MICROS, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), -1);
	is_int(one(PQ_INT64, PQ_TIMESTAMP_NANOS, "\x80\x84\x1e\0\0\0\0\0", 8), 2);	/* 2000000 */
	/* 2026-11-23T08:30:00.123Z: Julian day 2461368, 30600.123 s after midnight. */
	is_int(one(PQ_INT96, PQ_NONE, "\xc0\x24\x76\xa5\xd4\x1b\x00\x00\xb8\x8e\x25\x00", 12),
	    INT64_C(1795422600123));
	is_int(one(PQ_INT96, PQ_NONE, "\0\0\0\0\0\0\0\0\x8b\x3d\x25\x00", 12), -86400000);
}

/* Spark's unsigned 64 bits: DECIMAL(20,0), big-endian in nine bytes. */
static void
decimals(void)
{
	struct pq_column c = { .name = "x", .physical = PQ_FIXED_LEN_BYTE_ARRAY,
		.logical = PQ_DECIMAL };
	struct cursor in = cursor_make("\1\0\0\0\0\0\0\0\0", 9);
	struct flow_error err;
	uint64_t v = 7;

	is_uint((uint64_t)one(PQ_FIXED_LEN_BYTE_ARRAY, PQ_DECIMAL,
	    "\0\xff\xff\xff\xff\xff\xff\xff\xfe", 9), UINT64_MAX - 1);
	is_int(one(PQ_FIXED_LEN_BYTE_ARRAY, PQ_DECIMAL, "\x01\x02", 2), 258);
	ok(values_plain(&c, 9, &in, 1, &v, &err) == FLOW_ERANGE);
	ok(strstr(err.message, "18446744073709551615") != NULL);
	/* -1 */
	in = cursor_make("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
	ok(values_plain(&c, 9, &in, 1, &v, &err) == FLOW_ERANGE);
}

/* One value with digits behind the point; 0 where it is refused. */
static uint64_t
scaled(enum pq_physical physical, unsigned scale, const char *bytes, unsigned len)
{
	struct pq_column c = { .name = "x", .physical = physical, .logical = PQ_DECIMAL, .precision = 38,
		.scale = (uint8_t)scale };
	struct cursor in = cursor_make(bytes, len);
	struct flow_error err;
	uint64_t v = 0;
	enum flow_status st = values_plain(&c, len, &in, 1, &v, &err);

	ok(st == FLOW_OK || (st == FLOW_ERANGE && strstr(err.message, "DECIMAL(38,") != NULL));
	return st == FLOW_OK ? v : 0;
}

/* 1234.00 is whole, 1234.56 is not; nor is anything beyond 64 bits. */
static void
scales(void)
{
	is_uint(scaled(PQ_INT32, 2, "\x08\xe2\x01\x00", 4), 1234);	/* 123400 */
	is_uint(scaled(PQ_INT32, 2, "\x40\xe2\x01\x00", 4), 0);	/* 123456 */
	is_uint(scaled(PQ_INT64, 1, "\x0a\0\0\0\0\0\0\0", 8), 1);
	is_uint(scaled(PQ_INT64, 1, "\xf6\xff\xff\xff\xff\xff\xff\xff", 8), 0);	/* -10 */
	/* 2^64 - 1 with three digits: 18446744073709551615000 = 0x3e7fffffffffffffc18. */
	is_uint(scaled(PQ_FIXED_LEN_BYTE_ARRAY, 3, "\x03\xe7\xff\xff\xff\xff\xff\xff\xfc\x18", 10),
	    UINT64_MAX);
	is_uint(scaled(PQ_FIXED_LEN_BYTE_ARRAY, 3, "\x03\xe8\0\0\0\0\0\0\0\0", 10), 0);	/* 2^64 */
	is_uint(scaled(PQ_FIXED_LEN_BYTE_ARRAY, 38, "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff", 16), 0);
}

/* FLOAT and DOUBLE by IEEE 754. */
static void
floats(void)
{
	static const double no[] = { 1.5, -1, 18446744073709551616.0, 1e300, -1e300 };
	struct pq_column c = { .name = "x", .physical = PQ_DOUBLE };
	uint64_t v[4];
	double d[4] = { 0, 4294967295.0, 9007199254740993.0, 18446744073709549568.0 };
	struct flow_error err;

	/* 1500 is 0x44bb8000, as a DOUBLE 0x4097700000000000. */
	is_int(one(PQ_FLOAT, PQ_NONE, "\x00\x80\xbb\x44", 4), INT64_C(0x4097700000000000));
	is_int(one(PQ_DOUBLE, PQ_NONE, "\0\0\0\0\0\x70\x97\x40", 8), INT64_C(0x4097700000000000));
	memcpy(v, d, sizeof(v));
	ok(values_from_doubles(&c, v, 4, NULL) == FLOW_OK);
	is_uint(v[0], 0);
	is_uint(v[1], UINT32_MAX);
	is_uint(v[2], UINT64_C(9007199254740992));	/* an even neighbour: 2^53 */
	is_uint(v[3], UINT64_C(18446744073709549568));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		memcpy(v, &no[i], sizeof(no[i]));
		ok(values_from_doubles(&c, v, 1, &err) == FLOW_ERANGE);
		ok(strstr(err.message, "DOUBLE") != NULL);
	}
}

/* The example of Encodings.md: three values of four bytes, AA BB CC DD, 00 11 22 33, A3 B4 C5 D6. */
static void
unsplit(void)
{
	static const uint8_t split[] = { 0xaa, 0x00, 0xa3, 0xbb, 0x11, 0xb4, 0xcc, 0x22, 0xc5, 0xdd, 0x33, 0xd6 };
	static const uint8_t want[] = { 0xaa, 0xbb, 0xcc, 0xdd, 0x00, 0x11, 0x22, 0x33, 0xa3, 0xb4, 0xc5, 0xd6 };
	struct buf out = BUF_INIT;

	ok(values_unsplit(cursor_make(split, sizeof(split)), 4, &out));
	is_mem(out.data, out.len, want, sizeof(want));
	ok(!values_unsplit(cursor_make(split, 11), 4, &out));
	ok(!values_unsplit(cursor_make(split, 12), 0, &out));
	buf_clear(&out);
	ok(values_unsplit(cursor_make(split, 0), 8, &out) && out.len == 0);
	buf_release(&out);
}

static void
refused(void)
{
	static const enum pq_physical none[] = { PQ_BOOLEAN, PQ_BYTE_ARRAY };
	struct pq_column c = { .name = "x", .physical = PQ_INT64 };
	struct cursor in = cursor_make("1234567", 7);
	uint64_t v = 7;

	ok(values_plain(&c, 0, &in, 1, &v, NULL) == FLOW_EFORMAT);
	in = cursor_make("12345678", 8);
	ok(values_plain(&c, 0, &in, SIZE_MAX / 4, &v, NULL) == FLOW_EFORMAT);
	for (size_t i = 0; i < 2; i++) {
		c.physical = none[i];
		in = cursor_make("12345678", 8);
		ok(values_plain(&c, 0, &in, 1, &v, NULL) == FLOW_EUNSUPPORTED);
	}
	c.physical = PQ_FIXED_LEN_BYTE_ARRAY;
	ok(values_plain(&c, 0, &in, 1, &v, NULL) == FLOW_EUNSUPPORTED);
	ok(values_plain(&c, 17, &in, 1, &v, NULL) == FLOW_EUNSUPPORTED);
}

/* The greatest number of each width goes, the next does not; nor does a negative one. */
static void
narrow(void)
{
	static const unsigned width[] = { 1, 2, 4 };
	uint64_t in[19] = { 0 }, out[19];

	for (size_t i = 0; i < 3; i++) {
		in[17] = (UINT64_C(1) << 8 * width[i]) - 1;
		memset(out, 0xff, sizeof(out));
		ok(values_narrow(in, 18, width[i], out));
		is_uint(width[i] == 1 ? ((uint8_t *)out)[17] : width[i] == 2 ? ((uint16_t *)out)[17] :
		    ((uint32_t *)out)[17], in[17]);
		is_uint(((uint8_t *)out)[18 * width[i]], 0xff);
		in[17]++;
		ok(!values_narrow(in, 18, width[i], out));
		in[17] = UINT64_MAX;
		ok(!values_narrow(in, 18, width[i], out));
		ok(values_narrow(in, 18, 8, out));
		is_uint(out[17], UINT64_MAX);
	}
}

/* n values, and nothing behind them. */
static void
repeat(void)
{
	const uint64_t value = UINT64_C(0x0807060504030201);
	unsigned char out[5 * 8 + 1], want[5 * 8 + 1];

	for (unsigned width = 1; width <= 8; width *= 2) {
		for (size_t n = 0; n <= 5; n++) {
			memset(out, 0xee, sizeof(out));
			memset(want, 0xee, sizeof(want));
			for (size_t i = 0; i < n; i++)
				memcpy(want + i * width, &value, width);
			values_repeat(&value, n, width, out);
			is_mem(out, sizeof(out), want, sizeof(want));
		}
	}
}

static void
look_up(void)
{
	static const uint16_t two[] = { 10, 20, 65535 };
	static const uint64_t eight[] = { 1, UINT64_MAX };
	static const uint32_t index[] = { 2, 0, 1, 1 }, bits[] = { 1, 0 };
	static const uint16_t want[] = { 65535, 10, 20, 20 };
	uint16_t out[4];
	uint64_t wide[2];

	values_look_up(two, index, 4, 2, out);
	is_mem(out, sizeof(out), want, sizeof(want));
	values_look_up(eight, bits, 2, 8, wide);
	is_uint(wide[0], UINT64_MAX);
	is_uint(wide[1], 1);
}

/* Against the plain definition, all widths, odd beginnings, many patterns. */
static void
spread(void)
{
	static const unsigned size[] = { 1, 2, 4, 8 };
	uint64_t valid[BITMAP_WORDS(400)];
	uint8_t rows[8 * 300], want[8 * 300];
	uint32_t v = 1;
	size_t wrong = 0;

	for (unsigned round = 0; round < 400; round++) {
		unsigned bytes = size[round % 4];
		size_t n = round * 7 % 300, at = round * 13 % 100, present = 0;

		memset(want, 0, sizeof(want));
		memset(rows, 0x77, sizeof(rows));
		for (size_t i = 0; i < n; i++) {
			v = v * 1664525 + 1013904223;
			bitmap_unset(valid, at + i);
			if (round % 9 == 0 ? i / 70 % 2 == 0 : (v >> 16) % 8 < round % 10) {
				bitmap_set(valid, at + i);
				memset(want + i * bytes, (int)(present % 250 + 1), bytes);
				memset(rows + present * bytes, (int)(present % 250 + 1), bytes);
				present++;
			}
		}
		values_spread(rows, present, n, bytes, valid, at);
		wrong += memcmp(rows, want, n * bytes) != 0;
		wrong += n * bytes < sizeof(rows) && rows[n * bytes] != 0x77;
	}
	is_uint(wrong, 0);
}

int
main(void)
{
	integers();
	times();
	decimals();
	scales();
	floats();
	unsplit();
	refused();
	narrow();
	look_up();
	repeat();
	spread();
	return tap_done();
}
