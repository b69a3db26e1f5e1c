/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/encode/encode_layout.h"
#include "wire/encode/encode_options.h"

#define V5_HEADER 24
#define V5_MAX_RECORDS 30
#define V9_HEADER 20
#define IPFIX_HEADER 16

#define DEFAULT_MAX_BYTES 1400
#define PAYLOAD_MAX 65487

/* Templates come again after so many datagrams or so much time. */
#define TEMPLATE_DATAGRAMS 1000
#define TEMPLATE_MS 60000

/* An exporter's age when its first datagram leaves: about 11 days. */
#define UPTIME_MS INT64_C(1000000000)

/* Rows that are encoded in one go. */
#define CHUNK_ROWS 1024

/* Rows of one family that wait for their datagram, as records. */
struct stage {
	const struct encode_layout *layout;	/* NULL: the version has no such rows */
	struct buf records;
};

struct flow_encoder {
	struct flow_encoder_options options;
	struct encode_context context;
	struct encode_addrs addrs;
	struct stage stage[2];		/* IPv4, IPv6 */
	size_t taken[2];		/* records at the head of a stage that are sent already */
	size_t waiting[2];		/* records behind them that wait */
	int64_t time_ms;		/* of the last row that waits */
	uint32_t sequence;
	uint32_t since_template;	/* datagrams */
	int64_t template_ms;
	bool started;
	uint64_t skipped;
};

void
flow_datagrams_release(struct flow_datagrams *d)
{
	buf_release(&d->bytes);
	free(d->item);
	*d = (struct flow_datagrams)FLOW_DATAGRAMS_INIT;
}

void
flow_datagrams_clear(struct flow_datagrams *d)
{
	buf_clear(&d->bytes);
	d->count = 0;
}

static bool
options_valid(const struct flow_encoder_options *o)
{
	if (o->max_bytes < 512 || o->max_bytes > PAYLOAD_MAX)
		return false;
	if (o->version == 5)
		return o->sampling <= 16383;
	return o->version == 9 || o->version == 10;
}

