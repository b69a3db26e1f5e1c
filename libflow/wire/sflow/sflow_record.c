/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of one sFlow flow sample, as one row. */
#include "wire/sflow/packet_row.h"
#include "wire/sflow/sflow.h"
#include "wire/sflow/sflow_extra.h"
#include "wire/sflow/sflow_length.h"
#include "wire/sflow/sflow_row.h"

/* Flow records, enterprise 0. */
#define RECORD_RAW_HEADER 1
#define RECORD_ETHERNET 2
#define RECORD_IPV4 3
#define RECORD_IPV6 4
#define RECORD_SWITCH 1001
#define RECORD_ROUTER 1002
#define RECORD_GATEWAY 1003
#define RECORD_USER 1004
#define RECORD_MPLS 1006
#define RECORD_NAT 1007
#define RECORD_NAT_PORT 1020

/* RFC 3176's kinds: the packet, then extensions. */
#define V4_RAW_HEADER 1
#define V4_IPV4 2
#define V4_IPV6 3

#define HEADER_ETHERNET 1
#define HEADER_PPP 7
#define HEADER_IPV4 11
#define HEADER_IPV6 12
#define HEADER_MPLS 13

#define STATUS_DROPPED 128	/* forwardingStatus: dropped, unknown reason (RFC 7270) */

/* The length of a record with fields; a raw header's length wins, and Ethernet's wins over IP's. */
static void
set_length(struct sflow_row *r, uint32_t bytes, bool of_frame)
{
	uint32_t length;
	bool replaced;

	if (r->has_length && r->frame_length != 0 && (r->of_frame || !of_frame))
		return;
	length = sflow_length_bare(bytes, &replaced);
	if (!replaced) {
		r->frame_length = length;
		r->of_frame = of_frame;
	}
	r->has_length = true;
	decoder_count(r->ctx->d, FLOW_COUNT_FRAME_LENGTH, replaced);
}

static void
put_header(struct sflow_row *r, uint32_t protocol, const uint8_t *bytes, size_t len)
{
	enum packet_start start;

	switch (protocol) {
	case HEADER_ETHERNET:
		start = PACKET_ETHERNET;
		break;
	case HEADER_PPP:
		start = PACKET_PPP;
		break;
	case HEADER_IPV4: case HEADER_IPV6:
		start = PACKET_IP;
		break;
	case HEADER_MPLS:
		start = PACKET_MPLS;
		break;
	default:
		return;
	}
	packet_dissect(start, bytes, len, &r->packet);
	packet_row_put(&r->w, &r->packet);
}

/* protocol, frame length, (v5: bytes stripped,) header length, header padded to 4 bytes */
static void
raw_header(struct sflow_row *r, struct cursor *in, bool v5)
{
	uint32_t protocol = cursor_be32(in), len;
	struct sflow_length told = { .frame = cursor_be32(in) };
	const uint8_t *p;
	bool replaced;

	if (v5)
		told.stripped = cursor_be32(in);
	len = cursor_be32(in);
	p = cursor_bytes(in, len);
	if (len % 4 != 0 && !v5)
		cursor_skip(in, 4 - len % 4);
	if (cursor_failed(in))
		return;
	told.sampled = len;
	put_header(r, protocol, p, len);
	r->frame_length = sflow_length_of(&told, &r->packet, &replaced);
	r->has_length = r->of_frame = true;
	decoder_count(r->ctx->d, FLOW_COUNT_FRAME_LENGTH, replaced);
}

/* length, source and destination MAC, type */
static void
ethernet_frame(struct sflow_row *r, struct cursor *in)
{
	uint32_t len = cursor_be32(in);
	const uint8_t *src = cursor_bytes(in, 8), *dst = cursor_bytes(in, 8);
	uint32_t type = cursor_be32(in);

	if (cursor_failed(in))
		return;
	set_length(r, len, true);
	sflow_set_number(r, FLOW_FIELD_IN_SRC_MAC, load_be64(src) >> 16);
	sflow_set_number(r, FLOW_FIELD_IN_DST_MAC, load_be64(dst) >> 16);
	sflow_set_number(r, FLOW_FIELD_ETHER_TYPE, type);
}

