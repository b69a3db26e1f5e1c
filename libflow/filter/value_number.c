/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/value_number.h"

/* Up to this many ranges are compared one by one. */
#define RANGES_FEW 4

/* Rows per fixed-length loop, which needs no tail. */
#define BLOCK 64

/*
 * Loops that the compiler turns into vector instructions.  One comparison
 * tests a range: v - lo wraps round for v < lo, and is then more than hi - lo.
 */
#define NUMBER_LOOP(T, name, parameters, test)                                              \
	static void name(const T *restrict v, parameters, uint8_t *restrict m, size_t rows) \
	{                                                                                   \
		for (; rows >= BLOCK; rows -= BLOCK, v += BLOCK, m += BLOCK)                \
			for (size_t i = 0; i < BLOCK; i++)                                  \
				m[i] = (uint8_t)(m[i] & (test));                            \
		for (size_t i = 0; i < rows; i++)                                           \
			m[i] = (uint8_t)(m[i] & (test));                                    \
	}

#define TWO(T, a, b) T a, T b
#define NUMBER_LOOPS(T, type)                                                               \
	NUMBER_LOOP(T, and_range_##type, TWO(T, lo, span), (T)(v[i] - lo) <= span)          \
	NUMBER_LOOP(T, and_bits_##type, T bits, (T)(v[i] & bits) == bits)

NUMBER_LOOPS(uint8_t, u8)
NUMBER_LOOPS(uint16_t, u16)
NUMBER_LOOPS(uint32_t, u32)
NUMBER_LOOPS(uint64_t, u64)

/*
 * Where only values below 2^63 can be in range, as of counters and times, the
 * sign bit tells, which older vector units can do of 64 bits too.
 */
NUMBER_LOOP(uint64_t, and_range_i64, TWO(uint64_t, lo, hi),
    (v[i] | (v[i] - lo) | (hi - v[i])) >> 63 ^ 1)

static void
and_range(const void *values, enum flow_type type, const struct range *r, uint8_t *m, size_t rows)
{
	const uint64_t span = r->hi - r->lo;

	switch (type) {
	case FLOW_TYPE_U8:
		and_range_u8(values, (uint8_t)r->lo, (uint8_t)span, m, rows);
		break;
	case FLOW_TYPE_U16:
		and_range_u16(values, (uint16_t)r->lo, (uint16_t)span, m, rows);
		break;
	case FLOW_TYPE_U32:
		and_range_u32(values, (uint32_t)r->lo, (uint32_t)span, m, rows);
		break;
	case FLOW_TYPE_U64:
		and_range_u64(values, r->lo, span, m, rows);
		break;
	default:
		and_range_i64(values, r->lo, r->hi, m, rows);
		break;
	}
}

static void
and_bits(const void *values, size_t size, uint64_t bits, uint8_t *m, size_t rows)
{
	switch (size) {
	case 1:
		and_bits_u8(values, (uint8_t)bits, m, rows);
		break;
	case 2:
		and_bits_u16(values, (uint16_t)bits, m, rows);
		break;
	case 4:
		and_bits_u32(values, (uint32_t)bits, m, rows);
		break;
	default:
		and_bits_u64(values, bits, m, rows);
		break;
	}
}

static void
and_table(const void *values, size_t size, const uint8_t *table, uint8_t *m, size_t rows)
{
	const uint8_t *v8 = values;
	const uint16_t *v16 = values;

	if (size == 1)
		for (size_t i = 0; i < rows; i++)
			m[i] &= table[v8[i]];
	else
		for (size_t i = 0; i < rows; i++)
			m[i] &= table[v16[i]];
}

/* Any ranges over any bits of a number, for the remaining rows. */
static void
and_each(const struct predicate *p, const struct flow_column *c, uint8_t *m, size_t rows)
{
	enum flow_type type = flow_field_info(p->field[0])->type;

	for (size_t i = 0; i < rows; i += 8) {
		if (load_le64(m + i) == 0)
			continue;
		for (size_t j = i; j < i + 8 && j < rows; j++)
			if (m[j] != 0)
				m[j] = ranges_have(&p->ranges,
				    (flow_column_number(c, type, j) >> p->number.shift) & p->number.mask);
	}
}

/* A few ranges, one after the other. */
static void
and_ranges(const struct predicate *p, const struct flow_column *c, uint8_t *m,
    uint8_t spare[static 2][MASK_ROWS], size_t rows)
{
	enum flow_type type = flow_field_info(p->field[0])->type;
	uint8_t *passed = spare[0], *now = spare[1];

	memset(passed, 0, mask_bytes(rows));
	for (size_t i = 0; i < p->ranges.count; i++) {
		memcpy(now, m, mask_bytes(rows));
		and_range(c->values, type, &p->ranges.range[i], now, rows);
		/* Ranges are disjoint, so removing (xor) adds. */
		mask_remove(passed, now, rows);
	}
	memcpy(m, passed, mask_bytes(rows));
}

void
number_filter(const struct predicate *p, const struct flow_column *c, uint8_t *m,
    uint8_t spare[static 2][MASK_ROWS], size_t rows)
{
	enum flow_type type = flow_field_info(p->field[0])->type;

	if (p->kind == PREDICATE_BITS)
		and_bits(c->values, flow_type_size(type), p->number.mask, m, rows);
	else if (p->number.shift != 0 || p->number.mask != UINT64_MAX)
		and_each(p, c, m, rows);
	else if (p->ranges.count == 1)
		and_range(c->values, type, &p->ranges.range[0], m, rows);
	else if (p->number.table != NULL)
		and_table(c->values, flow_type_size(type), p->number.table, m, rows);
	else if (p->ranges.count <= RANGES_FEW)
		and_ranges(p, c, m, spare, rows);
	else
		and_each(p, c, m, rows);
}

void
number_filter_codes(const uint32_t *codes, uint32_t lo, uint32_t hi, uint8_t *m, size_t rows)
{
	and_range_u32(codes, lo, hi - lo, m, rows);
}
