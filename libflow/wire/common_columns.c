/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns that every row gets, whatever its protocol. */
#include "base/utf8.h"
#include "net/proto.h"
#include "wire/decoder.h"

/* Counters to be multiplied by the sampling rate. */
static const enum flow_field scaled_field[] = {
	FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_REV_BYTES,
	FLOW_FIELD_POST_PACKETS, FLOW_FIELD_POST_BYTES, FLOW_FIELD_MCAST_PACKETS,
	FLOW_FIELD_MCAST_BYTES,
};

static enum flow_status
fill_i64(struct flow_builder *out, enum flow_field field, size_t n, int64_t value)
{
	int64_t *v = flow_builder_flat(out, field, n);
	size_t i;

	if (v == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++)
		v[i] = value;
	return FLOW_OK;
}

static enum flow_status
default_i64(struct flow_builder *out, enum flow_field field, size_t n, int64_t value)
{
	return flow_builder_written(out, field) ? FLOW_OK : fill_i64(out, field, n, value);
}

static enum flow_status
fill_origin(struct context *ctx, size_t n, bool has_domain)
{
	struct addr *exporter = flow_builder_flat(ctx->out, FLOW_FIELD_EXPORTER, n);
	uint8_t *version;
	uint32_t *domain;
	size_t i;

	if (exporter == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++)
		exporter[i] = ctx->src->exporter->addr;
	version = flow_builder_flat(ctx->out, FLOW_FIELD_EXPORT_VERSION, n);
	if (version == NULL)
		return FLOW_ENOMEM;
	memset(version, ctx->version, n);
	if (!has_domain)
		return FLOW_OK;
	domain = flow_builder_flat(ctx->out, FLOW_FIELD_DOMAIN, n);
	if (domain == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++)
		domain[i] = ctx->src->domain;
	return FLOW_OK;
}

enum flow_status
rows_source(struct context *ctx, size_t n, bool has_domain)
{
	enum flow_status st = fill_i64(ctx->out, FLOW_FIELD_RECEIVED, n, ctx->when.received_ms);

	if (st == FLOW_OK)
		st = default_i64(ctx->out, FLOW_FIELD_PACKETS, n, 0);
	if (st == FLOW_OK)
		st = default_i64(ctx->out, FLOW_FIELD_BYTES, n, 0);
	if (st == FLOW_OK)
		st = default_i64(ctx->out, FLOW_FIELD_FLOWS, n, 1);
	return st == FLOW_OK ? fill_origin(ctx, n, has_domain) : st;
}

/* Saturates, as a file's sums do. */
static void
add_to(uint64_t *sum, uint64_t v)
{
	*sum = v > UINT64_MAX - *sum ? UINT64_MAX : *sum + v;
}

/* The sum of a column, which may be missing; nulls count as zero. */
static void
add_column(uint64_t *sum, const struct flow_builder *b, enum flow_field field, size_t n)
{
	const int64_t *v = flow_builder_peek(b, field);
	size_t i;

	for (i = 0; v != NULL && i < n; i++)
		add_to(sum, (uint64_t)v[i]);
}

enum flow_status
rows_account(struct context *ctx, size_t n)
{
	const int64_t *packets = flow_builder_flat(ctx->out, FLOW_FIELD_PACKETS, n);
	const int64_t *bytes = flow_builder_flat(ctx->out, FLOW_FIELD_BYTES, n);
	struct source *src = ctx->src;
	size_t i;

	if (packets == NULL || bytes == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++) {
		add_to(&src->packets, (uint64_t)packets[i]);
		add_to(&src->bytes, (uint64_t)bytes[i]);
	}
	add_column(&src->packets, ctx->out, FLOW_FIELD_REV_PACKETS, n);
	add_column(&src->bytes, ctx->out, FLOW_FIELD_REV_BYTES, n);
	src->flows += n;
	decoder_count(ctx->d, FLOW_COUNT_FLOWS, n);
	return FLOW_OK;
}

static int64_t
scale_whole(int64_t value, uint32_t times)
{
	int64_t product;

	return __builtin_mul_overflow(value, (int64_t)times, &product) ? INT64_MAX : product;
}

static void
scale_values(int64_t *v, size_t n, struct rate rate)
{
	size_t i;

	if (rate.per == 1) {
		for (i = 0; i < n; i++)
			v[i] = scale_whole(v[i], rate.times);
	} else {
		for (i = 0; i < n; i++)
			v[i] = rate_scale(v[i], rate);
	}
}