/* length, protocol, addresses, ports, TCP flags, TOS or priority */
static void
ip_fields(struct sflow_row *r, struct cursor *in, bool v6)
{
	uint32_t len = cursor_be32(in), proto = cursor_be32(in);
	struct packet_ip ip = { .version = v6 ? 6 : 4, .proto = (uint8_t)proto };
	const uint8_t *src = cursor_bytes(in, v6 ? 16 : 4), *dst = cursor_bytes(in, v6 ? 16 : 4);
	uint32_t src_port = cursor_be32(in), dst_port = cursor_be32(in);
	uint32_t flags = cursor_be32(in), tos = cursor_be32(in);

	if (cursor_failed(in))
		return;
	set_length(r, len, false);
	if (flow_builder_written(r->w.out, FLOW_FIELD_SRC_ADDR))
		return;		/* the raw header is more reliable */
	ip.src = v6 ? addr_from_header6(src) : addr_from_v4(load_be32(src));
	ip.dst = v6 ? addr_from_header6(dst) : addr_from_v4(load_be32(dst));
	sflow_set_addr(r, FLOW_FIELD_SRC_ADDR, &ip.src);
	sflow_set_addr(r, FLOW_FIELD_DST_ADDR, &ip.dst);
	sflow_set_number(r, FLOW_FIELD_IP_VERSION, ip.version);
	sflow_set_number(r, FLOW_FIELD_PROTO, ip.proto);
	sflow_set_number(r, FLOW_FIELD_SRC_PORT, src_port);
	sflow_set_number(r, FLOW_FIELD_DST_PORT, dst_port);
	sflow_set_number(r, FLOW_FIELD_TCP_FLAGS, flags);
	sflow_set_number(r, FLOW_FIELD_TOS, tos);
}

static void
record_v5(struct sflow_row *r, uint32_t kind, struct cursor *in)
{
	switch (kind) {
	case RECORD_RAW_HEADER:
		raw_header(r, in, true);
		break;
	case RECORD_ETHERNET:
		ethernet_frame(r, in);
		break;
	case RECORD_IPV4: case RECORD_IPV6:
		ip_fields(r, in, kind == RECORD_IPV6);
		break;
	case RECORD_SWITCH:
		sflow_put_switch(r, in);
		break;
	case RECORD_ROUTER:
		sflow_put_router(r, in);
		break;
	case RECORD_GATEWAY:
		sflow_put_gateway(r, in, true);
		break;
	case RECORD_USER:
		sflow_put_user(r, in, true);
		break;
	case RECORD_MPLS:
		sflow_put_mpls(r, in);
		break;
	case RECORD_NAT:
		sflow_put_nat(r, in);
		break;
	case RECORD_NAT_PORT:
		sflow_put_nat_ports(r, in);
		break;
	case SFLOW_SOCKET_IPV4: case SFLOW_SOCKET_IPV6:
		sflow_put_socket(r, in, kind == SFLOW_SOCKET_IPV6);
		break;
	default:
		r->has_extra = true;
		break;
	}
}

static void
put_interfaces(struct sflow_row *r, const struct sflow_sample *s)
{
	if (s->in_format == SFLOW_IF_INDEX)
		sflow_set_number(r, FLOW_FIELD_IN_IF, s->in_value);
	if (s->out_format == SFLOW_IF_INDEX)
		sflow_set_number(r, FLOW_FIELD_OUT_IF, s->out_value);
	else if (s->out_format == SFLOW_IF_DISCARD)
		sflow_set_number(r, FLOW_FIELD_FWD_STATUS, STATUS_DROPPED);
}

/* Records without a column; in v4 the URL. */
static void
put_records(struct sflow_row *r, struct cursor in, uint32_t records, struct buf *text)
{
	if (r->url.pos != NULL)
		sflow_extra_append(text, 1005, r->url);
	for (; r->has_extra && records > 0; records--) {
		uint32_t kind = cursor_be32(&in);
		struct cursor body = cursor_sub(&in, cursor_be32(&in));

		if (cursor_failed(&in))
			return;
		if (sflow_extra_is(kind) && body.pos != r->socket)
			sflow_extra_append(text, kind, body);
	}
}

/* Facts without a column: the sender, the inner tag, where a packet was copied to, applications' records. */
static void
put_extra(struct sflow_row *r, const struct sflow_sample *s, struct cursor records)
{
	struct buf *text = &r->ctx->d->text;

	if (r->ctx->d->options.drop_extra || r->w.st != FLOW_OK)
		return;
	buf_clear(text);
	if (!addr_equal(&r->ctx->src->sender, &r->ctx->src->exporter->addr))
		packet_extra_addr(text, "sender", &r->ctx->src->sender);
	packet_extra_vlan(text, &r->packet);
	if (s->out_format == SFLOW_IF_MULTIPLE)
		packet_extra_number(text, "sflowOutputInterfaces", s->out_value);
	else if (s->out_format == SFLOW_IF_DISCARD)
		packet_extra_number(text, "sflowDiscardReason", s->out_value);
	put_records(r, records, s->records, text);
	if (text->len == 0)
		return;
	buf_append_u8(text, '}');
	r->w.st = text->failed ? FLOW_ENOMEM : flow_builder_text(r->w.out, FLOW_FIELD_EXTRA, 0,
	    (const char *)text->data, text->len);
}

