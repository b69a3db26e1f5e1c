/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that wait, as datagrams of any version; templates and option data before them. */
#include <string.h>

#include "base/bytes.h"
#include "wire/encode/encode_datagrams.h"
#include "wire/encode/encode_inner.h"

#define V9_HEADER 20
#define IPFIX_HEADER 16
#define V9_TEMPLATE_SET 0
#define IPFIX_TEMPLATE_SET 2

static bool
is_v9(const struct flow_encoder *e)
{
	return e->options.version == 9;
}

static bool
padding(const struct flow_encoder *e)
{
	return !e->device->habits.no_padding;
}

static void
begin_message(const struct flow_encoder *e, struct buf *b, int64_t time_ms)
{
	int64_t now = whole_second(time_ms);

	buf_append_be16(b, e->options.version);
	buf_append_be16(b, 0);	/* count or length, by end_message */
	if (is_v9(e))
		buf_append_be32(b, (uint32_t)(now - e->context.boot_ms));
	buf_append_be32(b, (uint32_t)(now / 1000));
	buf_append_be32(b, e->sequence);
	buf_append_be32(b, e->options.domain);
}

/* `records` of all kinds, of which `data` are no templates, in so many sets. */
static void
end_message(struct flow_encoder *e, struct flow_datagrams *d, size_t records, size_t data, size_t sets)
{
	size_t at = encode_datagram_at(d);
	enum encode_count count = e->device->habits.count;

	if (d->bytes.failed)
		return;
	if (is_v9(e)) {
		store_be16(d->bytes.data + at + 2, (uint16_t)(count == ENCODE_COUNT_RECORDS ? records
		    : count == ENCODE_COUNT_SETS ? sets : 1));
		e->sequence++;
	} else {
		store_be16(d->bytes.data + at + 2, (uint16_t)(d->bytes.len - at));
		e->sequence += (uint32_t)data;
	}
	e->bytes += d->bytes.len - at;
	e->datagrams++;
	encode_datagram_close(d);
}

static size_t
room(const struct flow_encoder *e)
{
	return e->options.max_bytes - (is_v9(e) ? V9_HEADER : IPFIX_HEADER) - ENCODE_SET_HEADER - 3;
}

static bool
is_due(const struct stage *s, bool fresh)
{
	return fresh ? s->fresh : !s->unused;
}

/* Templates [from, *next), as many as fit into a datagram; `fresh`: those alone that have not been sent. */
static enum flow_status
send_templates(struct flow_encoder *e, int64_t time_ms, bool fresh, size_t from, size_t *next,
    struct flow_datagrams *out)
{
	size_t left = room(e), sent = 0, at, i;

	while (from < e->stages && !is_due(&e->stage[from], fresh))
		from++;
	*next = from;
	if (from == e->stages)
		return FLOW_OK;
	if (!encode_datagram_open(out, e->options.max_bytes, time_ms, 0))
		return FLOW_ENOMEM;
	begin_message(e, &out->bytes, time_ms);
	at = encode_set_begin(&out->bytes, is_v9(e) ? V9_TEMPLATE_SET : IPFIX_TEMPLATE_SET);
	for (i = from; i < e->stages; i++) {
		struct stage *s = &e->stage[i];
		size_t bytes = encode_template_bytes(&s->layout, e->options.version);

		if (!is_due(s, fresh))
			continue;
		if (bytes > left && sent > 0)
			break;
		left -= bytes < left ? bytes : left;
		encode_put_template(&out->bytes, s->id, &s->layout, 0);
		s->fresh = false;
		sent++;
	}
	encode_set_end(&out->bytes, at, padding(e));
	end_message(e, out, sent, 0, 1);
	*next = i;
	return buf_status(&out->bytes);
}

static enum flow_status
send_all_templates(struct flow_encoder *e, int64_t time_ms, bool fresh, struct flow_datagrams *out)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < e->stages && st == FLOW_OK;)
		st = send_templates(e, time_ms, fresh, i, &i, out);
	return st;
}

