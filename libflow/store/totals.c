/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/totals.h"

#include <inttypes.h>

#include "base/json.h"
#include "time/stamp.h"

#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMP6 58

void
store_totals_init(struct flow_totals *totals)
{
	*totals = (struct flow_totals){
		.first_ms = INT64_MAX, .last_ms = INT64_MIN,
		.received_min_ms = INT64_MAX, .received_max_ms = INT64_MIN,
	};
}

static void
add(uint64_t *sum, uint64_t v)
{
	*sum = v > UINT64_MAX - *sum ? UINT64_MAX : *sum + v;
}

static void
add_protocol(struct flow_protocol_totals *to, const struct flow_protocol_totals *from)
{
	add(&to->flows, from->flows);
	add(&to->packets, from->packets);
	add(&to->bytes, from->bytes);
	add(&to->rev_packets, from->rev_packets);
	add(&to->rev_bytes, from->rev_bytes);
}

void
store_totals_add(struct flow_totals *totals, const struct flow_totals *more)
{
	add(&totals->flows, more->flows);
	add(&totals->packets, more->packets);
	add(&totals->bytes, more->bytes);
	add(&totals->rev_packets, more->rev_packets);
	add(&totals->rev_bytes, more->rev_bytes);
	add_protocol(&totals->tcp, &more->tcp);
	add_protocol(&totals->udp, &more->udp);
	add_protocol(&totals->icmp, &more->icmp);
	add_protocol(&totals->other, &more->other);
	totals->rows += more->rows;
	if (more->first_ms < totals->first_ms)
		totals->first_ms = more->first_ms;
	if (more->last_ms > totals->last_ms)
		totals->last_ms = more->last_ms;
	if (more->received_min_ms < totals->received_min_ms)
		totals->received_min_ms = more->received_min_ms;
	if (more->received_max_ms > totals->received_max_ms)
		totals->received_max_ms = more->received_max_ms;
}

void
flow_totals_fields(struct flow_fieldset *fields)
{
	static const enum flow_field field[] = { FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES,
		FLOW_FIELD_REV_PACKETS, FLOW_FIELD_REV_BYTES, FLOW_FIELD_PROTO, FLOW_FIELD_FIRST, FLOW_FIELD_LAST,
		FLOW_FIELD_RECEIVED };

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		flow_fieldset_add(fields, field[i]);
}

static struct flow_protocol_totals *
protocol(struct flow_totals *totals, const struct flow_column *proto, size_t row)
{
	if (!flow_column_has(proto, row))
		return &totals->other;
	switch (((const uint8_t *)proto->values)[row]) {
	case PROTO_TCP:
		return &totals->tcp;
	case PROTO_UDP:
		return &totals->udp;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return &totals->icmp;
	default:
		return &totals->other;
	}
}

/* A counter of a row; `missing` if it is null.  Never negative in the profile. */
static uint64_t
counter(const struct flow_column *c, size_t row, uint64_t missing)
{
	int64_t v;

	if (!flow_column_has(c, row))
		return missing;
	v = ((const int64_t *)c->values)[row];
	return v < 0 ? 0 : (uint64_t)v;
}

static void
widen(int64_t *least, int64_t *most, const struct flow_column *c, size_t rows)
{
	const int64_t *ms = c->values;
	size_t i;

	for (i = 0; i < rows; i++) {
		if (!flow_column_has(c, i))
			continue;
		if (least != NULL && ms[i] < *least)
			*least = ms[i];
		if (most != NULL && ms[i] > *most)
			*most = ms[i];
	}
}

static void
sum_protocols(struct flow_totals *t)
{
	struct flow_protocol_totals sum = t->tcp;

	add_protocol(&sum, &t->udp);
	add_protocol(&sum, &t->icmp);
	add_protocol(&sum, &t->other);
	t->flows = sum.flows;
	t->packets = sum.packets;
	t->bytes = sum.bytes;
	t->rev_packets = sum.rev_packets;
	t->rev_bytes = sum.rev_bytes;
}

static void
add_reverse(struct flow_totals *totals, const struct flow_batch *batch)
{
	const struct flow_column *column = batch->column;

	for (size_t i = 0; i < batch->rows; i++) {
		struct flow_protocol_totals *p = protocol(totals, &column[FLOW_FIELD_PROTO], i);

		add(&p->rev_packets, counter(&column[FLOW_FIELD_REV_PACKETS], i, 0));
		add(&p->rev_bytes, counter(&column[FLOW_FIELD_REV_BYTES], i, 0));
	}
}