static enum flow_status
begin_row(struct sflow_row *r, struct sflow_sample *s)
{
	*r = (struct sflow_row){ .w.out = s->ctx->out, .ctx = s->ctx };
	r->w.st = flow_builder_reserve(r->w.out, 1);
	put_interfaces(r, s);
	return r->w.st;
}

static enum flow_status
finish_row(struct sflow_row *r, const struct sflow_sample *s, struct cursor records)
{
	const struct rate announced = rate_whole(s->rate);
	uint32_t rate = operator_rate_settle(&r->ctx->d->options, &r->ctx->src->exporter->addr,
	    s->in_format == SFLOW_IF_INDEX ? &s->in_value : NULL, announced).times;

	sflow_set_number(r, FLOW_FIELD_PACKETS, r->has_length);
	sflow_set_number(r, FLOW_FIELD_BYTES, r->frame_length);
	sflow_settle_hops(r);
	put_extra(r, s, records);
	decoder_count(r->ctx->d, FLOW_COUNT_VALUE_WIDE, r->w.wide);
	if (r->w.st == FLOW_OK)
		r->w.st = rows_one_time(r->ctx, 1, r->ctx->when.received_ms);
	if (r->w.st == FLOW_OK)
		r->w.st = rows_source(r->ctx, 1, true);
	if (r->w.st == FLOW_OK)
		r->w.st = rows_scale(r->ctx, 1, rate_whole(rate));
	if (r->w.st == FLOW_OK)
		r->w.st = rows_account(r->ctx, 1);
	if (r->w.st == FLOW_OK)
		flow_builder_commit(r->w.out, 1);
	return r->w.st;
}

enum flow_status
sflow_row_v5(struct sflow_sample *s)
{
	struct cursor records = s->in;
	struct sflow_row r;
	uint32_t n;

	if (begin_row(&r, s) != FLOW_OK)
		return r.w.st;
	for (n = 0; n < s->records; n++) {
		uint32_t kind = cursor_be32(&s->in);
		struct cursor body = cursor_sub(&s->in, cursor_be32(&s->in));

		if (cursor_failed(&s->in))
			return FLOW_EFORMAT;
		record_v5(&r, kind, &body);
	}
	return finish_row(&r, s, records);
}

/* direction and URL; v5 has the host too */
static void
url_data(struct sflow_row *r, struct cursor *in)
{
	const uint8_t *begin = in->pos;
	uint32_t len;

	cursor_skip(in, 4);
	len = cursor_be32(in);
	cursor_skip(in, len);
	cursor_skip(in, (4 - len % 4) % 4);
	if (!cursor_failed(in))
		r->url = cursor_make(begin, (size_t)(in->pos - begin));
}

/* RFC 3176: no lengths, so that an unknown kind ends the datagram. */
static void
extension_v4(struct sflow_row *r, uint32_t kind, struct cursor *in)
{
	switch (kind) {
	case 1:
		sflow_put_switch(r, in);
		break;
	case 2:
		sflow_put_router(r, in);
		break;
	case 3:
		sflow_put_gateway(r, in, false);
		break;
	case 4:
		sflow_put_user(r, in, false);
		break;
	case 5:
		url_data(r, in);
		break;
	default:
		in->failed = true;
		break;
	}
}

enum flow_status
sflow_row_v4(struct sflow_sample *s)
{
	struct sflow_row r;
	uint32_t kind, n;

	if (begin_row(&r, s) != FLOW_OK)
		return r.w.st;
	kind = cursor_be32(&s->in);
	if (kind == V4_RAW_HEADER)
		raw_header(&r, &s->in, false);
	else if (kind == V4_IPV4 || kind == V4_IPV6)
		ip_fields(&r, &s->in, kind == V4_IPV6);
	else
		return FLOW_EFORMAT;
	for (n = cursor_be32(&s->in); n > 0 && !cursor_failed(&s->in); n--)
		extension_v4(&r, cursor_be32(&s->in), &s->in);
	return cursor_failed(&s->in) ? FLOW_EFORMAT : finish_row(&r, s, s->in);
}
