/* SPDX-License-Identifier: BSD-2-Clause */
/* NetFlow v9 (RFC 3954) and IPFIX (RFC 7011): one header, then sets. */
#include "wire/decoder.h"
#include "wire/template/list.h"

#define SET_HEADER_LEN 4
#define PADDING_MAX 3		/* this many bytes are padding whatever they hold */
#define V9_HEADER_LEN 20
#define V9_SET_TEMPLATE 0
#define V9_SET_OPTIONS 1
#define IPFIX_SET_TEMPLATE 2
#define IPFIX_SET_OPTIONS 3
#define BOOT_SLACK_MS 2000	/* reordered datagrams are closer than this */

/* A message whose sets are being decoded. */
struct message {
	struct context ctx;
	unsigned version;
	struct cursor in;
	uint32_t count;		/* v9 header: announced number of records */
	struct sequence_step step;
	uint32_t records;	/* data and option records */
	uint32_t templates;
};

/* RFC 7011 7: a length of 1 or 3 bytes goes before the value. */
struct span
sets_variable(struct cursor *in)
{
	struct span s;

	s.len = cursor_u8(in);
	if (s.len == 255)
		s.len = cursor_be16(in);
	s.p = cursor_bytes(in, s.len);
	return s;
}

enum flow_status
sets_record(struct cursor *in, const struct template *t, struct span *span)
{
	size_t i;

	if (cursor_left(in) < t->record_len)
		return FLOW_END;
	for (i = 0; i < t->count; i++) {
		if (t->field[i].len == TEMPLATE_VARIABLE) {
			span[i] = sets_variable(in);
		} else {
			span[i].len = t->field[i].len;
			span[i].p = cursor_bytes(in, span[i].len);
		}
	}
	return cursor_failed(in) ? FLOW_ETRUNCATED : FLOW_OK;
}

static enum flow_status
option_records(struct context *ctx, struct template *t, struct cursor *in, uint32_t *records)
{
	enum flow_status st;

	while ((st = sets_record(in, t, ctx->d->span)) == FLOW_OK) {
		++*records;
		decoder_count(ctx->d, FLOW_COUNT_OPTION_RECORDS, 1);
		st = options_record(ctx, t, ctx->d->span);
		if (st != FLOW_OK)
			return st;
	}
	return st == FLOW_END ? FLOW_OK : st;
}

static enum flow_status
single_records(struct context *ctx, struct template *t, struct cursor *in, uint32_t *records)
{
	struct rows r = { .ctx = ctx, .plan = t->plan, .span = ctx->d->span, .n = 1 };
	enum flow_status st;

	while ((st = sets_record(in, t, ctx->d->span)) == FLOW_OK) {
		++*records;
		st = t->plan->has_lists ? list_run(&r, t) : plan_run(&r);
		if (st != FLOW_OK)
			return st;
	}
	return st == FLOW_END ? FLOW_OK : st;
}

static enum flow_status
fixed_records(struct context *ctx, struct template *t, struct cursor *in, uint32_t *records)
{
	size_t n = cursor_left(in) / t->record_len, i;
	struct rows r = { .ctx = ctx, .plan = t->plan, .span = ctx->d->span,
		.stride = t->record_len, .n = n };
	const uint8_t *p = cursor_bytes(in, n * t->record_len);

	for (i = 0; i < t->count; i++) {
		ctx->d->span[i] = (struct span){ p, t->field[i].len };
		p += t->field[i].len;
	}
	*records += (uint32_t)n;
	return plan_run(&r);
}

