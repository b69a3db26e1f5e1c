/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of one sFlow flow sample, as one row. */
#include "base/json.h"
#include "wire/sflow/packet_row.h"
#include "wire/sflow/sflow.h"
#include "wire/sflow/sflow_extra.h"
#include "wire/sflow/sflow_length.h"

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
#define AS_SEGMENTS_MAX 1024
#define LIST_MAX 65536
#define VLAN_MAX 4095

/* The row of a sample. */
struct row {
	struct packet_row w;
	struct context *ctx;
	uint64_t frame_length;
	bool has_length;	/* there is a packet; without, it is a transaction of an application */
	bool has_extra;		/* records without a column */
	struct packet packet;	/* of the raw header */
	const uint8_t *socket;	/* the record that filled addresses and ports; NULL: none */
	struct cursor url;	/* v4 only */
};

static void
set_number(struct row *r, enum flow_field field, uint64_t value)
{
	packet_row_number(&r->w, field, value);
}

static void
set_addr(struct row *r, enum flow_field field, const struct addr *a)
{
	packet_row_addr(&r->w, field, a);
}

/* VLANs are 1 to 4095, 0 a priority alone; an agent that knows none says 0xffffffff. */
static void
set_vlan(struct row *r, enum flow_field field, uint32_t vlan)
{
	if (vlan <= VLAN_MAX)
		set_number(r, field, vlan);
}

/* A length that is told beside fields; the raw header tells it better. */
static void
set_length(struct row *r, uint32_t bytes)
{
	bool replaced;

	if (r->has_length && r->frame_length != 0)
		return;
	r->frame_length = sflow_length_bare(bytes, &replaced);
	r->has_length = true;
	decoder_count(r->ctx->d, FLOW_COUNT_FRAME_LENGTH, replaced);
}

static void
put_header(struct row *r, uint32_t protocol, const uint8_t *bytes, size_t len)
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
raw_header(struct row *r, struct cursor *in, bool v5)
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
	r->has_length = true;
	decoder_count(r->ctx->d, FLOW_COUNT_FRAME_LENGTH, replaced);
}

/* length, source and destination MAC, type */
static void
ethernet_frame(struct row *r, struct cursor *in)
{
	uint32_t len = cursor_be32(in);
	const uint8_t *src = cursor_bytes(in, 8), *dst = cursor_bytes(in, 8);
	uint32_t type = cursor_be32(in);

	if (cursor_failed(in))
		return;
	set_length(r, len);
	set_number(r, FLOW_FIELD_IN_SRC_MAC, load_be64(src) >> 16);
	set_number(r, FLOW_FIELD_IN_DST_MAC, load_be64(dst) >> 16);
	set_number(r, FLOW_FIELD_ETHER_TYPE, type);
}

/* length, protocol, addresses, ports, TCP flags, TOS or priority */
static void
ip_fields(struct row *r, struct cursor *in, bool v6)
{
	uint32_t len = cursor_be32(in), proto = cursor_be32(in);
	struct packet_ip ip = { .version = v6 ? 6 : 4, .proto = (uint8_t)proto };
	const uint8_t *src = cursor_bytes(in, v6 ? 16 : 4), *dst = cursor_bytes(in, v6 ? 16 : 4);
	uint32_t src_port = cursor_be32(in), dst_port = cursor_be32(in);
	uint32_t flags = cursor_be32(in), tos = cursor_be32(in);

	if (cursor_failed(in))
		return;
	set_length(r, len);
	if (flow_builder_written(r->w.out, FLOW_FIELD_SRC_ADDR))
		return;		/* the raw header has said it better */
	ip.src = v6 ? addr_from_v6(src) : addr_from_v4(load_be32(src));
	ip.dst = v6 ? addr_from_v6(dst) : addr_from_v4(load_be32(dst));
	set_addr(r, FLOW_FIELD_SRC_ADDR, &ip.src);
	set_addr(r, FLOW_FIELD_DST_ADDR, &ip.dst);
	set_number(r, FLOW_FIELD_IP_VERSION, ip.version);
	set_number(r, FLOW_FIELD_PROTO, ip.proto);
	set_number(r, FLOW_FIELD_SRC_PORT, src_port);
	set_number(r, FLOW_FIELD_DST_PORT, dst_port);
	set_number(r, FLOW_FIELD_TCP_FLAGS, flags);
	set_number(r, FLOW_FIELD_TOS, tos);
}