void
store_totals_add_batch(struct flow_totals *totals, const struct flow_batch *batch)
{
	const struct flow_column *column = batch->column;
	size_t i;

	for (i = 0; i < batch->rows; i++) {
		struct flow_protocol_totals *p = protocol(totals, &column[FLOW_FIELD_PROTO], i);

		add(&p->flows, counter(&column[FLOW_FIELD_FLOWS], i, 1));
		add(&p->packets, counter(&column[FLOW_FIELD_PACKETS], i, 0));
		add(&p->bytes, counter(&column[FLOW_FIELD_BYTES], i, 0));
	}
	if (column[FLOW_FIELD_REV_PACKETS].form != FLOW_FORM_NULL ||
	    column[FLOW_FIELD_REV_BYTES].form != FLOW_FORM_NULL)
		add_reverse(totals, batch);
	widen(&totals->first_ms, NULL, &column[FLOW_FIELD_FIRST], batch->rows);
	widen(NULL, &totals->last_ms, &column[FLOW_FIELD_LAST], batch->rows);
	widen(&totals->received_min_ms, &totals->received_max_ms, &column[FLOW_FIELD_RECEIVED],
	    batch->rows);
	totals->rows += batch->rows;
	sum_protocols(totals);
}

static void
time_to_json(const char *key, int64_t ms, struct buf *out)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len;

	len = stamp_format_iso(&cache, ms, text);
	buf_printf(out, ",\"%s\":\"%.*s\"", key, (int)len, text);
}

/* Biflows are rare: without any, their sums are left out. */
static void
reverse_to_json(uint64_t packets, uint64_t bytes, struct buf *out)
{
	if (packets != 0 || bytes != 0)
		buf_printf(out, ",\"rev_packets\":%" PRIu64 ",\"rev_bytes\":%" PRIu64, packets, bytes);
}

static void
protocol_to_json(const char *key, const struct flow_protocol_totals *p, struct buf *out)
{
	buf_printf(out, ",\"%s\":{\"flows\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
	    "", key, p->flows, p->packets, p->bytes);
	reverse_to_json(p->rev_packets, p->rev_bytes, out);
	buf_append_u8(out, '}');
}

void
store_totals_to_json(const struct flow_totals *totals, const struct store_loss *loss, struct buf *out)
{
	buf_printf(out, "{\"rows\":%" PRIu64 ",\"flows\":%" PRIu64 ",\"packets\":%" PRIu64
	    ",\"bytes\":%" PRIu64, totals->rows, totals->flows, totals->packets, totals->bytes);
	reverse_to_json(totals->rev_packets, totals->rev_bytes, out);
	if (totals->rows > 0) {
		time_to_json("first", totals->first_ms, out);
		time_to_json("last", totals->last_ms, out);
		time_to_json("received_first", totals->received_min_ms, out);
		time_to_json("received_last", totals->received_max_ms, out);
	}
	protocol_to_json("tcp", &totals->tcp, out);
	protocol_to_json("udp", &totals->udp, out);
	protocol_to_json("icmp", &totals->icmp, out);
	protocol_to_json("other", &totals->other, out);
	if (!loss->unknown)
		buf_printf(out, ",\"sequence_gaps\":%" PRIu64 ",\"kernel_drops\":%" PRIu64,
		    loss->sequence_gaps, loss->kernel_drops);
	buf_append_u8(out, '}');
}

static void
time_from_json(const char *text, size_t len, const char *key, int64_t *ms)
{
	struct json_slice at;

	if (json_find(text, len, key, &at) && at.len > 2)
		(void)!stamp_parse(at.p + 1, at.len - 2, STAMP_UTC, 0, ms, NULL);
}

static bool
protocol_from_json(const char *text, size_t len, const char *key, struct flow_protocol_totals *p)
{
	struct json_slice at;

	if (!json_find(text, len, key, &at) || !json_find_uint(at.p, at.len, "flows", &p->flows) ||
	    !json_find_uint(at.p, at.len, "packets", &p->packets) ||
	    !json_find_uint(at.p, at.len, "bytes", &p->bytes))
		return false;
	(void)json_find_uint(at.p, at.len, "rev_packets", &p->rev_packets);
	(void)json_find_uint(at.p, at.len, "rev_bytes", &p->rev_bytes);
	return true;
}

bool
store_totals_from_json(const char *text, size_t len, struct flow_totals *totals,
    struct store_loss *loss)
{
	struct flow_totals t;
	struct store_loss l = { .unknown = false };

	store_totals_init(&t);
	if (!json_find_uint(text, len, "rows", &t.rows) ||
	    !json_find_uint(text, len, "flows", &t.flows) ||
	    !json_find_uint(text, len, "packets", &t.packets) ||
	    !json_find_uint(text, len, "bytes", &t.bytes) ||
	    !protocol_from_json(text, len, "tcp", &t.tcp) ||
	    !protocol_from_json(text, len, "udp", &t.udp) ||
	    !protocol_from_json(text, len, "icmp", &t.icmp) ||
	    !protocol_from_json(text, len, "other", &t.other))
		return false;
	(void)json_find_uint(text, len, "rev_packets", &t.rev_packets);
	(void)json_find_uint(text, len, "rev_bytes", &t.rev_bytes);
	time_from_json(text, len, "first", &t.first_ms);
	time_from_json(text, len, "last", &t.last_ms);
	time_from_json(text, len, "received_first", &t.received_min_ms);
	time_from_json(text, len, "received_last", &t.received_max_ms);
	l.unknown = !json_find_uint(text, len, "sequence_gaps", &l.sequence_gaps);
	(void)json_find_uint(text, len, "kernel_drops", &l.kernel_drops);
	*totals = t;
	*loss = l;
	return true;
}
