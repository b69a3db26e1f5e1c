/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_sflow.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/encode/encode_datagrams.h"
#include "wire/encode/encode_packet.h"

#define V5 105

/* Formats of samples and of records. */
#define FLOW_SAMPLE 1
#define COUNTER_SAMPLE 2
#define FLOW_EXPANDED 3
#define COUNTER_EXPANDED 4
#define RAW_HEADER 1
#define ETHERNET_FRAME 2
#define SAMPLED_IPV4 3
#define SAMPLED_IPV6 4
#define EXT_SWITCH 1001
#define EXT_ROUTER 1002
#define EXT_GATEWAY 1003
#define EXT_NAT 1007
#define EXT_NAT_PORT 1020
#define GENERIC_COUNTERS 1
#define V4_RAW_HEADER 1
#define V4_GENERIC_COUNTERS 1

#define HEADER_ETHERNET 1
#define FRAME_CHECK 4
#define ADDR_IPV4 1
#define ADDR_IPV6 2
#define AS_SEQUENCE 2
#define OUT_DISCARD (1u << 30)
#define DISCARDED 2	/* upper bits of forwardingStatus */

#define ETHERNET_CSMACD 6
#define SPEED_BPS UINT64_C(10000000000)
#define PORTS 64
#define UPTIME_MS INT64_C(1000000000)

/* An interface as the source of samples, at its number modulo PORTS. */
struct port {
	uint32_t index;
	uint32_t flow_sequence, counter_sequence;
	uint32_t pool;
	uint64_t in_bytes, in_packets, out_bytes, out_packets;
};

struct encode_sflow {
	struct flow_encoder_options options;
	const struct encode_sflow_habits *habits;
	struct buf samples;		/* waiting */
	struct buf sample;		/* being written */
	uint32_t waiting, rows;		/* samples, and rows in them */
	uint32_t sequence;
	int64_t time_ms, boot_ms, counters_ms;
	struct port port[PORTS];
};

struct encode_sflow *
encode_sflow_new(const struct flow_encoder_options *o, const struct encode_sflow_habits *habits)
{
	struct encode_sflow *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->options = *o;
	s->habits = habits;
	return s;
}

void
encode_sflow_free(struct encode_sflow *s)
{
	if (s == NULL)
		return;
	buf_release(&s->samples);
	buf_release(&s->sample);
	free(s);
}

static bool
is_v5(const struct encode_sflow *s)
{
	return s->options.version == V5;
}

static void
put_addr(struct buf *b, const struct addr *a)
{
	uint8_t bytes[16];

	if (addr_is_v4(a)) {
		buf_append_be32(b, ADDR_IPV4);
		buf_append_be32(b, addr_v4(a));
		return;
	}
	addr_store_v6(a, bytes);
	buf_append_be32(b, ADDR_IPV6);
	buf_append(b, bytes, sizeof(bytes));
}

static size_t
header_bytes(const struct encode_sflow *s)
{
	return (is_v5(s) ? 24u : 20u) + (addr_is_v4(&s->options.exporter) ? 4u : 16u);
}

/* Makes a datagram of the waiting samples. */
static enum flow_status
send_samples(struct encode_sflow *s, int64_t time_ms, struct flow_datagrams *out)
{
	struct buf *b = &out->bytes;

	if (!encode_datagram_open(out, header_bytes(s) + s->samples.len, time_ms, s->rows))
		return FLOW_ENOMEM;
	buf_append_be32(b, is_v5(s) ? 5 : 4);
	put_addr(b, &s->options.exporter);
	if (is_v5(s))
		buf_append_be32(b, s->options.domain);
	buf_append_be32(b, s->sequence++);
	buf_append_be32(b, (uint32_t)(time_ms - s->boot_ms));
	buf_append_be32(b, s->waiting);
	buf_append(b, s->samples.data, s->samples.len);
	encode_datagram_close(out);
	buf_clear(&s->samples);
	s->waiting = s->rows = 0;
	return buf_status(b);
}

