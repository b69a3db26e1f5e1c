/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "net/mac.h"

/* RFC 6793: stands for an AS number of more than 16 bits. */
#define AS_TRANS 23456

/* Rows whose values are gathered before they are stored. */
#define GATHER_ROWS 256

static const enum flow_field addr_fields[] = {
	FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_BGP_NEXT_HOP,
	FLOW_FIELD_NAT_SRC_ADDR, FLOW_FIELD_NAT_DST_ADDR, FLOW_FIELD_INNER_SRC_ADDR,
	FLOW_FIELD_INNER_DST_ADDR,
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
	a->families[field] = 0;
	for (i = 0; i < dict->count; i++) {
		if (!addr_parse(dict->text[i].p, dict->text[i].len, &addr[i]))
			memset(&addr[i], 0, sizeof(addr[i]));
		a->families[field] |= addr_is_v4(&addr[i]) ? 1 : 2;
	}
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

/* MACs are texts where they were read from a file. */
static void
gather_macs(const struct flow_column *c, const uint32_t *row, size_t count, uint64_t *out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct flow_text text;

		out[i] = 0;
		if (!flow_column_has(c, row[i]))
			continue;
		text = flow_column_text(c, row[i]);
		if (!mac_parse(text.p, text.len, &out[i]))
			out[i] = 0;
	}
}

/* The column's numbers of the rows; 0 where there is none. */
static void
gather(const struct flow_batch *batch, enum flow_field field, const uint32_t *row, size_t count,
    uint64_t *out)
{
	const struct flow_column *c = &batch->column[field];
	size_t i;

	if (c->form == FLOW_FORM_DICT) {
		gather_macs(c, row, count, out);
		return;
	}
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

/* Seconds between 1900, where NTP begins, and 1970. */
#define NTP_1970 UINT64_C(2208988800)

static uint64_t
ntp_of(uint64_t ms)
{
	return (ms / 1000 + NTP_1970) << 32 | (ms % 1000 << 32) / 1000;
}

static uint64_t
clamp(uint64_t value, uint64_t max)
{
	return value > max ? max : value;
}

static void
convert(const struct encode_field *f, const struct encode_context *context, uint64_t *value,
    size_t count)
{
	uint64_t max = f->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * f->width)) - 1;
	size_t i;

	switch (f->form) {
	case ENCODE_UPTIME:
		for (i = 0; i < count; i++)
			value[i] -= (uint64_t)context->boot_ms;
		return;
	case ENCODE_BITS:
		return;
	case ENCODE_NTP:
		for (i = 0; i < count; i++)
			value[i] = ntp_of(value[i]);
		return;
	case ENCODE_SECONDS:
		for (i = 0; i < count; i++)
			value[i] /= 1000;
		break;
	case ENCODE_MILLIS:
		for (i = 0; i < count; i++)
			value[i] /= 1000;
		break;
	case ENCODE_COUNTER:
		for (i = 0; context->sampling > 1 && i < count; i++)
			value[i] /= context->sampling;
		break;
	case ENCODE_AS:
		for (i = 0; f->width < 4 && i < count; i++)
			value[i] = value[i] > max ? AS_TRANS : value[i];
		return;
	default:
		break;
	}
	for (i = 0; f->width < 8 && i < count; i++)
		value[i] = clamp(value[i], max);
}

static void
put_odd(const uint64_t *value, size_t count, unsigned width, size_t stride, uint8_t *out)
{
	unsigned k;
	size_t i;

	for (i = 0; i < count; i++, out += stride)
		for (k = 0; k < width; k++)
			out[k] = (uint8_t)(value[i] >> (8 * (width - 1 - k)));
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
	case 8:
		for (i = 0; i < count; i++, out += stride)
			store_be64(out, value[i]);
		break;
	default:
		put_odd(value, count, width, stride, out);
		break;
	}
}

#define COPY(type, store)                                                                 \
	do {                                                                              \
		const type *v = c->values;                                                \
		for (i = 0; i < at->count; i++, out += at->stride)                        \
			store;                                                            \
	} while (0)

/* A part of one column of some rows, and where it goes. */
struct place {
	const struct flow_batch *batch;
	const uint32_t *row;
	size_t count, stride;
	uint8_t *out;
};