struct flow_encoder *
flow_encoder_new(const struct flow_encoder_options *options)
{
	struct flow_encoder_options o = *options;
	struct flow_encoder *e;

	if (o.max_bytes == 0)
		o.max_bytes = DEFAULT_MAX_BYTES;
	if (!options_valid(&o) || (e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	e->options = o;
	e->context.sampling = o.sampling > 1 ? o.sampling : 1;
	e->stage[0].layout = o.version == 5 ? &encode_v5
	    : o.version == 9 ? &encode_v9_ipv4 : &encode_ipfix_ipv4;
	e->stage[1].layout = o.version == 5 ? NULL
	    : o.version == 9 ? &encode_v9_ipv6 : &encode_ipfix_ipv6;
	return e;
}

void
flow_encoder_free(struct flow_encoder *e)
{
	if (e == NULL)
		return;
	encode_addrs_release(&e->addrs);
	buf_release(&e->stage[0].records);
	buf_release(&e->stage[1].records);
	free(e);
}

uint64_t
flow_encoder_skipped(const struct flow_encoder *e)
{
	return e->skipped;
}

/* Appends an empty datagram; its bytes are appended to d->bytes and counted by close_datagram. */
static bool
open_datagram(struct flow_datagrams *d, size_t room, int64_t time_ms, uint32_t rows)
{
	if (d->count == d->cap) {
		size_t cap = d->cap != 0 ? 2 * d->cap : 64;
		struct flow_datagram_span *item = realloc(d->item, cap * sizeof(*item));

		if (item == NULL)
			return false;
		d->item = item;
		d->cap = cap;
	}
	if (!buf_reserve(&d->bytes, room))
		return false;
	d->item[d->count] = (struct flow_datagram_span){ d->bytes.len, 0, time_ms, rows };
	return true;
}

static void
close_datagram(struct flow_datagrams *d)
{
	struct flow_datagram_span *item = &d->item[d->count++];

	item->len = d->bytes.len - item->offset;
}

/* The whole second that headers of v9 and IPFIX tell. */
static int64_t
whole_second(int64_t ms)
{
	return ms >= 0 ? ms - ms % 1000 : ms;
}

static void
put_v5_header(const struct flow_encoder *e, struct buf *b, uint16_t records, int64_t time_ms)
{
	uint32_t sampling = e->options.sampling;

	buf_append_be16(b, 5);
	buf_append_be16(b, records);
	buf_append_be32(b, (uint32_t)(time_ms - e->context.boot_ms));
	buf_append_be32(b, (uint32_t)(time_ms / 1000));
	buf_append_be32(b, (uint32_t)(time_ms % 1000) * 1000000);
	buf_append_be32(b, e->sequence);
	buf_append_be16(b, (uint16_t)e->options.domain);
	/* Two bits of mode, 1: one packet in every so many. */
	buf_append_be16(b, (uint16_t)(sampling > 1 ? 1u << 14 | sampling : 0));
}

static void
put_v9_header(const struct flow_encoder *e, struct buf *b, uint16_t records, int64_t time_ms)
{
	int64_t now = whole_second(time_ms);

	buf_append_be16(b, 9);
	buf_append_be16(b, records);
	buf_append_be32(b, (uint32_t)(now - e->context.boot_ms));
	buf_append_be32(b, (uint32_t)(now / 1000));
	buf_append_be32(b, e->sequence);
	buf_append_be32(b, e->options.domain);
}

static void
put_ipfix_header(const struct flow_encoder *e, struct buf *b, int64_t time_ms)
{
	buf_append_be16(b, 10);
	buf_append_be16(b, 0);	/* the length, by end_message */
	buf_append_be32(b, (uint32_t)(time_ms / 1000));
	buf_append_be32(b, e->sequence);
	buf_append_be32(b, e->options.domain);
}

/* Begins a v9 or IPFIX datagram of so many records (v9 counts templates too). */
static void
begin_message(const struct flow_encoder *e, struct flow_datagrams *d, size_t records,
    int64_t time_ms)
{
	if (e->options.version == 9)
		put_v9_header(e, &d->bytes, (uint16_t)records, time_ms);
	else
		put_ipfix_header(e, &d->bytes, time_ms);
}

static void
end_message(struct flow_encoder *e, struct flow_datagrams *d, size_t data_records)
{
	size_t at = d->item[d->count].offset;

	if (e->options.version == 9) {
		e->sequence++;
	} else {
		store_be16(d->bytes.data + at + 2, (uint16_t)(d->bytes.len - at));
		e->sequence += (uint32_t)data_records;
	}
	close_datagram(d);
}

/* The templates and what is announced with them fit into one datagram. */
static enum flow_status
send_templates(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	bool sampled = e->options.sampling > 1;

	if (!open_datagram(out, e->options.max_bytes, time_ms, 0))
		return FLOW_ENOMEM;
	begin_message(e, out, 2 + (sampled ? 2 : 0) + (e->options.interfaces > 0), time_ms);
	encode_put_templates(&out->bytes, &e->options, e->stage[0].layout, e->stage[1].layout);
	if (sampled)
		encode_put_sampling(&out->bytes, &e->options);
	if (e->options.interfaces > 0)
		encode_put_interface_template(&out->bytes, &e->options);
	end_message(e, out, sampled ? 1 : 0);
	return buf_status(&out->bytes);
}

static enum flow_status
send_interfaces(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	size_t fit = (e->options.max_bytes - V9_HEADER - ENCODE_SET_HEADER) / ENCODE_INTERFACE_SIZE;
	size_t from, n;

	for (from = 0; from < e->options.interfaces; from += n) {
		n = e->options.interfaces - from < fit ? e->options.interfaces - from : fit;
		if (!open_datagram(out, e->options.max_bytes, time_ms, 0))
			return FLOW_ENOMEM;
		begin_message(e, out, n, time_ms);
		encode_put_interfaces(&out->bytes, &e->options, from, n);
		end_message(e, out, n);
	}
	return buf_status(&out->bytes);
}

static enum flow_status
announce(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	if (send_templates(e, time_ms, out) != FLOW_OK ||
	    send_interfaces(e, time_ms, out) != FLOW_OK)
		return FLOW_ENOMEM;
	e->since_template = 0;
	e->template_ms = time_ms;
	e->started = true;
	return FLOW_OK;
}

static bool
templates_due(const struct flow_encoder *e, int64_t time_ms)
{
	return e->options.version != 5 &&
	    (!e->started || e->since_template >= TEMPLATE_DATAGRAMS ||
	    time_ms - e->template_ms >= TEMPLATE_MS);
}

static void
put_records(struct flow_encoder *e, unsigned family, struct buf *b)
{
	struct stage *s = &e->stage[family];
	size_t size = s->layout->size;

	buf_append(b, s->records.data + e->taken[family] * size, e->waiting[family] * size);
	e->taken[family] += e->waiting[family];
	e->waiting[family] = 0;
}

/* The records that wait become a datagram. */
static enum flow_status
send_waiting(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out)
{
	size_t records = e->waiting[0] + e->waiting[1], at;
	unsigned family;

	if (templates_due(e, time_ms) && announce(e, time_ms, out) != FLOW_OK)
		return FLOW_ENOMEM;
	if (!open_datagram(out, PAYLOAD_MAX, time_ms, (uint32_t)records))
		return FLOW_ENOMEM;
	if (e->options.version == 5) {
		put_v5_header(e, &out->bytes, (uint16_t)records, time_ms);
		put_records(e, 0, &out->bytes);
		e->sequence += (uint32_t)records;
		close_datagram(out);
		return buf_status(&out->bytes);
	}
	begin_message(e, out, records, time_ms);
	for (family = 0; family < 2; family++) {
		if (e->waiting[family] == 0)
			continue;
		at = encode_set_begin(&out->bytes,
		    family == 0 ? ENCODE_TEMPLATE_IPV4 : ENCODE_TEMPLATE_IPV6);
		put_records(e, family, &out->bytes);
		encode_set_end(&out->bytes, at);
	}
	end_message(e, out, records);
	e->since_template++;
	return buf_status(&out->bytes);
}

static size_t
set_bytes(size_t records, size_t size)
{
	return records > 0 ? (ENCODE_SET_HEADER + records * size + 3) / 4 * 4 : 0;
}

/* Whether one more record of that family still fits into the datagram. */
static bool
fits(const struct flow_encoder *e, unsigned family)
{
	size_t n4 = e->waiting[0] + (family == 0), n6 = e->waiting[1] + (family == 1);
	size_t header = e->options.version == 9 ? V9_HEADER : IPFIX_HEADER;

	if (e->options.version == 5)
		return n4 <= V5_MAX_RECORDS;
	return header + set_bytes(n4, e->stage[0].layout->size) +
	    set_bytes(n6, e->stage[1].layout->size) <= e->options.max_bytes;
}

/* Forgets the records that are sent, so that those that wait lie at the stage's head. */
static void
compact(struct flow_encoder *e)
{
	unsigned family;

	for (family = 0; family < 2; family++) {
		struct stage *s = &e->stage[family];
		size_t size;

		if (s->layout == NULL)
			continue;
		size = s->layout->size;
		if (e->taken[family] > 0 && e->waiting[family] > 0)
			memmove(s->records.data, s->records.data + e->taken[family] * size,
			    e->waiting[family] * size);
		s->records.len = e->waiting[family] * size;
		e->taken[family] = 0;
	}
}

/* Sorts rows into families; 2: skipped. */
static void
classify(struct flow_encoder *e, const struct flow_batch *batch, size_t from, size_t rows,
    uint8_t *family, uint32_t row[2][CHUNK_ROWS], size_t count[2])
{
	size_t i;

	count[0] = count[1] = 0;
	for (i = 0; i < rows; i++) {
		struct addr src = encode_addr(&e->addrs, batch, FLOW_FIELD_SRC_ADDR, from + i);
		struct addr dst = encode_addr(&e->addrs, batch, FLOW_FIELD_DST_ADDR, from + i);
		unsigned f = addr_is_v4(&src) && addr_is_v4(&dst) ? 0 : 1;

		if (e->stage[f].layout == NULL) {
			family[i] = 2;
			e->skipped++;
			continue;
		}
		family[i] = (uint8_t)f;
		row[f][count[f]++] = (uint32_t)(from + i);
	}
}

static enum flow_status
stage_rows(struct flow_encoder *e, const struct flow_batch *batch, uint32_t row[2][CHUNK_ROWS],
    const size_t count[2])
{
	unsigned f;

	for (f = 0; f < 2; f++) {
		struct stage *s = &e->stage[f];

		if (count[f] == 0)
			continue;
		if (!buf_reserve(&s->records, count[f] * s->layout->size))
			return FLOW_ENOMEM;
		encode_records(s->layout, &e->context, &e->addrs, batch, row[f], count[f],
		    buf_end(&s->records));
		s->records.len += count[f] * s->layout->size;
	}
	return FLOW_OK;
}

static int64_t
received(const struct flow_batch *batch, size_t row)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_RECEIVED];
	int64_t ms = c->form == FLOW_FORM_FLAT ? ((const int64_t *)c->values)[row] : 0;

	return ms > 0 ? ms : 0;
}