/* Adds the written sample to the waiting ones, which are sent first if it does not fit. */
static enum flow_status
take_sample(struct encode_sflow *s, uint32_t rows, int64_t time_ms, struct flow_datagrams *out)
{
	enum flow_status st = FLOW_OK;

	if (s->waiting > 0 && header_bytes(s) + s->samples.len + s->sample.len > s->options.max_bytes)
		st = send_samples(s, s->time_ms, out);
	buf_append(&s->samples, s->sample.data, s->sample.len);
	s->waiting++;
	s->rows += rows;
	s->time_ms = time_ms;
	if (s->samples.failed || s->sample.failed)
		return FLOW_ENOMEM;
	return st;
}

static struct port *
port_of(struct encode_sflow *s, uint32_t index)
{
	struct port *p = &s->port[index % PORTS];

	if (p->index == 0)
		p->index = index;
	return p;
}

/* Begins a record of v5, or an extension of v4; returns the offset of its length. */
static size_t
record_begin(struct buf *b, uint32_t kind, bool v5)
{
	buf_append_be32(b, kind);
	if (v5)
		buf_append_be32(b, 0);
	return b->len;
}

static void
record_end(struct buf *b, size_t at, bool v5)
{
	while ((b->len - at) % 4 != 0)
		buf_append_u8(b, 0);
	if (v5 && !b->failed)
		store_be32(b->data + at - 4, (uint32_t)(b->len - at));
}

/* A row being encoded as a sample. */
struct row {
	const struct encode_addrs *addrs;
	const struct flow_batch *batch;
	size_t at;
	uint32_t rate, frame_bytes;
};

static uint32_t
number(const struct row *r, enum flow_field field)
{
	return (uint32_t)encode_number(r->batch, field, r->at);
}

static bool
has(const struct row *r, enum flow_field field)
{
	return flow_column_has(&r->batch->column[field], r->at);
}

static void
put_raw(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	struct encode_packet packet;
	uint32_t sampled, i;
	size_t at;

	encode_packet(r->addrs, r->batch, r->at, r->frame_bytes, &packet);
	sampled = packet.frame_bytes - FRAME_CHECK;
	if (sampled > s->habits->header_bytes)
		sampled = s->habits->header_bytes;
	at = record_begin(b, is_v5(s) ? RAW_HEADER : V4_RAW_HEADER, is_v5(s));
	buf_append_be32(b, HEADER_ETHERNET);
	buf_append_be32(b, packet.frame_bytes);
	if (is_v5(s))
		buf_append_be32(b, FRAME_CHECK);
	buf_append_be32(b, sampled);
	buf_append(b, packet.bytes, packet.len < sampled ? packet.len : sampled);
	for (i = packet.len; i < sampled; i++)
		buf_append_u8(b, 0);
	record_end(b, at, is_v5(s));
}

/* The fields of an IP packet, from agents whose hardware does not give its bytes. */
static void
put_ip_fields(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_SRC_ADDR, r->at);
	struct addr dst = encode_addr(r->addrs, r->batch, FLOW_FIELD_DST_ADDR, r->at);
	bool v4 = addr_is_v4(&src) && addr_is_v4(&dst);
	size_t at = record_begin(b, is_v5(s) ? (v4 ? SAMPLED_IPV4 : SAMPLED_IPV6) : v4 ? 2 : 3, is_v5(s));
	uint8_t bytes[16];

	buf_append_be32(b, r->frame_bytes);
	buf_append_be32(b, number(r, FLOW_FIELD_PROTO));
	if (v4) {
		buf_append_be32(b, addr_v4(&src));
		buf_append_be32(b, addr_v4(&dst));
	} else {
		addr_store_v6(&src, bytes);
		buf_append(b, bytes, 16);
		addr_store_v6(&dst, bytes);
		buf_append(b, bytes, 16);
	}
	buf_append_be32(b, number(r, FLOW_FIELD_SRC_PORT));
	buf_append_be32(b, number(r, FLOW_FIELD_DST_PORT));
	buf_append_be32(b, number(r, FLOW_FIELD_TCP_FLAGS));
	buf_append_be32(b, number(r, FLOW_FIELD_TOS));
	record_end(b, at, is_v5(s));
}

