/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* RFC 6793: stands for an AS number of more than 16 bits. */
#define AS_TRANS 23456

/* Rows whose values are gathered before they are stored. */
#define GATHER_ROWS 256

#define LAYOUT(fields, size) { (fields), ARRAY_LEN(fields), (size) }

/* What IPv4 and IPv6 templates of v9 and IPFIX have in common, in the middle and at the end. */
#define COMMON_FIELDS                                                \
	{ 7, 2, ENCODE_NUMBER, FLOW_FIELD_SRC_PORT },                \
	{ 11, 2, ENCODE_NUMBER, FLOW_FIELD_DST_PORT },               \
	{ 4, 1, ENCODE_NUMBER, FLOW_FIELD_PROTO },                   \
	{ 6, 1, ENCODE_BITS, FLOW_FIELD_TCP_FLAGS },                 \
	{ 5, 1, ENCODE_NUMBER, FLOW_FIELD_TOS },                     \
	{ 61, 1, ENCODE_NUMBER, FLOW_FIELD_DIRECTION },              \
	{ 10, 4, ENCODE_NUMBER, FLOW_FIELD_IN_IF },                  \
	{ 14, 4, ENCODE_NUMBER, FLOW_FIELD_OUT_IF },                 \
	{ 2, 8, ENCODE_COUNTER, FLOW_FIELD_PACKETS },                \
	{ 1, 8, ENCODE_COUNTER, FLOW_FIELD_BYTES },                  \
	{ 16, 4, ENCODE_NUMBER, FLOW_FIELD_SRC_AS },                 \
	{ 17, 4, ENCODE_NUMBER, FLOW_FIELD_DST_AS },                 \
	{ 89, 1, ENCODE_NUMBER, FLOW_FIELD_FWD_STATUS },             \
	{ 60, 1, ENCODE_NUMBER, FLOW_FIELD_IP_VERSION }
#define COMMON_SIZE (2 * 2 + 4 + 2 * 4 + 2 * 8 + 2 * 4 + 2)

#define IPV4_FIELDS                                                  \
	{ 8, 4, ENCODE_ADDR4, FLOW_FIELD_SRC_ADDR },                 \
	{ 12, 4, ENCODE_ADDR4, FLOW_FIELD_DST_ADDR },                \
	{ 15, 4, ENCODE_ADDR4, FLOW_FIELD_NEXT_HOP },                \
	{ 9, 1, ENCODE_NUMBER, FLOW_FIELD_SRC_MASK },                \
	{ 13, 1, ENCODE_NUMBER, FLOW_FIELD_DST_MASK }
#define IPV4_SIZE (3 * 4 + 2)

#define IPV6_FIELDS                                                  \
	{ 27, 16, ENCODE_ADDR6, FLOW_FIELD_SRC_ADDR },               \
	{ 28, 16, ENCODE_ADDR6, FLOW_FIELD_DST_ADDR },               \
	{ 62, 16, ENCODE_ADDR6, FLOW_FIELD_NEXT_HOP },               \
	{ 29, 1, ENCODE_NUMBER, FLOW_FIELD_SRC_MASK },               \
	{ 30, 1, ENCODE_NUMBER, FLOW_FIELD_DST_MASK }
#define IPV6_SIZE (3 * 16 + 2)

#define V9_TIMES                                                     \
	{ 22, 4, ENCODE_UPTIME, FLOW_FIELD_FIRST },                  \
	{ 21, 4, ENCODE_UPTIME, FLOW_FIELD_LAST }
#define V9_TIMES_SIZE (2 * 4)

#define IPFIX_TIMES                                                  \
	{ 152, 8, ENCODE_NUMBER, FLOW_FIELD_FIRST },                 \
	{ 153, 8, ENCODE_NUMBER, FLOW_FIELD_LAST }
#define IPFIX_TIMES_SIZE (2 * 8)