/* Scales all counters by rate[0], or each row's by its own. */
static enum flow_status
scale_columns(struct context *ctx, size_t n, const struct rate *rate, bool each)
{
	size_t f, i;

	for (f = 0; f < ARRAY_LEN(scaled_field); f++) {
		int64_t *v;

		if (!flow_builder_written(ctx->out, scaled_field[f]))
			continue;
		v = flow_builder_flat(ctx->out, scaled_field[f], n);
		if (v == NULL)
			return FLOW_ENOMEM;
		if (!each)
			scale_values(v, n, rate[0]);
		for (i = 0; i < n && each; i++)
			if (rate_known(rate[i]))
				scale_values(&v[i], 1, rate[i]);
	}
	return FLOW_OK;
}

enum flow_status
rows_scale(struct context *ctx, size_t n, struct rate rate)
{
	uint32_t rounded = rate_rounded(rate), *sampling;
	size_t i;

	if (!rate_known(rate))
		return FLOW_OK;
	ctx->src->sampling = rounded;
	sampling = flow_builder_flat(ctx->out, FLOW_FIELD_SAMPLING, n);
	if (sampling == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++)
		sampling[i] = rounded;
	return rate.times == rate.per ? FLOW_OK : scale_columns(ctx, n, &rate, false);
}

enum flow_status
rows_scale_each(struct context *ctx, size_t n, const struct rate *rate)
{
	uint32_t *sampling = flow_builder_flat(ctx->out, FLOW_FIELD_SAMPLING, n);
	enum flow_status st;
	size_t i;

	if (sampling == NULL)
		return FLOW_ENOMEM;
	st = scale_columns(ctx, n, rate, true);
	for (i = 0; i < n && st == FLOW_OK; i++) {
		sampling[i] = rate_rounded(rate[i]);
		if (sampling[i] != 0)
			ctx->src->sampling = sampling[i];
		else
			st = flow_builder_null(ctx->out, FLOW_FIELD_SAMPLING, i);
	}
	return st;
}

enum flow_status
text_put(struct context *ctx, enum flow_field field, size_t i, const uint8_t *p, size_t len)
{
	struct buf *clean = &ctx->d->text;
	size_t at, n;

	for (at = 0; at < len && (n = utf8_length(p + at, len - at)) != 0; at += n)
		;
	if (at == len)
		return flow_builder_text(ctx->out, field, i, (const char *)p, len);
	buf_clear(clean);
	for (at = 0; at < len; at += n != 0 ? n : 1) {
		n = utf8_length(p + at, len - at);
		if (n != 0)
			buf_append(clean, p + at, n);
		else
			buf_append_text(clean, "\xef\xbf\xbd");
	}
	if (clean->failed)
		return FLOW_ENOMEM;
	return flow_builder_text(ctx->out, field, i, (const char *)clean->data, clean->len);
}

enum flow_status
rows_one_time(struct context *ctx, size_t n, int64_t ms)
{
	enum flow_status st = fill_i64(ctx->out, FLOW_FIELD_FIRST, n, ms);

	return st == FLOW_OK ? fill_i64(ctx->out, FLOW_FIELD_LAST, n, ms) : st;
}

enum flow_status
rows_icmp_port(struct context *ctx, size_t n)
{
	const uint8_t *proto;
	const uint16_t *port;
	uint8_t *type, *code;
	enum flow_status st = FLOW_OK;
	size_t i, icmp = 0;

	proto = flow_builder_peek(ctx->out, FLOW_FIELD_PROTO);
	port = flow_builder_peek(ctx->out, FLOW_FIELD_DST_PORT);
	if (proto == NULL || port == NULL)
		return FLOW_OK;
	for (i = 0; i < n; i++)
		icmp += proto_is_icmp(proto[i]);
	if (icmp == 0)
		return FLOW_OK;
	type = flow_builder_flat(ctx->out, FLOW_FIELD_ICMP_TYPE, n);
	code = flow_builder_flat(ctx->out, FLOW_FIELD_ICMP_CODE, n);
	if (type == NULL || code == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n && st == FLOW_OK; i++) {
		if (proto_is_icmp(proto[i])) {
			type[i] = (uint8_t)(port[i] >> 8);
			code[i] = (uint8_t)port[i];
			continue;
		}
		st = flow_builder_null(ctx->out, FLOW_FIELD_ICMP_TYPE, i);
		if (st == FLOW_OK)
			st = flow_builder_null(ctx->out, FLOW_FIELD_ICMP_CODE, i);
	}
	return st;
}