static void
put_mac(struct buf *b, uint64_t mac)
{
	buf_append_be16(b, (uint16_t)(mac >> 32));
	buf_append_be32(b, (uint32_t)mac);
	buf_append_be16(b, 0);
}

static void
put_ethernet(const struct row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_SRC_ADDR, r->at);
	size_t at = record_begin(b, ETHERNET_FRAME, true);

	buf_append_be32(b, r->frame_bytes);
	put_mac(b, encode_number(r->batch, FLOW_FIELD_IN_SRC_MAC, r->at));
	put_mac(b, encode_number(r->batch, FLOW_FIELD_IN_DST_MAC, r->at));
	buf_append_be32(b, addr_is_v4(&src) ? 0x0800 : 0x86dd);
	record_end(b, at, true);
}

static void
put_switch(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	size_t at = record_begin(b, is_v5(s) ? EXT_SWITCH : 1, is_v5(s));

	buf_append_be32(b, number(r, FLOW_FIELD_SRC_VLAN));
	buf_append_be32(b, 0);
	buf_append_be32(b, has(r, FLOW_FIELD_DST_VLAN) ? number(r, FLOW_FIELD_DST_VLAN) :
	    number(r, FLOW_FIELD_SRC_VLAN));
	buf_append_be32(b, 0);
	record_end(b, at, is_v5(s));
}

static void
put_router(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	struct addr hop = encode_addr(r->addrs, r->batch, FLOW_FIELD_NEXT_HOP, r->at);
	size_t at = record_begin(b, is_v5(s) ? EXT_ROUTER : 2, is_v5(s));

	put_addr(b, &hop);
	buf_append_be32(b, number(r, FLOW_FIELD_SRC_MASK));
	buf_append_be32(b, number(r, FLOW_FIELD_DST_MASK));
	record_end(b, at, is_v5(s));
}

/* The router's own AS is one of RFC 5398; the path ends in the destination's. */
static void
put_gateway(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	bool own = has(r, FLOW_FIELD_BGP_NEXT_HOP);
	struct addr hop = encode_addr(r->addrs, r->batch, own ? FLOW_FIELD_BGP_NEXT_HOP : FLOW_FIELD_NEXT_HOP, r->at);
	uint32_t path[2], n = 0, i, src = number(r, FLOW_FIELD_SRC_AS), dst = number(r, FLOW_FIELD_DST_AS);
	size_t at = record_begin(b, is_v5(s) ? EXT_GATEWAY : 3, is_v5(s));

	if (is_v5(s))
		put_addr(b, &hop);
	buf_append_be32(b, 64500);
	buf_append_be32(b, src);
	buf_append_be32(b, has(r, FLOW_FIELD_PREV_AS) ? number(r, FLOW_FIELD_PREV_AS) : src);
	if (has(r, FLOW_FIELD_NEXT_AS) && number(r, FLOW_FIELD_NEXT_AS) != dst)
		path[n++] = number(r, FLOW_FIELD_NEXT_AS);
	path[n++] = dst;
	buf_append_be32(b, 1);
	buf_append_be32(b, AS_SEQUENCE);
	buf_append_be32(b, n);
	for (i = 0; i < n; i++)
		buf_append_be32(b, path[i]);
	buf_append_be32(b, 0);		/* communities */
	buf_append_be32(b, 100);	/* local preference */
	record_end(b, at, is_v5(s));
}

