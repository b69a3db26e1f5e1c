/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of one field of n records into one column: the inner loops of decoding. */
#include "wire/decoder.h"

/*
 * Numbers: the wire width is fixed outside the loop, so that the compiler makes
 * one loop for each.  A value too great for its column becomes the column's maximum, and is
 * counted; this costs nothing if the width fits the column.
 */
#define COPY_LOOP(type, max, load)                                   \
	do {                                                         \
		for (i = 0; i < n; i++, p += stride) {               \
			uint64_t v = (load);                         \
			wide += v > (max);                           \
			dst[i] = v > (max) ? (type)(max) : (type)v;  \
		}                                                    \
	} while (0)

#define COPY_NUMBERS(name, type, max)                                                        \
	static size_t copy_##name(type *dst, const uint8_t *p, size_t len, size_t stride,    \
	    size_t n)                                                                        \
	{                                                                                    \
		size_t i, wide = 0;                                                          \
                                                                                             \
		switch (len) {                                                               \
		case 1:                                                                      \
			COPY_LOOP(type, max, p[0]);                                          \
			break;                                                               \
		case 2:                                                                      \
			COPY_LOOP(type, max, load_be16(p));                                  \
			break;                                                               \
		case 4:                                                                      \
			COPY_LOOP(type, max, load_be32(p));                                  \
			break;                                                               \
		case 8:                                                                      \
			COPY_LOOP(type, max, load_be64(p));                                  \
			break;                                                               \
		default:                                                                     \
			COPY_LOOP(type, max, load_wide(p, len));                             \
			break;                                                               \
		}                                                                            \
		return wide;                                                                 \
	}                                                                                    \
	static size_t fill_##name(type *dst, const uint8_t *p, size_t len, size_t stride,    \
	    size_t n)                                                                        \
	{                                                                                    \
		size_t i, wide = 0;                                                          \
                                                                                             \
		for (i = 0; i < n; i++, p += stride) {                                       \
			uint64_t v = load_wide(p, len);                                      \
                                                                                             \
			if (dst[i] != 0)                                                     \
				continue;                                                    \
			wide += v > (max);                                                   \
			dst[i] = v > (max) ? (type)(max) : (type)v;                          \
		}                                                                            \
		return wide;                                                                 \
	}

COPY_NUMBERS(u8, uint8_t, UINT8_MAX)
COPY_NUMBERS(u16, uint16_t, UINT16_MAX)
COPY_NUMBERS(u32, uint32_t, UINT32_MAX)
COPY_NUMBERS(u64, uint64_t, UINT64_MAX)
COPY_NUMBERS(i64, int64_t, INT64_MAX)

static void
copy_addr4(struct addr *dst, const uint8_t *p, size_t stride, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, p += stride) {
		dst[i] = addr_any4;
		memcpy(dst[i].b + 12, p, 4);
	}
}

static void
copy_addr16(struct addr *dst, const uint8_t *p, size_t stride, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, p += stride)
		memcpy(dst[i].b, p, 16);
}

/* Copies the other family's address where the column is all zero and this address is not. */
static void
fill_addr(struct addr *dst, const uint8_t *p, size_t len, size_t stride, size_t n)
{
	static const uint8_t zero[16];
	size_t i;

	for (i = 0; i < n; i++, p += stride) {
		bool empty = addr_equal(&dst[i], &addr_any4) || memcmp(dst[i].b, zero, 16) == 0;

		if (!empty || memcmp(p, zero, len) == 0)
			continue;
		if (len == 4)
			copy_addr4(dst + i, p, 0, 1);
		else
			copy_addr16(dst + i, p, 0, 1);
	}
}

/* Strings of fixed length are padded with zeros. */
static size_t
text_len(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len;
}

static enum flow_status
copy_text(const struct rows *r, const struct span *s, enum flow_field field)
{
	enum flow_status st;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const uint8_t *p = s->p + i * r->stride;
		size_t len = text_len(p, s->len);

		if (len == 0)
			continue;
		st = text_put(r->ctx, field, i, p, len);
		if (st != FLOW_OK)
			return st;
	}
	return FLOW_OK;
}

static void
copy_or_fill_addr(struct addr *dst, const struct span *s, size_t stride, size_t n, bool fill)
{
	if (fill)
		fill_addr(dst, s->p, s->len, stride, n);
	else if (s->len == 4)
		copy_addr4(dst, s->p, stride, n);
	else
		copy_addr16(dst, s->p, stride, n);
}

#define COPY_CASE(TYPE, name, type)                                               \
	case FLOW_TYPE_##TYPE:                                                    \
		if (op->fill)                                                     \
			wide = fill_##name((type *)dst, s->p, s->len, r->stride, r->n); \
		else                                                              \
			wide = copy_##name((type *)dst, s->p, s->len, r->stride, r->n); \
		break;

enum flow_status
rows_column(const struct rows *r, const struct plan_op *op)
{
	const struct span *s = &r->span[op->index];
	enum flow_field field = (enum flow_field)op->field;
	enum flow_type type = flow_field_info(field)->type;
	size_t wide = 0;
	void *dst;

	if (s->len == 0)
		return FLOW_OK;
	if (type == FLOW_TYPE_TEXT)
		return copy_text(r, s, field);
	/* Only variable-length fields can arrive here with a wrong width. */
	if (!element_column_fits(field, s->len))
		return FLOW_OK;
	dst = flow_builder_flat(r->ctx->out, field, r->n);
	if (dst == NULL)
		return FLOW_ENOMEM;
	switch (type) {
	COPY_CASE(U8, u8, uint8_t)
	COPY_CASE(U16, u16, uint16_t)
	COPY_CASE(U32, u32, uint32_t)
	COPY_CASE(MAC, u64, uint64_t)
	COPY_CASE(U64, u64, uint64_t)
	COPY_CASE(I64, i64, int64_t)
	COPY_CASE(TIME, i64, int64_t)
	case FLOW_TYPE_ADDR:
		copy_or_fill_addr(dst, s, r->stride, r->n, op->fill);
		break;
	case FLOW_TYPE_TEXT:
		break;
	}
	decoder_count(r->ctx->d, FLOW_COUNT_VALUE_WIDE, wide);
	return FLOW_OK;
}