static const struct encode_field v9_ipv4[] = { V9_TIMES, IPV4_FIELDS, COMMON_FIELDS };
static const struct encode_field v9_ipv6[] = { V9_TIMES, IPV6_FIELDS, COMMON_FIELDS };
static const struct encode_field ipfix_ipv4[] = { IPFIX_TIMES, IPV4_FIELDS, COMMON_FIELDS };
static const struct encode_field ipfix_ipv6[] = { IPFIX_TIMES, IPV6_FIELDS, COMMON_FIELDS };
static const struct encode_field v5[] = {
	{ 0, 4, ENCODE_ADDR4, FLOW_FIELD_SRC_ADDR },
	{ 0, 4, ENCODE_ADDR4, FLOW_FIELD_DST_ADDR },
	{ 0, 4, ENCODE_ADDR4, FLOW_FIELD_NEXT_HOP },
	{ 0, 2, ENCODE_NUMBER, FLOW_FIELD_IN_IF },
	{ 0, 2, ENCODE_NUMBER, FLOW_FIELD_OUT_IF },
	{ 0, 4, ENCODE_COUNTER, FLOW_FIELD_PACKETS },
	{ 0, 4, ENCODE_COUNTER, FLOW_FIELD_BYTES },
	{ 0, 4, ENCODE_UPTIME, FLOW_FIELD_FIRST },
	{ 0, 4, ENCODE_UPTIME, FLOW_FIELD_LAST },
	{ 0, 2, ENCODE_NUMBER, FLOW_FIELD_SRC_PORT },
	{ 0, 2, ENCODE_NUMBER, FLOW_FIELD_DST_PORT },
	{ 0, 1, ENCODE_ZERO, FLOW_FIELD_NONE },
	{ 0, 1, ENCODE_BITS, FLOW_FIELD_TCP_FLAGS },
	{ 0, 1, ENCODE_NUMBER, FLOW_FIELD_PROTO },
	{ 0, 1, ENCODE_NUMBER, FLOW_FIELD_TOS },
	{ 0, 2, ENCODE_AS, FLOW_FIELD_SRC_AS },
	{ 0, 2, ENCODE_AS, FLOW_FIELD_DST_AS },
	{ 0, 1, ENCODE_NUMBER, FLOW_FIELD_SRC_MASK },
	{ 0, 1, ENCODE_NUMBER, FLOW_FIELD_DST_MASK },
	{ 0, 2, ENCODE_ZERO, FLOW_FIELD_NONE },
};

const struct encode_layout encode_v9_ipv4 =
    LAYOUT(v9_ipv4, V9_TIMES_SIZE + IPV4_SIZE + COMMON_SIZE);
const struct encode_layout encode_v9_ipv6 =
    LAYOUT(v9_ipv6, V9_TIMES_SIZE + IPV6_SIZE + COMMON_SIZE);
const struct encode_layout encode_ipfix_ipv4 =
    LAYOUT(ipfix_ipv4, IPFIX_TIMES_SIZE + IPV4_SIZE + COMMON_SIZE);
const struct encode_layout encode_ipfix_ipv6 =
    LAYOUT(ipfix_ipv6, IPFIX_TIMES_SIZE + IPV6_SIZE + COMMON_SIZE);
const struct encode_layout encode_v5 = LAYOUT(v5, 48);

static const enum flow_field addr_fields[] = {
	FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_NEXT_HOP,
};

void
encode_addrs_release(struct encode_addrs *a)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(addr_fields); i++) {
		free(a->addr[addr_fields[i]]);
		a->addr[addr_fields[i]] = NULL;
		a->serial[addr_fields[i]] = 0;
	}
}

static enum flow_status
prepare_column(struct encode_addrs *a, enum flow_field field, const struct flow_dict *dict)
{
	struct addr *addr;
	uint32_t i;

	if (a->addr[field] != NULL && a->serial[field] == dict->serial)
		return FLOW_OK;
	addr = realloc(a->addr[field], ((size_t)dict->count + 1) * sizeof(*addr));
	if (addr == NULL)
		return FLOW_ENOMEM;
	a->addr[field] = addr;
	a->serial[field] = dict->serial;
	for (i = 0; i < dict->count; i++)
		if (!addr_parse(dict->text[i].p, dict->text[i].len, &addr[i]))
			memset(&addr[i], 0, sizeof(addr[i]));
	return FLOW_OK;
}

