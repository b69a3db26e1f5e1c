/* SPDX-License-Identifier: BSD-2-Clause */
/* Data that waits for its template, as datagrams that a later decoder takes. */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "wire/decoder.h"

#define V9_HEADER 20
#define IPFIX_HEADER 16
#define SET_HEADER 4

/* An exporter without a clock said none: what counts is when it was received. */
static uint32_t
export_seconds(const struct moment *when)
{
	int64_t header_ms = when->export_ms + when->ahead_ms;

	return header_ms % 1000 != 0 ? 0 : (uint32_t)(header_ms / 1000);
}

static size_t
put_header(uint8_t *p, const struct held *h)
{
	bool v9 = h->src->version == 9;
	size_t header = v9 ? V9_HEADER : IPFIX_HEADER, len = header + SET_HEADER + h->len;

	memset(p, 0, header);
	store_be16(p, h->src->version);
	store_be16(p + 2, (uint16_t)(v9 ? 1 : len));
	if (v9)
		store_be32(p + 4, h->when.uptime_ms);
	store_be32(p + (v9 ? 8 : 4), export_seconds(&h->when));
	store_be32(p + header - 4, h->src->domain);
	store_be16(p + header, h->id);
	store_be16(p + header + 2, (uint16_t)(SET_HEADER + h->len));
	return header + SET_HEADER;
}

enum flow_status
flow_decoder_held(const struct flow_decoder *d, flow_held_fn *take, void *context)
{
	const struct held *h;
	uint8_t *bytes;

	if (d->held_first == NULL)
		return FLOW_OK;
	bytes = malloc(UINT16_MAX + V9_HEADER + SET_HEADER);
	if (bytes == NULL)
		return FLOW_ENOMEM;
	for (h = d->held_first; h != NULL; h = h->all_next) {
		size_t header = put_header(bytes, h);
		struct flow_datagram dg = { .bytes = bytes, .len = header + h->len,
			.exporter = h->src->exporter->addr, .port = h->src->port,
			.transport = h->src->transport, .received_ms = h->when.received_ms };

		if (h->len > 0)
			memcpy(bytes + header, h->bytes, h->len);
		take(context, &dg);
	}
	free(bytes);
	return FLOW_OK;
}

enum flow_status
flow_decoder_hold(struct flow_decoder *d, const struct flow_datagram *dg)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	struct context ctx = { .d = d, .when.received_ms = dg->received_ms };
	uint16_t version = cursor_be16(&in), id, len;
	struct source_key key;
	int64_t header_ms;

	cursor_skip(&in, 2);
	ctx.when.has_uptime = version == 9;
	if (version == 9)
		ctx.when.uptime_ms = cursor_be32(&in);
	header_ms = (int64_t)cursor_be32(&in) * 1000;
	cursor_skip(&in, 4);
	ctx.version = (uint8_t)version;
	if (cursor_failed(&in) || (version != 9 && version != 10))
		return FLOW_EFORMAT;
	key = source_key(d, dg, ctx.version, cursor_be32(&in));
	ctx.src = source_of(d, dg, &key);
	id = cursor_be16(&in);
	len = cursor_be16(&in);
	if (ctx.src == NULL)
		return FLOW_ENOMEM;
	source_clock(d, ctx.src, header_ms, &ctx.when);
	if (cursor_failed(&in) || len < SET_HEADER ||
	    (size_t)len - SET_HEADER > cursor_left(&in))
		return FLOW_EFORMAT;
	age_clock_see(&d->age, dg->received_ms);
	return held_add(&ctx, id, in.pos, (size_t)len - SET_HEADER);
}