static bool
all_zero(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

enum flow_status
sets_records(struct context *ctx, struct template *t, const uint8_t *body, size_t len,
    uint32_t *records)
{
	struct cursor in = cursor_make(body, len);
	enum flow_status st;

	*records = 0;
	t->seen_ms = ctx->d->age.now_ms;
	if (t->options) {
		/* Learning may evict sources, but not the template's owner. */
		ctx->d->lender = t->owner;
		st = option_records(ctx, t, &in, records);
		ctx->d->lender = NULL;
	} else {
		st = store_compile(ctx->d, t);
		if (st == FLOW_OK)
			st = t->variable || t->plan->has_packet || t->plan->has_lists ?
			    single_records(ctx, t, &in, records) :
			    fixed_records(ctx, t, &in, records);
	}
	if (st == FLOW_ETRUNCATED || (st == FLOW_OK && cursor_left(&in) > PADDING_MAX &&
	    !all_zero(in.pos, cursor_left(&in)))) {
		decoder_count(ctx->d, FLOW_COUNT_SET_REMAINDER, 1);
		st = FLOW_OK;
	}
	return st;
}

static enum flow_status
data_set(struct message *m, uint16_t id, struct cursor *body)
{
	struct template *t = store_find(m->ctx.d, m->ctx.src, id);
	uint32_t records;
	enum flow_status st;

	if (t == NULL && (t = shared_template(m->ctx.d, m->ctx.src, id)) != NULL) {
		m->ctx.src->adopted = true;
		st = held_rescue(&m->ctx, t);
		if (st != FLOW_OK)
			return st;
	}
	if (t == NULL || t->doubted) {
		m->step.unsure = true;
		return held_add(&m->ctx, id, body->pos, cursor_left(body));
	}
	st = sets_records(&m->ctx, t, body->pos, cursor_left(body), &records);
	m->records += records;
	return st;
}

/* A template of count 0. */
static void
withdraw(struct message *m, uint16_t id)
{
	struct context *ctx = &m->ctx;

	if (id == IPFIX_SET_TEMPLATE || id == IPFIX_SET_OPTIONS)
		store_withdraw_all(ctx->d, ctx->src, id == IPFIX_SET_OPTIONS);
	else if (id >= TEMPLATE_ID_MIN)
		store_withdraw(ctx->d, ctx->src, id);
	else
		decoder_count(ctx->d, FLOW_COUNT_TEMPLATE_BAD, 1);
}

static enum flow_status
template_set(struct message *m, enum template_kind kind, struct cursor *body)
{
	struct flow_decoder *d = m->ctx.d;
	enum flow_status st;
	struct template *t;
	uint16_t id;

	/* RFC 7011 3.3.1: zeros behind the last template are padding, however many. */
	while (!all_zero(body->pos, cursor_left(body)) &&
	    (st = template_read(body, m->version, kind, &id, &t)) != FLOW_END) {
		if (st == FLOW_ENOMEM)
			return st;
		if (st == FLOW_EFORMAT)
			decoder_count(d, FLOW_COUNT_TEMPLATE_BAD, 1);
		else if (st == FLOW_ELIMIT)
			decoder_count(d, FLOW_COUNT_TEMPLATE_LIMIT, 1);
		else if (t == NULL)
			withdraw(m, id);
		else if ((st = store_define(&m->ctx, t)) != FLOW_OK)
			return st;
		m->templates++;
		if (cursor_failed(body))
			break;
	}
	return FLOW_OK;
}

static enum flow_status
one_set(struct message *m, uint16_t id, struct cursor *body)
{
	uint16_t base = m->version == 9 ? V9_SET_TEMPLATE : IPFIX_SET_TEMPLATE;

	if (id == base)
		return template_set(m, TEMPLATE_DATA, body);
	if (id == base + 1)
		return template_set(m, TEMPLATE_OPTIONS, body);
	if (id >= TEMPLATE_ID_MIN)
		return data_set(m, id, body);
	decoder_count(m->ctx.d, FLOW_COUNT_SET_RESERVED, 1);
	return FLOW_OK;
}

static enum flow_status
walk_sets(struct message *m)
{
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK && cursor_left(&m->in) >= SET_HEADER_LEN) {
		struct cursor peek = m->in;
		uint16_t id = cursor_be16(&peek), len = cursor_be16(&peek);
		struct cursor body;

		if (len < SET_HEADER_LEN || len > cursor_left(&m->in)) {
			/* A tail of zeros is only padding (PAN-OS fills its datagrams up). */
			if (!all_zero(m->in.pos, cursor_left(&m->in)))
				decoder_count(m->ctx.d, FLOW_COUNT_SET_LENGTH, 1);
			m->step.unsure = true;
			break;
		}
		cursor_skip(&m->in, SET_HEADER_LEN);
		body = cursor_sub(&m->in, (size_t)len - SET_HEADER_LEN);
		st = one_set(m, id, &body);
	}
	return st;
}