/* Writes numbers that are as wide as their column, and all there; false: the column is another. */
static bool
copy_numbers(const struct encode_field *f, const struct place *at)
{
	const struct flow_column *c = &at->batch->column[f->field];
	uint8_t *out = at->out;
	size_t i;

	if (c->form != FLOW_FORM_FLAT || c->valid != NULL ||
	    flow_type_size(flow_field_info(f->field)->type) != f->width)
		return false;
	switch (f->width) {
	case 1:
		COPY(uint8_t, *out = v[at->row[i]]);
		return true;
	case 2:
		COPY(uint16_t, store_be16(out, v[at->row[i]]));
		return true;
	case 4:
		COPY(uint32_t, store_be32(out, v[at->row[i]]));
		return true;
	case 8:
		COPY(uint64_t, store_be64(out, v[at->row[i]]));
		return true;
	default:
		return false;
	}
}

static struct flow_text
text_of(const struct place *at, enum flow_field field, size_t i)
{
	const struct flow_column *c = &at->batch->column[field];

	return c->form == FLOW_FORM_DICT && flow_column_has(c, at->row[i])
	    ? flow_column_text(c, at->row[i]) : (struct flow_text){ "", 0 };
}

static void
put_texts(const struct encode_field *f, const struct place *at)
{
	uint8_t *out = at->out;
	size_t i;

	for (i = 0; i < at->count; i++, out += at->stride) {
		struct flow_text t = text_of(at, f->field, i);
		size_t len = t.len < f->width ? t.len : f->width;

		memset(out, 0, f->width);
		if (len > 0)
			memcpy(out, t.p, len);
	}
}

/* Decimal digits up to what is none; *at is where that is. */
static uint64_t
digits(struct flow_text t, size_t *at)
{
	uint64_t v = 0;

	for (; *at < t.len && t.p[*at] >= '0' && t.p[*at] <= '9'; (*at)++)
		v = v * 10 + (uint64_t)(t.p[*at] - '0');
	return v;
}

static void
put_applications(const struct encode_field *f, const struct place *at)
{
	uint8_t *out = at->out;
	size_t i;

	for (i = 0; i < at->count; i++, out += at->stride) {
		struct flow_text t = text_of(at, f->field, i);
		uint64_t engine, selector;
		size_t end = 0;

		engine = digits(t, &end);
		end++;
		selector = digits(t, &end);
		*out = (uint8_t)engine;
		put_odd(&selector, 1, f->width - 1u, 0, out + 1);
	}
}

/* NSEL's ids of access lists, as flowcap prints them; all zero is none. */
static void
put_acls(const struct encode_field *f, const struct place *at)
{
	uint8_t *out = at->out;
	size_t i, k, n;

	for (i = 0; i < at->count; i++, out += at->stride) {
		struct flow_text t = text_of(at, f->field, i);

		memset(out, 0, f->width);
		for (k = n = 0; k < t.len && n < 2u * f->width; k++) {
			unsigned digit = hex_value(t.p[k]);

			if (digit > 15)
				continue;
			out[n / 2] |= (uint8_t)(n % 2 == 0 ? digit << 4 : digit);
			n++;
		}
	}
}

/* A number that depends on the context alone. */
static uint64_t
same_number(const struct encode_field *f, const struct encode_context *context)
{
	double probability = 1.0 / (double)context->sampling;
	uint64_t bits;

	switch (f->form) {
	case ENCODE_RATE:
		return context->sampling - f->value;
	case ENCODE_BOOT:
		return (uint64_t)context->boot_ms;
	case ENCODE_DOMAIN:
		return context->domain;
	case ENCODE_TEMPLATE:
		return context->template;
	case ENCODE_SUBJECT:
		return context->subject;
	case ENCODE_PROBABILITY:
		memcpy(&bits, &probability, sizeof(bits));
		return bits;
	default:
		return f->value;
	}
}

static void
put_constant_text(const struct encode_field *f, uint8_t *out)
{
	size_t len = strlen(f->text);

	memset(out, 0, f->width);
	memcpy(out, f->text, len < f->width ? len : f->width);
}

bool
encode_same(const struct encode_field *f, const struct encode_context *context, uint8_t *out)
{
	uint64_t value;

	switch (f->form) {
	case ENCODE_ZERO:
		memset(out, 0, f->width);
		return true;
	case ENCODE_EXPORTER:
		if (f->width == 4)
			store_be32(out, addr_is_v4(&context->exporter) ? addr_v4(&context->exporter) : 0);
		else
			memcpy(out, context->exporter.b, 16);
		return true;
	case ENCODE_CONSTANT:
		if (f->text != NULL) {
			put_constant_text(f, out);
			return true;
		}
		break;
	case ENCODE_RATE: case ENCODE_BOOT: case ENCODE_DOMAIN: case ENCODE_TEMPLATE: case ENCODE_SUBJECT:
	case ENCODE_PROBABILITY:
		break;
	default:
		return false;
	}
	value = same_number(f, context);
	put_odd(&value, 1, f->width, 0, out);
	return true;
}

