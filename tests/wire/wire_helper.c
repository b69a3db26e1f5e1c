/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/wire_helper.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "net/mac.h"
#include "tap.h"

void
wire_begin(struct wire *w, const struct flow_decoder_options *options)
{
	w->d = flow_decoder_new(options);
	w->rows = flow_builder_new();
	w->dg = (struct flow_datagram){ .exporter = addr_from_v4(0xc0000201), .port = 1000,
		.transport = FLOW_UDP, .received_ms = WIRE_RECEIVED };
	if (w->d == NULL || w->rows == NULL)
		abort();
}

void
wire_end(struct wire *w)
{
	flow_decoder_free(w->d);
	flow_builder_free(w->rows);
}

void
wire_feed(struct wire *w, struct buf *b)
{
	uint8_t *exact = malloc(b->len > 0 ? b->len : 1);

	if (exact == NULL || b->failed)
		abort();
	memcpy(exact, b->data, b->len);
	if (b->len >= 4 && load_be16(exact) == 10 && load_be16(exact + 2) == 0)
		store_be16(exact + 2, (uint16_t)b->len);
	w->dg.bytes = exact;
	w->dg.len = b->len;
	if (flow_decoder_datagram(w->d, &w->dg, w->rows) != FLOW_OK)
		ok(false);
	free(exact);
	buf_clear(b);
}

void
wire_pass(struct wire *w, int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < 60000 ? ms : 60000;

		w->dg.received_ms += step;
		flow_decoder_expire(w->d, w->dg.received_ms);
		ms -= step;
	}
}

size_t
wire_rows(struct wire *w)
{
	return flow_builder_rows(w->rows);
}

uint64_t
wire_count(const struct wire *w, enum flow_count count)
{
	return flow_decoder_counts(w->d)->value[count];
}

uint64_t
wire_number(struct wire *w, enum flow_field field, size_t row)
{
	const struct flow_batch *b = flow_builder_batch(w->rows);
	const struct flow_column *c = &b->column[field];

	if (row >= b->rows || !flow_column_has(c, row))
		return WIRE_NULL;
	return flow_column_number(c, flow_field_info(field)->type, row);
}

const char *
wire_text(struct wire *w, enum flow_field field, size_t row)
{
	static char text[4096];
	const struct flow_batch *b = flow_builder_batch(w->rows);
	const struct flow_column *c = &b->column[field];
	size_t len = 0;

	if (row < b->rows && flow_column_has(c, row)) {
		switch (flow_field_info(field)->type) {
		case FLOW_TYPE_ADDR:
			len = addr_format((const struct addr *)c->values + row, text);
			break;
		case FLOW_TYPE_MAC:
			len = mac_format(((const uint64_t *)c->values)[row], text);
			break;
		default:
			len = flow_column_text(c, row).len;
			if (len >= sizeof(text))
				len = sizeof(text) - 1;
			memcpy(text, flow_column_text(c, row).p, len);
			break;
		}
	}
	text[len] = '\0';
	return text;
}

void
put16(struct buf *b, ...)
{
	va_list ap;
	int v;

	va_start(ap, b);
	while ((v = va_arg(ap, int)) != WIRE_STOP)
		buf_append_be16(b, (uint16_t)v);
	va_end(ap);
}

void
put_hex(struct buf *b, const char *hex)
{
	unsigned v;
	int used;

	while (sscanf(hex, " %2x%n", &v, &used) == 1) {
		buf_append_u8(b, (uint8_t)v);
		hex += used;
	}
}

void
put_v5_header(struct buf *b, uint16_t count, uint32_t sequence, uint16_t sampling)
{
	put16(b, 5, count, WIRE_STOP);
	buf_append_be32(b, WIRE_UPTIME);
	buf_append_be32(b, WIRE_EXPORT_S);
	buf_append_be32(b, 500000000);
	buf_append_be32(b, sequence);
	buf_append_u8(b, 1);
	buf_append_u8(b, 2);
	buf_append_be16(b, sampling);
}

void
put_v9_header(struct buf *b, uint16_t count, uint32_t sequence, uint32_t domain)
{
	put16(b, 9, count, WIRE_STOP);
	buf_append_be32(b, WIRE_UPTIME);
	buf_append_be32(b, WIRE_EXPORT_S);
	buf_append_be32(b, sequence);
	buf_append_be32(b, domain);
}

void
put_ipfix_header(struct buf *b, uint32_t sequence, uint32_t domain)
{
	put16(b, 10, 0, WIRE_STOP);
	buf_append_be32(b, WIRE_EXPORT_S);
	buf_append_be32(b, sequence);
	buf_append_be32(b, domain);
}

size_t
put_set(struct buf *b, uint16_t id)
{
	size_t set = b->len;

	put16(b, id, 0, WIRE_STOP);
	return set;
}

void
put_set_end(struct buf *b, size_t set)
{
	store_be16(b->data + set + 2, (uint16_t)(b->len - set));
}

static void
feed_set(struct wire *w, struct buf *b, uint16_t id, const char *hex)
{
	size_t set = put_set(b, id);

	put_hex(b, hex);
	put_set_end(b, set);
	wire_feed(w, b);
	buf_release(b);
}

void
wire_v9(struct wire *w, uint32_t domain, uint16_t id, const char *hex)
{
	struct buf b = BUF_INIT;

	put_v9_header(&b, 1, 1, domain);
	feed_set(w, &b, id, hex);
}

void
wire_ipfix(struct wire *w, uint32_t domain, uint16_t id, const char *hex)
{
	struct buf b = BUF_INIT;

	put_ipfix_header(&b, 0, domain);
	feed_set(w, &b, id, hex);
}

void
wire_run(void (*test)(struct wire *w), const struct flow_decoder_options *options)
{
	struct wire w;

	wire_begin(&w, options);
	test(&w);
	wire_end(&w);
}