static enum flow_status
begin(struct message *m, struct flow_decoder *d, const struct flow_datagram *dg, uint32_t domain,
    struct flow_builder *out)
{
	struct source_key key;

	m->ctx.d = d;
	m->ctx.out = out;
	m->ctx.version = (uint8_t)m->version;
	m->ctx.when.received_ms = dg->received_ms;
	key = source_key(d, dg, m->ctx.version, domain);
	m->ctx.src = source_of(d, dg, &key);
	if (m->ctx.src == NULL)
		return FLOW_ENOMEM;
	source_clock(d, m->ctx.src, m->ctx.when.export_ms, &m->ctx.when);
	return FLOW_OK;
}

/*
 * RFC 3954 9: template ids need not survive a reboot of the exporter.  It rebooted if its uptime
 * fell below the time since its last datagram; several clocks in one domain (line cards)
 * do not match that.
 */
static void
watch_boot(const struct message *m)
{
	const struct moment *now = &m->ctx.when;
	struct source *src = m->ctx.src;
	int64_t passed = now->received_ms - src->uptime_at_ms;

	if (src->has_uptime && (int32_t)(now->uptime_ms - src->uptime_ms) < -BOOT_SLACK_MS &&
	    now->uptime_ms <= passed + BOOT_SLACK_MS)
		store_doubt(src, true);
	src->has_uptime = true;
	src->uptime_ms = now->uptime_ms;
	src->uptime_at_ms = now->received_ms;
}

static void
finish_v9(struct message *m)
{
	m->step.advance = 1;
	m->step.other = m->records;
	m->step.unsure = false;
	if (m->count != m->records + m->templates)
		decoder_count(m->ctx.d, FLOW_COUNT_COUNT_MISMATCH, 1);
}

/* version, count, sysUptime, unix_secs, sequence, source id */
static uint32_t
read_v9_header(struct message *m)
{
	cursor_skip(&m->in, 2);
	m->count = cursor_be16(&m->in);
	m->ctx.when.uptime_ms = cursor_be32(&m->in);
	m->ctx.when.has_uptime = true;
	m->ctx.when.export_ms = (int64_t)cursor_be32(&m->in) * 1000;
	m->step.number = cursor_be32(&m->in);
	m->step.has_uptime = true;
	m->step.uptime_ms = m->ctx.when.uptime_ms;
	return cursor_be32(&m->in);
}

/* version, length, export time, sequence, observation domain */
static uint32_t
read_ipfix_header(struct message *m, size_t have)
{
	size_t len;

	cursor_skip(&m->in, 2);
	len = cursor_be16(&m->in);
	m->ctx.when.export_ms = (int64_t)cursor_be32(&m->in) * 1000;
	m->step.number = cursor_be32(&m->in);
	if (len < have && len >= cursor_offset(&m->in) + 4)
		m->in.end = m->in.begin + len;
	return cursor_be32(&m->in);
}

enum flow_status
sets_decode(struct flow_decoder *d, const struct flow_datagram *dg, unsigned version,
    struct flow_builder *out)
{
	struct message m = { .version = version, .in = cursor_make(dg->bytes, dg->len) };
	uint32_t domain = version == 9 ? read_v9_header(&m) : read_ipfix_header(&m, dg->len);
	enum flow_status st;

	if (cursor_failed(&m.in)) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_SHORT, 1);
		return FLOW_OK;
	}
	if (version == 10 && load_be16(dg->bytes + 2) < dg->len)
		decoder_count(d, FLOW_COUNT_DATAGRAM_LONG, 1);
	if (version == 10 && load_be16(dg->bytes + 2) > dg->len)
		decoder_count(d, FLOW_COUNT_DATAGRAM_CUT, 1);
	st = begin(&m, d, dg, domain, out);
	if (st != FLOW_OK)
		return st;
	if (version == 9)
		watch_boot(&m);
	st = walk_sets(&m);
	if (st != FLOW_OK)
		return st;
	if (version == 9) {
		finish_v9(&m);
	} else {
		m.step.advance = m.records;
		m.step.other = m.records + m.templates;
	}
	source_step(d, m.ctx.src, &m.step);
	return FLOW_OK;
}