static void
put_nat(const struct row *r, struct buf *b)
{
	struct addr src = encode_addr(r->addrs, r->batch, FLOW_FIELD_NAT_SRC_ADDR, r->at);
	struct addr dst = encode_addr(r->addrs, r->batch, FLOW_FIELD_NAT_DST_ADDR, r->at);
	size_t at = record_begin(b, EXT_NAT, true);

	put_addr(b, &src);
	put_addr(b, &dst);
	record_end(b, at, true);
	at = record_begin(b, EXT_NAT_PORT, true);
	buf_append_be32(b, number(r, FLOW_FIELD_NAT_SRC_PORT));
	buf_append_be32(b, number(r, FLOW_FIELD_NAT_DST_PORT));
	record_end(b, at, true);
}

/* Appends the sample's records; in v4 the packet is the first, followed by the count of the others. */
static uint32_t
put_records(const struct encode_sflow *s, const struct row *r, struct buf *b)
{
	const struct encode_sflow_habits *h = s->habits;
	bool nat = is_v5(s) && h->ext_nat && has(r, FLOW_FIELD_NAT_SRC_ADDR);
	uint32_t others = (uint32_t)h->ext_switch + h->ext_router + h->ext_gateway;
	uint32_t records = 1 + others + (is_v5(s) && h->ethernet) + (nat ? 2 : 0);

	if (h->fields)
		put_ip_fields(s, r, b);
	else
		put_raw(s, r, b);
	if (!is_v5(s))
		buf_append_be32(b, others);
	if (is_v5(s) && h->ethernet)
		put_ethernet(r, b);
	if (h->ext_switch)
		put_switch(s, r, b);
	if (h->ext_router)
		put_router(s, r, b);
	if (h->ext_gateway)
		put_gateway(s, r, b);
	if (nat)
		put_nat(r, b);
	return records;
}

/* Appends an interface; its format is in the two upper bits, or precedes it in expanded samples. */
static void
put_interface(struct buf *b, uint32_t value, bool expanded)
{
	if (expanded) {
		buf_append_be32(b, value >> 30);
		buf_append_be32(b, value & 0x3fffffff);
	} else {
		buf_append_be32(b, value);
	}
}

static void
put_source(struct buf *b, uint32_t index, bool expanded)
{
	if (expanded)
		buf_append_be32(b, 0);	/* ifIndex */
	buf_append_be32(b, expanded ? index : index & 0xffffff);
}

/* Writes a row as a flow sample; a row without packets counts as one packet. */
static void
put_flow_sample(struct encode_sflow *s, const struct row *r)
{
	bool expanded = is_v5(s) && s->habits->expanded;
	uint32_t in = number(r, FLOW_FIELD_IN_IF) & 0x3fffffff, out = number(r, FLOW_FIELD_OUT_IF) & 0x3fffffff;
	bool discarded = number(r, FLOW_FIELD_FWD_STATUS) >> 6 == DISCARDED;
	struct port *p = port_of(s, in), *q = port_of(s, out);
	struct buf *b = &s->sample;
	size_t begin, count;
	uint32_t records;

	p->pool += r->rate;
	p->in_packets += r->rate;
	p->in_bytes += (uint64_t)r->rate * r->frame_bytes;
	q->out_packets += r->rate;
	q->out_bytes += (uint64_t)r->rate * r->frame_bytes;
	buf_clear(b);
	begin = record_begin(b, expanded ? FLOW_EXPANDED : FLOW_SAMPLE, is_v5(s));
	buf_append_be32(b, ++p->flow_sequence);
	put_source(b, in, expanded);
	buf_append_be32(b, r->rate);
	buf_append_be32(b, p->pool);
	buf_append_be32(b, 0);	/* drops */
	put_interface(b, in, expanded);
	put_interface(b, discarded ? OUT_DISCARD : out, expanded);
	count = b->len;
	if (is_v5(s))
		buf_append_be32(b, 0);
	records = put_records(s, r, b);
	if (is_v5(s) && !b->failed)
		store_be32(b->data + count, records);
	record_end(b, begin, is_v5(s));
}

