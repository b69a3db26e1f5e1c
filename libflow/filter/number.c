/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/number.h"

#include "filter/mask.h"

/* Up to so many ranges are compared one by one. */
#define RANGES_FEW 4

/* Rows that a loop with a fixed number of turns takes at once, so that it needs no tail. */
#define BLOCK 64

/*
 * Loops that the compiler turns into vector instructions.  One comparison
 * tests a range: v - lo wraps round for v < lo, and is then more than hi - lo.
 */
#define NUMBER_LOOP(T, name, parameters, test, joint)                                      \
	static void name(const T *restrict v, parameters, uint8_t *restrict m, size_t rows) \
	{                                                                                  \
		for (; rows >= BLOCK; rows -= BLOCK, v += BLOCK, m += BLOCK)               \
			for (size_t i = 0; i < BLOCK; i++)                                 \
				m[i] = (uint8_t)(m[i] joint (test));                       \
		for (size_t i = 0; i < rows; i++)                                          \
			m[i] = (uint8_t)(m[i] joint (test));                               \
	}

#define TWO(T, a, b) T a, T b
#define NUMBER_LOOPS(T, type)                                                              \
	NUMBER_LOOP(T, and_range_##type, TWO(T, lo, span), (T)(v[i] - lo) <= span, &)      \
	NUMBER_LOOP(T, or_range_##type, TWO(T, lo, span), (T)(v[i] - lo) <= span, |)       \
	NUMBER_LOOP(T, and_bits_##type, T bits, (T)(v[i] & bits) == bits, &)

NUMBER_LOOPS(uint8_t, u8)
NUMBER_LOOPS(uint16_t, u16)
NUMBER_LOOPS(uint32_t, u32)
NUMBER_LOOPS(uint64_t, u64)

static void
and_range(const void *values, size_t size, const struct range *r, uint8_t *m, size_t rows)
{
	const uint64_t span = r->hi - r->lo;

	switch (size) {
	case 1:
		and_range_u8(values, (uint8_t)r->lo, (uint8_t)span, m, rows);
		break;
	case 2:
		and_range_u16(values, (uint16_t)r->lo, (uint16_t)span, m, rows);
		break;
	case 4:
		and_range_u32(values, (uint32_t)r->lo, (uint32_t)span, m, rows);
		break;
	default:
		and_range_u64(values, r->lo, span, m, rows);
		break;
	}
}

static void
or_range(const void *values, size_t size, const struct range *r, uint8_t *m, size_t rows)
{
	const uint64_t span = r->hi - r->lo;

	switch (size) {
	case 1:
		or_range_u8(values, (uint8_t)r->lo, (uint8_t)span, m, rows);
		break;
	case 2:
		or_range_u16(values, (uint16_t)r->lo, (uint16_t)span, m, rows);
		break;
	case 4:
		or_range_u32(values, (uint32_t)r->lo, (uint32_t)span, m, rows);
		break;
	default:
		or_range_u64(values, r->lo, span, m, rows);
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

/* Any ranges of any bits of a number, for the rows that are left. */
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
				    (flow_column_number(c, type, j) >> p->shift) & p->mask);
	}
}

void
number_filter(const struct predicate *p, const struct flow_column *c, uint8_t *m, uint8_t *spare,
    size_t rows)
{
	size_t size = flow_type_size(flow_field_info(p->field[0])->type);

	if (p->kind == PREDICATE_BITS) {
		and_bits(c->values, size, p->mask, m, rows);
	} else if (p->shift != 0 || p->mask != UINT64_MAX || p->ranges.count > RANGES_FEW) {
		if (p->table != NULL)
			and_table(c->values, size, p->table, m, rows);
		else
			and_each(p, c, m, rows);
	} else if (p->ranges.count == 1) {
		and_range(c->values, size, &p->ranges.range[0], m, rows);
	} else {
		memset(spare, 0, mask_bytes(rows));
		for (size_t i = 0; i < p->ranges.count; i++)
			or_range(c->values, size, &p->ranges.range[i], spare, rows);
		mask_and(m, spare, rows);
	}
}
