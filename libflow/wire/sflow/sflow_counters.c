/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/sflow_counters.h"

#define GENERIC 1		/* format 1 of enterprise 0: if_counters */
#define GENERIC_BYTES 88
#define SPEED_UNKNOWN UINT32_MAX

/* ifIndex, ifType, ifSpeed, ... */
static enum flow_status
take_generic(struct context *ctx, struct cursor in)
{
	uint32_t index = cursor_be32(&in);
	uint64_t speed_bps;

	cursor_skip(&in, 4);
	speed_bps = cursor_be64(&in);
	if (cursor_failed(&in) || speed_bps == 0 || speed_bps == SPEED_UNKNOWN)
		return FLOW_OK;
	return source_learn(ctx->d, ctx->src, KNOWN_INTERFACE_SPEED, index, speed_bps, NULL, 0);
}

enum flow_status
sflow_counters_v5(struct context *ctx, struct cursor body, bool expanded)
{
	enum flow_status st = FLOW_OK;
	uint32_t records;

	decoder_count(ctx->d, FLOW_COUNT_COUNTER_SAMPLES, 1);
	cursor_skip(&body, expanded ? 12 : 8);	/* sequence number, source */
	records = cursor_be32(&body);
	for (; records > 0 && st == FLOW_OK; records--) {
		uint32_t format = cursor_be32(&body);
		struct cursor record = cursor_sub(&body, cursor_be32(&body));

		if (cursor_failed(&body))
			break;
		if (format == GENERIC)
			st = take_generic(ctx, record);
	}
	return st;
}

enum flow_status
sflow_counters_v4(struct context *ctx, struct cursor *in)
{
	/* Generic counters, then those of the medium; 7 is of VLANs, without generic ones. */
	static const uint16_t len[] = { 0, 88, 88 + 52, 88 + 72, 88, 88 + 80, 88, 28 };
	enum flow_status st = FLOW_OK;
	struct cursor record;
	uint32_t kind;

	decoder_count(ctx->d, FLOW_COUNT_COUNTER_SAMPLES, 1);
	cursor_skip(in, 12);
	kind = cursor_be32(in);
	if (kind == 0 || kind >= ARRAY_LEN(len)) {
		in->failed = true;
		return FLOW_OK;
	}
	record = cursor_sub(in, len[kind]);
	if (!cursor_failed(in) && len[kind] >= GENERIC_BYTES)
		st = take_generic(ctx, record);
	return st;
}
