/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_sflow.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "net/proto.h"
#include "wire/encode/encode_datagrams.h"
#include "wire/encode/encode_sflow_records.h"

#define V5 105

/* Formats of samples and of counters. */
#define FLOW_SAMPLE 1
#define COUNTER_SAMPLE 2
#define FLOW_EXPANDED 3
#define COUNTER_EXPANDED 4
#define GENERIC_COUNTERS 1
#define V4_GENERIC_COUNTERS 1

#define OUT_DISCARD (1u << 30)
#define DISCARDED 2	/* upper bits of forwardingStatus */

#define ETHERNET_CSMACD 6
#define SPEED_BPS UINT64_C(10000000000)
#define PORTS 64
#define FRAME_MAX 9000	/* of jumbo frames */
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
	uint64_t skip;			/* packets that pass before the next one is taken; if o.skip is there */
	struct flow_encoder_taken taken;
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
	if (o->skip != NULL)
		s->skip = o->skip(o->skipper);
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
	encode_sflow_addr(b, &s->options.exporter);
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

static uint32_t
number(const struct encode_sflow_row *r, enum flow_field field)
{
	return (uint32_t)encode_number(r->batch, field, r->at);
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

/* Writes a packet of a row as a flow sample. */
static void
put_flow_sample(struct encode_sflow *s, const struct encode_sflow_row *r)
{
	bool expanded = is_v5(s) && s->habits->expanded;
	uint32_t in = number(r, FLOW_FIELD_IN_IF) & 0x3fffffff, out = number(r, FLOW_FIELD_OUT_IF) & 0x3fffffff;
	bool discarded = number(r, FLOW_FIELD_FWD_STATUS) >> 6 == DISCARDED;
	struct port *p = port_of(s, in);
	struct buf *b = &s->sample;
	size_t begin, count;
	uint32_t records;

	buf_clear(b);
	begin = encode_sflow_begin(b, expanded ? FLOW_EXPANDED : FLOW_SAMPLE, is_v5(s));
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
	records = encode_sflow_records(r, b);
	if (is_v5(s) && !b->failed)
		store_be32(b->data + count, records);
	encode_sflow_end(b, begin, is_v5(s));
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
	begin = encode_sflow_begin(b, expanded ? COUNTER_EXPANDED : COUNTER_SAMPLE, v5);
	buf_append_be32(b, ++p->counter_sequence);
	put_source(b, p->index, expanded);
	if (!v5)
		buf_append_be32(b, (uint32_t)(s->habits->counters_ms / 1000));
	if (v5)
		buf_append_be32(b, 1);
	at = encode_sflow_begin(b, v5 ? GENERIC_COUNTERS : V4_GENERIC_COUNTERS, v5);
	put_generic(p, b);
	encode_sflow_end(b, at, v5);
	encode_sflow_end(b, begin, v5);
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

/* Adds what passed to the counters of its interfaces. */
static void
count_traffic(struct encode_sflow *s, const struct encode_sflow_row *r, uint64_t packets, uint64_t bytes)
{
	struct port *in = port_of(s, number(r, FLOW_FIELD_IN_IF) & 0x3fffffff);
	struct port *out = port_of(s, number(r, FLOW_FIELD_OUT_IF) & 0x3fffffff);

	in->in_packets += packets;
	in->in_bytes += bytes;
	out->out_packets += packets;
	out->out_bytes += bytes;
}

/* The flags of one packet of a connection; one that was never answered has only its first flags. */
static uint16_t
flags_of(uint16_t flags, uint64_t packet, uint64_t packets)
{
	if (packets == 1 || (flags & TCP_ACK) == 0)
		return flags;
	if (packet > 0)
		flags &= (uint16_t)~TCP_SYN;
	if (packet + 1 < packets)
		flags &= (uint16_t)~(TCP_FIN | TCP_RST);
	return (flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0 ? flags & (uint16_t)~TCP_PSH : flags;
}

/* The sum of the lengths of a flow's first n packets. */
static uint64_t
bytes_until(uint64_t bytes, uint64_t packets, uint64_t n)
{
	return (uint64_t)((unsigned __int128)bytes * n / packets);
}

/* A whole flow passes the agent. */
static enum flow_status
watch_flow(struct encode_sflow *s, struct encode_sflow_row *r, uint64_t packets, uint64_t bytes, int64_t now,
    struct flow_datagrams *out)
{
	struct port *port = port_of(s, number(r, FLOW_FIELD_IN_IF) & 0x3fffffff);
	uint16_t flags = r->tcp_flags;
	enum flow_status st = FLOW_OK;
	uint64_t passed = 0;

	while (st == FLOW_OK && s->skip < packets - passed) {
		passed += s->skip + 1;
		port->pool += (uint32_t)(s->skip + 1);
		s->skip = s->options.skip(s->options.skipper);
		r->tcp_flags = flags_of(flags, passed - 1, packets);
		r->frame_bytes = bounded(bytes_until(bytes, packets, passed) - bytes_until(bytes, packets, passed - 1),
		    FRAME_MAX);
		put_flow_sample(s, r);
		s->taken.samples++;
		s->taken.frame_bytes += r->frame_bytes;
		st = take_sample(s, 1, now, out);
	}
	port->pool += (uint32_t)(packets - passed);
	s->skip -= packets - passed;
	count_traffic(s, r, packets, bytes);
	return st;
}

/* A row that is a sample already, for as many packets as it says; without any it is one packet. */
static enum flow_status
put_as_sample(struct encode_sflow *s, struct encode_sflow_row *r, uint64_t packets, uint64_t bytes, int64_t now,
    struct flow_datagrams *out)
{
	uint64_t some = packets > 0 ? packets : 1;

	r->rate = bounded(some, UINT32_MAX);
	r->frame_bytes = bounded(bytes / some, FRAME_MAX);
	port_of(s, number(r, FLOW_FIELD_IN_IF) & 0x3fffffff)->pool += r->rate;
	count_traffic(s, r, r->rate, (uint64_t)r->rate * r->frame_bytes);
	put_flow_sample(s, r);
	return take_sample(s, 1, now, out);
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
		struct encode_sflow_row r = { addrs, batch, s->habits, i, is_v5(s),
			s->options.sampling > 0 ? s->options.sampling : 1, 0,
			(uint16_t)encode_number(batch, FLOW_FIELD_TCP_FLAGS, i) };

		if (s->boot_ms == 0) {
			s->boot_ms = now - UPTIME_MS;
			s->counters_ms = now;
		}
		st = s->options.skip != NULL ? watch_flow(s, &r, packets, bytes, now, out) :
		    put_as_sample(s, &r, packets, bytes, now, out);
		if (st == FLOW_OK)
			st = put_counters(s, now, out);
	}
	return st;
}

struct flow_encoder_taken
encode_sflow_taken(const struct encode_sflow *s)
{
	return s->taken;
}

enum flow_status
encode_sflow_flush(struct encode_sflow *s, int64_t now_ms, struct flow_datagrams *out)
{
	if (s->waiting == 0)
		return FLOW_OK;
	return send_samples(s, now_ms > s->time_ms ? now_ms : s->time_ms, out);
}