enum flow_status
encode_addrs_prepare(struct encode_addrs *a, const struct flow_batch *batch)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(addr_fields); i++) {
		const struct flow_column *c = &batch->column[addr_fields[i]];

		if (c->form == FLOW_FORM_DICT &&
		    prepare_column(a, addr_fields[i], c->dict) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

struct addr
encode_addr(const struct encode_addrs *a, const struct flow_batch *batch, enum flow_field field,
    size_t row)
{
	const struct flow_column *c = &batch->column[field];

	if (!flow_column_has(c, row))
		return addr_any4;
	if (c->form == FLOW_FORM_DICT)
		return a->addr[field][c->codes[row]];
	return ((const struct addr *)c->values)[row];
}

static void
put_addrs(const struct encode_field *f, const struct encode_addrs *addrs,
    const struct flow_batch *batch, const uint32_t *row, size_t count, size_t stride, uint8_t *out)
{
	size_t i;

	for (i = 0; i < count; i++, out += stride) {
		struct addr a = encode_addr(addrs, batch, f->field, row[i]);

		/* 0.0.0.0 stands for a null, too. */
		if (f->form == ENCODE_ADDR4)
			store_be32(out, addr_is_v4(&a) ? addr_v4(&a) : 0);
		else if (addr_equal(&a, &addr_any4))
			memset(out, 0, 16);
		else
			addr_store_v6(&a, out);
	}
}

#define GATHER(type)                                              \
	do {                                                      \
		const type *v = c->values;                        \
		for (i = 0; i < count; i++)                       \
			out[i] = (uint64_t)v[row[i]];             \
	} while (0)

/* The column's numbers of the rows; 0 where there is none. */
static void
gather(const struct flow_batch *batch, enum flow_field field, const uint32_t *row, size_t count,
    uint64_t *out)
{
	const struct flow_column *c = &batch->column[field];
	size_t i;

	if (c->form != FLOW_FORM_FLAT) {
		memset(out, 0, count * sizeof(*out));
		return;
	}
	switch (flow_type_size(flow_field_info(field)->type)) {
	case 1:
		GATHER(uint8_t);
		break;
	case 2:
		GATHER(uint16_t);
		break;
	case 4:
		GATHER(uint32_t);
		break;
	default:
		GATHER(uint64_t);
		break;
	}
	if (c->valid != NULL)
		for (i = 0; i < count; i++)
			if (!bitmap_get(c->valid, row[i]))
				out[i] = 0;
}

static void
convert(const struct encode_field *f, const struct encode_context *context, uint64_t *value,
    size_t count)
{
	uint64_t max = f->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * f->width)) - 1;
	size_t i;

	if (f->form == ENCODE_UPTIME) {
		for (i = 0; i < count; i++)
			value[i] -= (uint64_t)context->boot_ms;
		return;
	}
	if (f->form == ENCODE_BITS)
		return;
	if (f->form == ENCODE_COUNTER && context->sampling > 1)
		for (i = 0; i < count; i++)
			value[i] /= context->sampling;
	if (f->form == ENCODE_AS && f->width < 4) {
		for (i = 0; i < count; i++)
			value[i] = value[i] > max ? AS_TRANS : value[i];
		return;
	}
	if (f->width < 8)
		for (i = 0; i < count; i++)
			value[i] = value[i] > max ? max : value[i];
}

static void
put_numbers(const uint64_t *value, size_t count, unsigned width, size_t stride, uint8_t *out)
{
	size_t i;

	switch (width) {
	case 1:
		for (i = 0; i < count; i++, out += stride)
			*out = (uint8_t)value[i];
		break;
	case 2:
		for (i = 0; i < count; i++, out += stride)
			store_be16(out, (uint16_t)value[i]);
		break;
	case 4:
		for (i = 0; i < count; i++, out += stride)
			store_be32(out, (uint32_t)value[i]);
		break;
	default:
		for (i = 0; i < count; i++, out += stride)
			store_be64(out, value[i]);
		break;
	}
}

static void
put_field(const struct encode_field *f, const struct encode_context *context,
    const struct encode_addrs *addrs, const struct flow_batch *batch, const uint32_t *row,
    size_t count, size_t stride, uint8_t *out)
{
	uint64_t value[GATHER_ROWS];
	size_t i;

	switch (f->form) {
	case ENCODE_ADDR4:
	case ENCODE_ADDR6:
		put_addrs(f, addrs, batch, row, count, stride, out);
		break;
	case ENCODE_ZERO:
		for (i = 0; i < count; i++)
			memset(out + i * stride, 0, f->width);
		break;
	default:
		gather(batch, f->field, row, count, value);
		convert(f, context, value, count);
		put_numbers(value, count, f->width, stride, out);
		break;
	}
}

void
encode_records(const struct encode_layout *layout, const struct encode_context *context,
    const struct encode_addrs *addrs, const struct flow_batch *batch, const uint32_t *row,
    size_t count, uint8_t *out)
{
	size_t done, f;

	for (done = 0; done < count; done += GATHER_ROWS) {
		size_t n = count - done < GATHER_ROWS ? count - done : GATHER_ROWS, at = 0;

		for (f = 0; f < layout->fields; f++) {
			put_field(&layout->field[f], context, addrs, batch, row + done, n,
			    layout->size, out + done * layout->size + at);
			at += layout->field[f].width;
		}
	}
}
