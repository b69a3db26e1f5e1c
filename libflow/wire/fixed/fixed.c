/* SPDX-License-Identifier: BSD-2-Clause */
/* NetFlow v1, v5, v7 and v8: a header, then records of one fixed layout. */
#include "wire/fixed/fixed.h"

#include "wire/decoder.h"

#define V5_SAMPLING_MASK 0x3fffu	/* the two upper bits are the mode */

#define F(offset, len, name) { offset, len, FLOW_FIELD_##name }

/* Cisco, "NetFlow Export Datagram Format". */
static const struct fixed_field v1_fields[] = {
	F(0, 4, SRC_ADDR), F(4, 4, DST_ADDR), F(8, 4, NEXT_HOP), F(12, 2, IN_IF), F(14, 2, OUT_IF),
	F(16, 4, PACKETS), F(20, 4, BYTES), { 24, 4, FIXED_FIRST }, { 28, 4, FIXED_LAST },
	F(32, 2, SRC_PORT), F(34, 2, DST_PORT), F(38, 1, PROTO), F(39, 1, TOS), F(40, 1, TCP_FLAGS),
};

static const struct fixed_field v5_fields[] = {
	F(0, 4, SRC_ADDR), F(4, 4, DST_ADDR), F(8, 4, NEXT_HOP), F(12, 2, IN_IF), F(14, 2, OUT_IF),
	F(16, 4, PACKETS), F(20, 4, BYTES), { 24, 4, FIXED_FIRST }, { 28, 4, FIXED_LAST },
	F(32, 2, SRC_PORT), F(34, 2, DST_PORT), F(37, 1, TCP_FLAGS), F(38, 1, PROTO), F(39, 1, TOS),
	F(40, 2, SRC_AS), F(42, 2, DST_AS), F(44, 1, SRC_MASK), F(45, 1, DST_MASK),
};

static const struct fixed_extra v7_extras[] = { { 48, 4, true, FIXED_ROUTER_SC } };

/* Cisco's v1 record has 52 bytes; most exporters omit the last four. */
static const struct fixed_layout v1 = { 52, ARRAY_LEN(v1_fields), v1_fields, 0, NULL };
static const struct fixed_layout v1_short = { 48, ARRAY_LEN(v1_fields), v1_fields, 0, NULL };
static const struct fixed_layout v5 = { 48, ARRAY_LEN(v5_fields), v5_fields, 0, NULL };
/* As v5, with flags where v5 has padding. */
static const struct fixed_layout v7 = { 52, ARRAY_LEN(v5_fields), v5_fields, ARRAY_LEN(v7_extras), v7_extras };

/* A datagram being decoded. */
struct fixed_datagram {
	struct context ctx;
	struct fixed_header head;
};

/*
 * Chooses v1's short records if the datagram's length fits its count of them; if the count is wrong, if the
 * length fits a whole number of them and not of Cisco's records.  A cut datagram keeps Cisco's.
 */
static const struct fixed_layout *
v1_layout(size_t left, uint32_t count)
{
	bool exact = left == (size_t)count * v1_short.record_len;
	bool some = left % v1_short.record_len == 0 && left % v1.record_len != 0;

	return left < (size_t)count * v1.record_len && (exact || some) ? &v1_short : &v1;
}

/* version, count, sysUptime, unix seconds and nanoseconds are common to all. */
bool
fixed_header_read(struct cursor *in, unsigned version, struct fixed_header *h)
{
	*h = (struct fixed_header){ 0 };
	cursor_skip(in, 2);
	h->count = cursor_be16(in);
	h->uptime_ms = cursor_be32(in);
	h->export_ms = (int64_t)cursor_be32(in) * 1000;
	h->export_ms += cursor_be32(in) / 1000000;
	h->layout = v1_layout(cursor_left(in), h->count);
	if (version == 1)
		return !cursor_failed(in);
	h->layout = version == 5 ? &v5 : &v7;
	h->has_sequence = true;
	h->number = cursor_be32(in);
	if (version == 7) {
		cursor_skip(in, 4);
		return !cursor_failed(in);
	}
	h->has_engine = true;
	h->engine_type = cursor_u8(in);
	h->engine_id = cursor_u8(in);
	if (version == 5) {
		h->sampling = cursor_be16(in);
		return !cursor_failed(in);
	}
	h->scheme = cursor_u8(in);
	cursor_skip(in, 5);	/* the scheme's version, and reserved bytes */
	h->layout = fixed_v8_layout(h->scheme);
	return !cursor_failed(in);
}

static enum flow_status
fixed_times(struct context *ctx, const struct fixed_layout *l, const uint8_t *p, size_t n)
{
	int64_t *first = flow_builder_flat(ctx->out, FLOW_FIELD_FIRST, n);
	int64_t *last = flow_builder_flat(ctx->out, FLOW_FIELD_LAST, n);
	size_t f, i;

	if (first == NULL || last == NULL)
		return FLOW_ENOMEM;
	for (f = 0; f < l->fields; f++) {
		const struct fixed_field *x = &l->field[f];
		int64_t *dst = x->field == FIXED_FIRST ? first : last;

		if (x->field < FLOW_FIELD_COUNT)
			continue;
		for (i = 0; i < n; i++)
			dst[i] = ctx->when.export_ms - uptime_age(ctx->when.uptime_ms,
			    load_be32(p + i * l->record_len + x->offset));
	}
	times_repair(ctx, first, last, NULL, n);
	times_check(ctx, first, last, n);
	return FLOW_OK;
}