static enum flow_status
encode_chunk(struct flow_encoder *e, const struct flow_batch *batch, size_t from, size_t rows,
    struct flow_datagrams *out)
{
	uint32_t row[2][CHUNK_ROWS];
	uint8_t family[CHUNK_ROWS];
	size_t count[2], i;

	compact(e);
	classify(e, batch, from, rows, family, row, count);
	if (stage_rows(e, batch, row, count) != FLOW_OK)
		return FLOW_ENOMEM;
	for (i = 0; i < rows; i++) {
		if (family[i] > 1)
			continue;
		if (!fits(e, family[i]) && send_waiting(e, e->time_ms, out) != FLOW_OK)
			return FLOW_ENOMEM;
		e->waiting[family[i]]++;
		e->time_ms = received(batch, from + i);
	}
	return FLOW_OK;
}

enum flow_status
flow_encoder_batch(struct flow_encoder *e, const struct flow_batch *batch, size_t from,
    size_t rows, struct flow_datagrams *out)
{
	enum flow_status st = encode_addrs_prepare(&e->addrs, batch);
	size_t done;

	if (e->context.boot_ms == 0 && rows > 0)
		e->context.boot_ms = whole_second(received(batch, from)) - UPTIME_MS;
	for (done = 0; st == FLOW_OK && done < rows; done += CHUNK_ROWS)
		st = encode_chunk(e, batch, from + done,
		    rows - done < CHUNK_ROWS ? rows - done : CHUNK_ROWS, out);
	return st;
}

enum flow_status
flow_encoder_flush(struct flow_encoder *e, int64_t now_ms, struct flow_datagrams *out)
{
	if (e->waiting[0] + e->waiting[1] == 0)
		return FLOW_OK;
	return send_waiting(e, now_ms > e->time_ms ? now_ms : e->time_ms, out);
}