/* if_counters, from RFC 2863's table. */
static void
put_generic(const struct port *p, struct buf *b)
{
	buf_append_be32(b, p->index);
	buf_append_be32(b, ETHERNET_CSMACD);
	buf_append_be64(b, SPEED_BPS);
	buf_append_be32(b, 1);		/* full duplex */
	buf_append_be32(b, 3);		/* admin and operational status up */
	buf_append_be64(b, p->in_bytes);
	buf_append_be32(b, (uint32_t)p->in_packets);
	buf_append_be32(b, 0);		/* multicast, broadcast, discards, errors, unknown */
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be64(b, p->out_bytes);
	buf_append_be32(b, (uint32_t)p->out_packets);
	buf_append_be32(b, 0);		/* multicast, broadcast, discards, errors */
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);		/* promiscuous */
}

static void
put_counter_sample(struct encode_sflow *s, struct port *p)
{
	bool v5 = is_v5(s), expanded = v5 && s->habits->expanded;
	struct buf *b = &s->sample;
	size_t begin, at;

	buf_clear(b);
	begin = record_begin(b, expanded ? COUNTER_EXPANDED : COUNTER_SAMPLE, v5);
	buf_append_be32(b, ++p->counter_sequence);
	put_source(b, p->index, expanded);
	if (!v5)
		buf_append_be32(b, (uint32_t)(s->habits->counters_ms / 1000));
	if (v5)
		buf_append_be32(b, 1);
	at = record_begin(b, v5 ? GENERIC_COUNTERS : V4_GENERIC_COUNTERS, v5);
	put_generic(p, b);
	record_end(b, at, v5);
	record_end(b, begin, v5);
}

/* Appends counter samples of all interfaces seen, if they are due. */
static enum flow_status
put_counters(struct encode_sflow *s, int64_t now, struct flow_datagrams *out)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	if (s->habits->counters_ms == 0 || now - s->counters_ms < s->habits->counters_ms)
		return FLOW_OK;
	s->counters_ms = now;
	for (i = 0; i < PORTS && st == FLOW_OK; i++) {
		if (s->port[i].index == 0)
			continue;
		put_counter_sample(s, &s->port[i]);
		st = take_sample(s, 0, now, out);
	}
	return st;
}

static uint32_t
bounded(uint64_t value, uint32_t max)
{
	return value > max ? max : (uint32_t)value;
}

enum flow_status
encode_sflow_rows(struct encode_sflow *s, const struct encode_addrs *addrs, const struct flow_batch *batch,
    size_t from, size_t rows, struct flow_datagrams *out)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = from; i < from + rows && st == FLOW_OK; i++) {
		int64_t now = (int64_t)encode_number(batch, FLOW_FIELD_RECEIVED, i);
		uint64_t packets = encode_number(batch, FLOW_FIELD_PACKETS, i),
		    bytes = encode_number(batch, FLOW_FIELD_BYTES, i);
		struct row r = { addrs, batch, i, bounded(packets > 0 ? packets : 1, UINT32_MAX),
			bounded(bytes / (packets > 0 ? packets : 1), 9000) };

		if (s->boot_ms == 0) {
			s->boot_ms = now - UPTIME_MS;
			s->counters_ms = now;
		}
		put_flow_sample(s, &r);
		st = take_sample(s, 1, now, out);
		if (st == FLOW_OK)
			st = put_counters(s, now, out);
	}
	return st;
}

enum flow_status
encode_sflow_flush(struct encode_sflow *s, int64_t now_ms, struct flow_datagrams *out)
{
	if (s->waiting == 0)
		return FLOW_OK;
	return send_samples(s, now_ms > s->time_ms ? now_ms : s->time_ms, out);
}