/* VLAN and priority, in and out */
static void
switch_data(struct row *r, struct cursor *in)
{
	uint32_t src = cursor_be32(in), dst;

	cursor_skip(in, 4);
	dst = cursor_be32(in);
	cursor_skip(in, 4);
	if (cursor_failed(in))
		return;
	set_vlan(r, FLOW_FIELD_SRC_VLAN, src);
	set_vlan(r, FLOW_FIELD_DST_VLAN, dst);
}

static void
router_data(struct row *r, struct cursor *in)
{
	struct addr hop;
	bool has_hop = sflow_addr(in, &hop);
	uint32_t src = cursor_be32(in), dst = cursor_be32(in);

	if (cursor_failed(in))
		return;
	if (has_hop)
		set_addr(r, FLOW_FIELD_NEXT_HOP, &hop);
	set_number(r, FLOW_FIELD_SRC_MASK, src);
	set_number(r, FLOW_FIELD_DST_MASK, dst);
}

/* Segments of a path: kind, length, AS numbers; false where there are none. */
static bool
as_path(struct cursor *in, uint32_t *first, uint32_t *last)
{
	uint32_t segments = cursor_be32(in), n, i;
	bool any = false;

	if (segments > AS_SEGMENTS_MAX)
		in->failed = true;
	for (i = 0; i < segments && !cursor_failed(in); i++) {
		cursor_skip(in, 4);
		for (n = cursor_be32(in); n > 0 && !cursor_failed(in); n--) {
			*last = cursor_be32(in);
			if (!any)
				*first = *last;
			any = true;
		}
	}
	return any && !cursor_failed(in);
}

static void
skip_list(struct cursor *in)
{
	uint32_t n = cursor_be32(in);

	if (n > LIST_MAX)
		in->failed = true;
	else
		cursor_skip(in, (size_t)n * 4);
}

/* (v5: next hop,) AS of the router, of the source, of the peer; path; communities, preference */
static void
gateway_data(struct row *r, struct cursor *in, bool v5)
{
	struct addr hop;
	bool has_hop = v5 && sflow_addr(in, &hop);
	uint32_t router = cursor_be32(in), src = cursor_be32(in), peer = cursor_be32(in);
	uint32_t first = 0, last = 0;
	bool has_path = as_path(in, &first, &last);

	skip_list(in);
	cursor_skip(in, 4);
	if (cursor_failed(in))
		return;
	if (has_hop)
		set_addr(r, FLOW_FIELD_BGP_NEXT_HOP, &hop);
	set_number(r, FLOW_FIELD_SRC_AS, src);
	set_number(r, FLOW_FIELD_PREV_AS, peer);
	/* Without a path the destination is in the router's own AS. */
	set_number(r, FLOW_FIELD_DST_AS, has_path ? last : router);
	if (has_path)
		set_number(r, FLOW_FIELD_NEXT_AS, first);
}

/* Character set and name of both users; the source's is the flow's. */
static void
user_data(struct row *r, struct cursor *in, bool v5)
{
	const uint8_t *name;
	uint32_t len;
	int side;

	for (side = 0; side < 2; side++) {
		if (v5)
			cursor_skip(in, 4);
		len = cursor_be32(in);
		name = cursor_bytes(in, len);
		cursor_skip(in, (4 - len % 4) % 4);
		if (!cursor_failed(in) && len > 0 && r->w.st == FLOW_OK &&
		    !flow_builder_written(r->w.out, FLOW_FIELD_USERNAME))
			r->w.st = text_put(r->ctx, FLOW_FIELD_USERNAME, 0, name, len);
	}
}

/* Next hop, then the stack that the packet came with; the header may have said it already. */
static void
mpls_data(struct row *r, struct cursor *in)
{
	struct addr hop;
	bool has_hop = sflow_addr(in, &hop);
	uint32_t n = cursor_be32(in), i;

	if (has_hop && !cursor_failed(in))
		set_addr(r, FLOW_FIELD_NEXT_HOP, &hop);
	if (flow_builder_written(r->w.out, FLOW_FIELD_MPLS_1))
		return;
	for (i = 0; i < n && i < PACKET_LABELS; i++) {
		uint32_t entry = cursor_be32(in);

		if (cursor_failed(in))
			return;
		set_number(r, (enum flow_field)(FLOW_FIELD_MPLS_1 + i), entry >> 8);
	}
}

static void
nat_data(struct row *r, struct cursor *in)
{
	struct addr src, dst;

	if (sflow_addr(in, &src))
		set_addr(r, FLOW_FIELD_NAT_SRC_ADDR, &src);
	if (sflow_addr(in, &dst))
		set_addr(r, FLOW_FIELD_NAT_DST_ADDR, &dst);
}