/* An options template, and as many of its records as fit behind it; the rest in datagrams of their own. */
static enum flow_status
send_option(struct flow_encoder *e, const struct encode_option *o, int64_t time_ms, struct flow_datagrams *out)
{
	struct encode_facts facts = { e->context, &e->options, e->bytes, e->datagrams, e->records };
	size_t records = encode_option_records(o, &facts), from = 0, n, at, fit, head, i;

	while (records > 0 && from < records) {
		head = from == 0 ? encode_template_bytes(&o->layout, e->options.version) + ENCODE_SET_HEADER + 8 : 0;
		fit = room(e) > head ? (room(e) - head) / o->layout.size : 0;
		n = records - from < fit ? records - from : fit > 0 ? fit : 1;
		if (!encode_datagram_open(out, e->options.max_bytes, time_ms, 0))
			return FLOW_ENOMEM;
		begin_message(e, &out->bytes, time_ms);
		if (from == 0)
			encode_put_options_template(&out->bytes, e->options.version, o, padding(e));
		at = encode_set_begin(&out->bytes, o->id);
		for (i = from; i < from + n; i++)
			encode_put_option_record(&out->bytes, o, &facts, i);
		encode_set_end(&out->bytes, at, padding(e));
		end_message(e, out, n + (from == 0), n, 1 + (from == 0));
		from += n;
	}
	return buf_status(&out->bytes);
}

static enum flow_status
announce(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	enum flow_status st = send_all_templates(e, time_ms, false, out);
	size_t i;

	for (i = 0; i < e->device->options && st == FLOW_OK; i++)
		st = send_option(e, &e->device->option[i], time_ms, out);
	e->since_template = 0;
	e->template_ms = time_ms;
	e->started = true;
	return st;
}

static bool
templates_due(const struct flow_encoder *e, int64_t time_ms)
{
	const struct encode_habits *h = &e->device->habits;

	return !e->started || e->since_template >= h->refresh_datagrams || time_ms - e->template_ms >= h->refresh_ms;
}

static void
put_records(struct stage *s, struct buf *b)
{
	size_t size = s->layout.size;

	buf_append(b, s->records.data + s->taken * size, s->waiting * size);
	s->taken += s->waiting;
	s->waiting = 0;
}

static enum flow_status
send_fixed(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	struct encode_fixed_header h = { (uint16_t)e->waiting, time_ms, e->context.boot_ms, e->sequence,
		(uint16_t)e->options.domain, e->options.sampling };

	if (!encode_datagram_open(out, 2048, time_ms, (uint32_t)e->waiting))
		return FLOW_ENOMEM;
	encode_fixed_header(e->fixed, &h, &out->bytes);
	put_records(&e->stage[0], &out->bytes);
	e->sequence += (uint32_t)e->waiting;
	e->waiting = 0;
	encode_datagram_close(out);
	return buf_status(&out->bytes);
}

enum flow_status
encode_send(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	size_t records = e->waiting, sets = 0, at, i;

	if (e->fixed != NULL)
		return send_fixed(e, time_ms, out);
	if (templates_due(e, time_ms) && announce(e, time_ms, out) != FLOW_OK)
		return FLOW_ENOMEM;
	if (e->slot != NULL && send_all_templates(e, time_ms, true, out) != FLOW_OK)
		return FLOW_ENOMEM;
	if (!encode_datagram_open(out, e->options.max_bytes + 64, time_ms, (uint32_t)records))
		return FLOW_ENOMEM;
	begin_message(e, &out->bytes, time_ms);
	for (i = 0; i < e->stages; i++) {
		if (e->stage[i].waiting == 0)
			continue;
		at = encode_set_begin(&out->bytes, e->stage[i].id);
		put_records(&e->stage[i], &out->bytes);
		encode_set_end(&out->bytes, at, padding(e));
		sets++;
	}
	e->records += records;
	end_message(e, out, records, records, sets);
	e->since_template++;
	e->waiting = e->waiting_bytes = 0;
	return buf_status(&out->bytes);
}

bool
encode_fits(const struct flow_encoder *e, const struct stage *s)
{
	size_t max = e->device != NULL ? e->device->habits.max_records : 0;
	size_t more = s->layout.size + (s->waiting == 0 ? ENCODE_SET_HEADER + 3 : 0);

	if (e->fixed != NULL)
		return e->waiting < e->fixed->max_records;
	if (max > 0 && e->waiting >= max)
		return false;
	return (is_v9(e) ? V9_HEADER : IPFIX_HEADER) + e->waiting_bytes + more <= e->options.max_bytes;
}