static void
put_same(const struct encode_field *f, const struct encode_context *context, const struct place *at)
{
	uint8_t bytes[256];
	size_t i;

	(void)encode_same(f, context, bytes);
	for (i = 0; i < at->count; i++)
		memcpy(at->out + i * at->stride, bytes, f->width);
}

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Values of two columns. */
static void
put_pairs(const struct encode_field *f, const struct place *at)
{
	static const struct { enum encode_form form; enum flow_field first, second; } columns[] = {
		{ ENCODE_ICMP, FLOW_FIELD_ICMP_TYPE, FLOW_FIELD_ICMP_CODE },
		{ ENCODE_DURATION, FLOW_FIELD_LAST, FLOW_FIELD_FIRST },
		{ ENCODE_DELTA, FLOW_FIELD_RECEIVED, FLOW_FIELD_NONE },
	};
	uint64_t a[GATHER_ROWS], b[GATHER_ROWS];
	size_t i, k;

	for (k = 0; columns[k].form != f->form; k++)
		;
	gather(at->batch, columns[k].first, at->row, at->count, a);
	gather(at->batch, f->form == ENCODE_DELTA ? f->field : columns[k].second, at->row, at->count, b);
	for (i = 0; i < at->count; i++) {
		if (f->form == ENCODE_ICMP)
			a[i] = a[i] << 8 | (b[i] & 0xff);
		else if (f->form == ENCODE_DURATION)
			a[i] = less(a[i], b[i]);
		else
			a[i] = less(a[i] - a[i] % 1000, b[i]) * 1000;
	}
	put_numbers(a, at->count, f->width, at->stride, at->out);
}

static void
put_prefix(const struct encode_field *f, const struct place *at)
{
	size_t i;

	for (i = 0; i < at->count; i++) {
		uint8_t *p = at->out + i * at->stride - f->prefix;

		if (f->prefix == 1) {
			*p = (uint8_t)f->width;
		} else {
			*p = 255;
			store_be16(p + 1, f->width);
		}
	}
}

static void
put_field(const struct encode_field *f, const struct encode_context *context,
    const struct encode_addrs *addrs, const struct place *at)
{
	uint64_t value[GATHER_ROWS];

	if (f->prefix > 0)
		put_prefix(f, at);
	switch (f->form) {
	case ENCODE_ADDR4:
	case ENCODE_ADDR6:
		put_addrs(f, addrs, at->batch, at->row, at->count, at->stride, at->out);
		break;
	case ENCODE_TEXT:
		put_texts(f, at);
		break;
	case ENCODE_APPLICATION:
		put_applications(f, at);
		break;
	case ENCODE_ACL:
		put_acls(f, at);
		break;
	case ENCODE_ICMP:
	case ENCODE_DURATION:
	case ENCODE_DELTA:
		put_pairs(f, at);
		break;
	case ENCODE_RATE: case ENCODE_BOOT: case ENCODE_EXPORTER: case ENCODE_CONSTANT: case ENCODE_ZERO:
	case ENCODE_PROBABILITY: case ENCODE_DOMAIN: case ENCODE_TEMPLATE: case ENCODE_SUBJECT:
		put_same(f, context, at);
		break;
	default:
		if ((f->form == ENCODE_NUMBER || f->form == ENCODE_BITS || f->form == ENCODE_AS ||
		    (f->form == ENCODE_COUNTER && context->sampling == 1)) && copy_numbers(f, at))
			break;
		gather(at->batch, f->field, at->row, at->count, value);
		convert(f, context, value, at->count);
		put_numbers(value, at->count, f->width, at->stride, at->out);
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
		struct place at = { batch, row + done, count - done < GATHER_ROWS ? count - done
		    : GATHER_ROWS, layout->size, out + done * layout->size };

		for (f = 0; f < layout->fields; f++) {
			at.out += layout->field[f].prefix;
			put_field(&layout->field[f], context, addrs, &at);
			at.out += layout->field[f].width;
		}
	}
}

uint64_t
encode_number(const struct flow_batch *batch, enum flow_field field, size_t row)
{
	uint32_t at = (uint32_t)row;
	uint64_t value;

	gather(batch, field, &at, 1, &value);
	return value;
}