static void
nat_ports(struct row *r, struct cursor *in)
{
	uint32_t src = cursor_be32(in), dst = cursor_be32(in);

	if (cursor_failed(in))
		return;
	set_number(r, FLOW_FIELD_NAT_SRC_PORT, src);
	set_number(r, FLOW_FIELD_NAT_DST_PORT, dst);
}

/* protocol, local and remote address, local and remote port; a packet says it better, or another one. */
static void
socket_data(struct row *r, struct cursor *in, bool v6)
{
	uint32_t proto = cursor_be32(in), local_port, remote_port;
	const uint8_t *local = cursor_bytes(in, v6 ? 16 : 4), *remote = cursor_bytes(in, v6 ? 16 : 4);
	struct addr src, dst;

	local_port = cursor_be32(in);
	remote_port = cursor_be32(in);
	r->has_extra = true;
	if (cursor_failed(in) || flow_builder_written(r->w.out, FLOW_FIELD_SRC_ADDR))
		return;
	r->socket = in->begin;
	src = v6 ? addr_from_v6(local) : addr_from_v4(load_be32(local));
	dst = v6 ? addr_from_v6(remote) : addr_from_v4(load_be32(remote));
	set_addr(r, FLOW_FIELD_SRC_ADDR, &src);
	set_addr(r, FLOW_FIELD_DST_ADDR, &dst);
	set_number(r, FLOW_FIELD_IP_VERSION, v6 ? 6 : 4);
	set_number(r, FLOW_FIELD_PROTO, proto);
	set_number(r, FLOW_FIELD_SRC_PORT, local_port);
	set_number(r, FLOW_FIELD_DST_PORT, remote_port);
}

static void
record_v5(struct row *r, uint32_t kind, struct cursor *in)
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
		switch_data(r, in);
		break;
	case RECORD_ROUTER:
		router_data(r, in);
		break;
	case RECORD_GATEWAY:
		gateway_data(r, in, true);
		break;
	case RECORD_USER:
		user_data(r, in, true);
		break;
	case RECORD_MPLS:
		mpls_data(r, in);
		break;
	case RECORD_NAT:
		nat_data(r, in);
		break;
	case RECORD_NAT_PORT:
		nat_ports(r, in);
		break;
	case SFLOW_SOCKET_IPV4: case SFLOW_SOCKET_IPV6:
		socket_data(r, in, kind == SFLOW_SOCKET_IPV6);
		break;
	default:
		r->has_extra = true;
		break;
	}
}

static void
put_interfaces(struct row *r, const struct sflow_sample *s)
{
	if (s->in_format == SFLOW_IF_INDEX)
		set_number(r, FLOW_FIELD_IN_IF, s->in_value);
	if (s->out_format == SFLOW_IF_INDEX)
		set_number(r, FLOW_FIELD_OUT_IF, s->out_value);
	else if (s->out_format == SFLOW_IF_DISCARD)
		set_number(r, FLOW_FIELD_FWD_STATUS, STATUS_DROPPED);
}

/* Records that have no column, of v4 the URL. */
static void
put_records(struct row *r, struct cursor in, uint32_t records, struct buf *text)
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

/* What has no column: the sender, the inner tag, where a packet was copied to, applications' records. */
static void
put_extra(struct row *r, const struct sflow_sample *s, struct cursor records)
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
begin_row(struct row *r, struct sflow_sample *s)
{
	*r = (struct row){ .w.out = s->ctx->out, .ctx = s->ctx };
	r->w.st = flow_builder_reserve(r->w.out, 1);
	put_interfaces(r, s);
	return r->w.st;
}

static enum flow_status
finish_row(struct row *r, const struct sflow_sample *s, struct cursor records)
{
	const struct flow_decoder_options *o = &r->ctx->d->options;
	uint32_t rate = o->sampling_override ? o->sampling : s->rate;

	if (rate == 0)
		rate = o->sampling;
	set_number(r, FLOW_FIELD_PACKETS, r->has_length);
	set_number(r, FLOW_FIELD_BYTES, r->frame_length);
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
	struct row r;
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
url_data(struct row *r, struct cursor *in)
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
extension_v4(struct row *r, uint32_t kind, struct cursor *in)
{
	switch (kind) {
	case 1:
		switch_data(r, in);
		break;
	case 2:
		router_data(r, in);
		break;
	case 3:
		gateway_data(r, in, false);
		break;
	case 4:
		user_data(r, in, false);
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
	struct row r;
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