static enum flow_status
fixed_engine(const struct fixed_datagram *m, size_t n)
{
	uint8_t *type = flow_builder_flat(m->ctx.out, FLOW_FIELD_ENGINE_TYPE, n);
	uint8_t *id = flow_builder_flat(m->ctx.out, FLOW_FIELD_ENGINE_ID, n);

	if (type == NULL || id == NULL)
		return FLOW_ENOMEM;
	memset(type, m->head.engine_type, n);
	memset(id, m->head.engine_id, n);
	return FLOW_OK;
}

static void
put_extra(struct buf *text, const struct fixed_extra *x, const uint8_t *p)
{
	uint32_t value = (uint32_t)load_wide(p, x->len);
	struct addr a = addr_from_v4(value);
	char address[ADDR_TEXT_MAX];

	if (value == 0)		/* no information */
		return;
	buf_printf(text, "%c\"%s\":", text->len == 0 ? '{' : ',', x->name);
	if (!x->address) {
		buf_printf(text, "%lu", (unsigned long)value);
		return;
	}
	buf_append_u8(text, '"');
	buf_append(text, address, addr_format(&a, address));
	buf_append_u8(text, '"');
}

/* Fields without a column. */
static enum flow_status
fixed_extras(struct context *ctx, const struct fixed_layout *l, const uint8_t *p, size_t n)
{
	struct buf *text = &ctx->d->text;
	enum flow_status st = FLOW_OK;
	size_t i, x;

	if (l->extras == 0 || ctx->d->options.drop_extra)
		return FLOW_OK;
	for (i = 0; i < n && st == FLOW_OK; i++, p += l->record_len) {
		buf_clear(text);
		for (x = 0; x < l->extras; x++)
			put_extra(text, &l->extra[x], p + l->extra[x].offset);
		if (text->len == 0)
			continue;
		buf_append_u8(text, '}');
		st = text->failed ? FLOW_ENOMEM : flow_builder_text(ctx->out, FLOW_FIELD_EXTRA, i,
		    (const char *)text->data, text->len);
	}
	return st;
}

static enum flow_status
fill_columns(struct fixed_datagram *m, const uint8_t *p, size_t n)
{
	const struct fixed_layout *l = m->head.layout;
	struct context *ctx = &m->ctx;
	struct span span;
	struct rows r = { .ctx = ctx, .plan = NULL, .span = &span, .stride = l->record_len, .n = n };
	enum flow_status st = FLOW_OK;
	struct rate rate = rate_whole(ctx->src->operator.rate);
	size_t f;

	for (f = 0; f < l->fields && st == FLOW_OK; f++) {
		const struct plan_op op = { 0, l->field[f].field, false };

		span = (struct span){ p + l->field[f].offset, l->field[f].len };
		if (op.field < FLOW_FIELD_COUNT)
			st = rows_column(&r, &op);
	}
	if (st == FLOW_OK)
		st = fixed_times(ctx, l, p, n);
	if (st == FLOW_OK && m->head.has_engine)
		st = fixed_engine(m, n);
	if (st == FLOW_OK)
		st = fixed_extras(ctx, l, p, n);
	if (st == FLOW_OK)
		st = rows_source(ctx, n, false);
	if (st == FLOW_OK && !ctx->src->operator.override)
		rate = sampling_of_source(ctx);
	if (st == FLOW_OK)
		st = ctx->src->operator.by_interface ? rows_scale_ruled(ctx, n, rate) : rows_scale(ctx, n, rate);
	if (st == FLOW_OK)
		st = rows_icmp_port(ctx, n);
	return st == FLOW_OK ? rows_account(ctx, n) : st;
}

static enum flow_status
decode_records(struct fixed_datagram *m, struct cursor *in)
{
	size_t record_len = m->head.layout->record_len;
	size_t have = cursor_left(in) / record_len, n = m->head.count;
	struct flow_decoder *d = m->ctx.d;
	enum flow_status st;

	if (n > have) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_CUT, 1);
		n = have;
	} else if (cursor_left(in) > n * record_len) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_LONG, 1);
	}
	if (n == 0)
		return FLOW_OK;
	st = flow_builder_reserve(m->ctx.out, n);
	if (st == FLOW_OK)
		st = fill_columns(m, in->pos, n);
	if (st == FLOW_OK)
		flow_builder_commit(m->ctx.out, n);
	return st;
}

static void
take_sequence(struct fixed_datagram *m)
{
	const struct fixed_header *h = &m->head;
	struct sequence_step step = { .number = h->number, .advance = h->count, .other = h->count,
		.has_uptime = true, .uptime_ms = h->uptime_ms };

	if (h->has_sequence)
		source_step(m->ctx.d, m->ctx.src, &step);
}

enum flow_status
fixed_decode(struct flow_decoder *d, const struct flow_datagram *dg, unsigned version,
    struct flow_builder *out)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	struct fixed_datagram m = { .ctx = { .d = d, .out = out, .version = (uint8_t)version } };
	struct fixed_header *h = &m.head;
	struct source_key key;

	if (!fixed_header_read(&in, version, h)) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_SHORT, 1);
		return FLOW_OK;
	}
	m.ctx.when = (struct moment){ .received_ms = dg->received_ms, .uptime_ms = h->uptime_ms,
		.has_uptime = true };
	m.ctx.header_rate = h->sampling & V5_SAMPLING_MASK;
	key = source_key(d, dg, m.ctx.version, (uint32_t)h->engine_type << 8 | h->engine_id);
	m.ctx.src = source_of(d, dg, &key);
	if (m.ctx.src == NULL)
		return FLOW_ENOMEM;
	source_clock(d, m.ctx.src, h->export_ms, &m.ctx.when);
	take_sequence(&m);
	if (h->layout == NULL) {
		decoder_count(d, FLOW_COUNT_SAMPLE_UNKNOWN, 1);
		return FLOW_OK;
	}
	return decode_records(&m, &in);
}
