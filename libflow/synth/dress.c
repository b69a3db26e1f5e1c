/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/dress.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/hash.h"

/* IANA: firewallEvent */
#define FW_CREATED 1
#define FW_DELETED 2
#define FW_DENIED 3
#define FW_UPDATED 5
/* Cisco ASA: an ACL at the entry denied it. */
#define FW_EXT_DENIED 1001

/* RFC 8158: natEvent */
#define NAT44_CREATED 4
#define NAT44_DELETED 5
#define BLOCK_ALLOCATED 16
#define BLOCK_RELEASED 17

#define BLOCK_PORTS 512
#define FIRST_BLOCK_PORT 1024

#define PROTO_IPIP 4
#define PROTO_TCP 6
#define PROTO_GRE 47
#define TCP_FIN_RST 0x05

#define END_IDLE 1
#define END_ACTIVE 2
#define END_SEEN 3

/* Well-known applications, by port; RFC 6759: engine 3 are IANA's ports. */
static const struct application {
	uint16_t port;
	const char *id, *name;
} applications[] = {
	{ 22, "3:22", "ssh" }, { 25, "3:25", "smtp" }, { 53, "3:53", "dns" }, { 80, "3:80", "http" },
	{ 123, "3:123", "ntp" }, { 443, "3:443", "https" }, { 993, "3:993", "imaps" },
	{ 3389, "3:3389", "ms-wbt-server" },
};

static uint64_t
hash_of(const struct addr *a, uint64_t salt)
{
	return hash_mix64(addr_lo(a) ^ hash_mix64(addr_hi(a) ^ salt));
}

/* Makes the two events of a connection from its flows; the last event has the packet counters. */
static unsigned
two_events(struct talk_flow flow[2], unsigned flows, uint8_t first, uint8_t last)
{
	struct talk_flow back = flow[flows - 1];

	flow[0].kind = first;
	if (flows == 1)
		return 1;
	flow[1] = flow[0];
	flow[1].kind = last;
	flow[1].rev_packets = back.packets;
	flow[1].rev_bytes = back.bytes;
	flow[1].tcp_flags |= back.tcp_flags;
	return 2;
}

static void
forget_counters(struct talk_flow *f)
{
	f->packets = f->bytes = f->rev_packets = f->rev_bytes = 0;
	f->duration_ms = 0;
}

static unsigned
firewall(struct talk_flow flow[2], unsigned flows)
{
	/* One in eight conversations is long: the firewall reports an update of it. */
	bool updated = flows == 2 && hash_of(&flow[0].src, flow[0].src_port) % 8 == 0;

	(void)two_events(flow, flows, flows == 1 ? FW_DENIED : updated ? FW_UPDATED : FW_CREATED, FW_DELETED);
	if (!updated)
		forget_counters(&flow[0]);
	return flows;
}

unsigned
dress_conversation(enum dress_kind kind, struct talk_flow flow[2], unsigned flows)
{
	unsigned i;

	switch (kind) {
	case DRESS_BIFLOW:
		if (flows == 2) {
			flow[0].rev_packets = flow[1].packets;
			flow[0].rev_bytes = flow[1].bytes;
		}
		return 1;
	case DRESS_NSEL:
		return firewall(flow, flows);
	case DRESS_NAT:
	case DRESS_BLOCKS:
		(void)two_events(flow, flows, kind == DRESS_NAT ? NAT44_CREATED : BLOCK_ALLOCATED,
		    kind == DRESS_NAT ? NAT44_DELETED : BLOCK_RELEASED);
		for (i = 0; i < flows; i++)
			forget_counters(&flow[i]);
		return flows;
	case DRESS_PLAIN:
		break;
	}
	return flows;
}

static bool
is_v6(const struct talk_flow *f)
{
	return !addr_is_v4(&f->src) || !addr_is_v4(&f->dst);
}

static const struct application *
application_of(const struct talk_flow *f)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(applications); i++)
		if (f->dst_port == applications[i].port || f->src_port == applications[i].port)
			return &applications[i];
	return NULL;
}

/* Whether it is a tunnel whose inner IPv4 packets are visible. */
static bool
is_tunnel(const struct talk_flow *f)
{
	return f->proto == PROTO_GRE || f->proto == PROTO_IPIP;
}

static uint64_t
mac_of(uint64_t seed)
{
	return UINT64_C(0x020000000000) | (hash_mix64(seed) & 0xffffffff);
}

static uint8_t
ttl_of(const struct talk_flow *f)
{
	uint64_t h = hash_of(&f->src, 1);

	/* Hosts start with 64 or 128, and are some hops away. */
	return (uint8_t)((h & 0x300 ? 64 : 128) - h % 20);
}

static uint8_t
end_reason(const struct dress_options *o, const struct talk_flow *f)
{
	if (f->proto == PROTO_TCP && (f->tcp_flags & TCP_FIN_RST) != 0)
		return END_SEEN;
	return f->duration_ms + 1000 >= o->active_ms ? END_ACTIVE : END_IDLE;
}

/* Customers' ports have a VLAN each, uplinks have none. */
static uint16_t
vlan_of(const struct network *n)
{
	return n->interface < UPLINK_FIRST ? (uint16_t)(100 + n->interface) : 0;
}

/* The neighbour AS: a transit AS for networks behind an uplink, else the customer's own. */
static uint32_t
neighbour(const struct network *n)
{
	return n->interface < UPLINK_FIRST ? n->as : 64496 + n->interface % 8;
}

static uint64_t
label(const struct talk_flow *f, unsigned depth)
{
	uint64_t number = 16 + hash_mix64(f->dst_network * UINT64_C(4) + depth) % 1000000;

	return number << 4 | (depth == 2);
}

/* Whether the source is translated: NAT kinds always, else flows from customers' networks; IPv4 only. */
static bool
is_translated(const struct dress_options *o, const struct talk_flow *f)
{
	return !is_v6(f) && (o->kind == DRESS_NAT || o->kind == DRESS_BLOCKS ||
	    o->network[f->src_network].interface < UPLINK_FIRST);
}

static uint16_t
translated_port(const struct talk_flow *f)
{
	return f->src_port != 0 ? (uint16_t)(1024 + (hash_of(&f->src, f->src_port) & 0x7fff)) : 0;
}

static uint16_t
block_of(const struct talk_flow *f)
{
	return (uint16_t)(FIRST_BLOCK_PORT + hash_of(&f->src, 3) % 126 * BLOCK_PORTS);
}

/* Columns of the path through the network. */
static bool
way_number(enum flow_field field, const struct dress_options *o, const struct talk_flow *f, uint64_t *v)
{
	const struct network *src = &o->network[f->src_network], *dst = &o->network[f->dst_network];

	switch (field) {
	case FLOW_FIELD_PREV_AS:
		*v = neighbour(src);
		return true;
	case FLOW_FIELD_NEXT_AS:
		*v = neighbour(dst);
		return true;
	case FLOW_FIELD_IN_VRF:
		*v = 1 + src->interface % 4;
		return true;
	case FLOW_FIELD_OUT_VRF:
		*v = 1 + dst->interface % 4;
		return true;
	case FLOW_FIELD_IN_SRC_MAC:
		*v = mac_of(src->interface);
		return true;
	case FLOW_FIELD_IN_DST_MAC:
		*v = mac_of(0x10000u + src->interface);
		return true;
	case FLOW_FIELD_OUT_SRC_MAC:
		*v = mac_of(0x10000u + dst->interface);
		return true;
	case FLOW_FIELD_OUT_DST_MAC:
		*v = mac_of(dst->interface);
		return true;
	case FLOW_FIELD_SRC_VLAN:
		*v = vlan_of(src);
		return *v != 0;
	case FLOW_FIELD_DST_VLAN:
		*v = vlan_of(dst);
		return *v != 0;
	case FLOW_FIELD_MPLS_1:
	case FLOW_FIELD_MPLS_2:
		*v = label(f, 1 + (unsigned)(field - FLOW_FIELD_MPLS_1));
		return true;
	default:
		return false;
	}
}

/* Columns of NAT and firewalls. */
static bool
event_number(enum flow_field field, const struct dress_options *o, const struct talk_flow *f, int64_t received,
    uint64_t *v)
{
	switch (field) {
	case FLOW_FIELD_NAT_SRC_PORT:
		*v = translated_port(f);
		return is_translated(o, f);
	case FLOW_FIELD_NAT_DST_PORT:
		*v = f->dst_port;
		return is_translated(o, f);
	case FLOW_FIELD_PORT_BLOCK_START:
		*v = block_of(f);
		return o->kind == DRESS_BLOCKS;
	case FLOW_FIELD_PORT_BLOCK_END:
		*v = block_of(f) + BLOCK_PORTS - 1u;
		return o->kind == DRESS_BLOCKS;
	case FLOW_FIELD_PORT_BLOCK_STEP:
		*v = 1;
		return o->kind == DRESS_BLOCKS;
	case FLOW_FIELD_PORT_BLOCK_SIZE:
		*v = BLOCK_PORTS;
		return o->kind == DRESS_BLOCKS;
	case FLOW_FIELD_NAT_EVENT:
		*v = f->kind != 0 ? f->kind : o->kind == DRESS_NAT ? NAT44_DELETED : BLOCK_RELEASED;
		return o->kind == DRESS_NAT || o->kind == DRESS_BLOCKS;
	case FLOW_FIELD_FW_EVENT:
		*v = o->kind == DRESS_NSEL ? (f->kind != 0 ? f->kind : FW_DELETED) : FW_DELETED;
		return true;
	case FLOW_FIELD_FW_EXT_EVENT:
		*v = f->kind == FW_DENIED ? FW_EXT_DENIED : 0;
		return o->kind == DRESS_NSEL;
	case FLOW_FIELD_EVENT_TIME:
		*v = (uint64_t)received;
		return true;
	case FLOW_FIELD_CONN_ID:
		*v = hash_of(&f->src, (uint64_t)f->src_port << 32 | f->dst_port) & 0x7fffffff;
		return true;
	default:
		return false;
	}
}

/* Columns of the packets and their content. */
static bool
packet_number(enum flow_field field, const struct dress_options *o, const struct talk_flow *f, uint64_t *v)
{
	uint64_t size = f->packets > 0 ? f->bytes / f->packets : 0;

	switch (field) {
	case FLOW_FIELD_REV_PACKETS:
		*v = f->rev_packets * (uint64_t)o->scale;
		return o->kind == DRESS_BIFLOW || o->kind == DRESS_NSEL;
	case FLOW_FIELD_REV_BYTES:
		*v = f->rev_bytes * (uint64_t)o->scale;
		return o->kind == DRESS_BIFLOW || o->kind == DRESS_NSEL;
	case FLOW_FIELD_POST_PACKETS:
		*v = f->packets * (uint64_t)o->scale;
		return true;
	case FLOW_FIELD_POST_BYTES:
		*v = f->bytes * (uint64_t)o->scale;
		return true;
	case FLOW_FIELD_ETHER_TYPE:
		*v = is_v6(f) ? 0x86dd : 0x0800;
		return true;
	case FLOW_FIELD_MIN_TTL:
	case FLOW_FIELD_MAX_TTL:
		*v = ttl_of(f);
		return true;
	case FLOW_FIELD_MIN_LENGTH:
		*v = size < 40 ? size : f->packets > 2 ? 40 : size;
		return true;
	case FLOW_FIELD_MAX_LENGTH:
		*v = f->packets > 2 && size > 200 ? 1500 : size;
		return true;
	case FLOW_FIELD_END_REASON:
		*v = end_reason(o, f);
		return true;
	case FLOW_FIELD_DST_TOS:
		*v = f->tos;
		return true;
	case FLOW_FIELD_FRAG_FLAGS:
		*v = 0x40;	/* do not fragment, as in the header's byte */
		return !is_v6(f);
	case FLOW_FIELD_FLOW_LABEL:
		*v = hash_of(&f->src, f->src_port) & 0xfffff;
		return is_v6(f);
	case FLOW_FIELD_BIFLOW_DIRECTION:
		*v = 1;		/* initiator */
		return true;
	case FLOW_FIELD_INNER_SRC_PORT:
		*v = 49152 + hash_of(&f->src, 5) % 1000;
		return is_tunnel(f);
	case FLOW_FIELD_INNER_DST_PORT:
		*v = 443;
		return is_tunnel(f);
	case FLOW_FIELD_INNER_PROTO:
		*v = PROTO_TCP;
		return is_tunnel(f);
	default:
		return false;
	}
}

/* The value of a numeric column; false if the row has none. */
static bool
number_of(enum flow_field field, const struct dress_options *o, const struct talk_flow *f, int64_t received,
    uint64_t *v)
{
	return way_number(field, o, f, v) || event_number(field, o, f, received, v) || packet_number(field, o, f, v);
}

static bool
addr_of(enum flow_field field, const struct dress_options *o, const struct talk_flow *f, struct addr *a)
{
	switch (field) {
	case FLOW_FIELD_BGP_NEXT_HOP:
		*a = f->next_hop;
		return true;
	case FLOW_FIELD_NAT_SRC_ADDR:
		/* One of the 256 documentation addresses of RFC 5737. */
		*a = addr_from_v4(203u << 24 | 0 << 16 | 113u << 8 | (hash_of(&f->src, 2) & 0xff));
		return is_translated(o, f);
	case FLOW_FIELD_NAT_DST_ADDR:
		*a = f->dst;
		return is_translated(o, f);
	case FLOW_FIELD_INNER_SRC_ADDR:
		*a = addr_from_v4(10u << 24 | (hash_of(&f->src, 6) & 0xffff));
		return is_tunnel(f);
	case FLOW_FIELD_INNER_DST_ADDR:
		*a = addr_from_v4(10u << 24 | 1u << 16 | (hash_of(&f->dst, 6) & 0xffff));
		return is_tunnel(f);
	default:
		return false;
	}
}

static bool
text_of(enum flow_field field, const struct talk_flow *f, char *text, size_t room)
{
	const struct application *app = application_of(f);

	switch (field) {
	case FLOW_FIELD_APP_ID:
		(void)snprintf(text, room, "%s", app != NULL ? app->id : "");
		return app != NULL;
	case FLOW_FIELD_APP_NAME:
		(void)snprintf(text, room, "%s", app != NULL ? app->name : "");
		return app != NULL;
	case FLOW_FIELD_USERNAME:
		(void)snprintf(text, room, "user%03u", (unsigned)(hash_of(&f->src, 4) % 1000));
		return true;
	default:
		return false;
	}
}

/* The value of a column that is no text, in *a or *v; false if the row has none. */
static bool
value_of(enum flow_field field, enum flow_type type, const struct dress_options *o, const struct rows *r, size_t row,
    struct addr *a, uint64_t *v)
{
	const struct talk_flow *f = &r->flow[row];

	return type == FLOW_TYPE_ADDR ? addr_of(field, o, f, a) : number_of(field, o, f, r->received[row], v);
}

/* A column without any value is not begun: most of an event's columns are such in ordinary flows. */
static enum flow_status
put_values(enum flow_field field, const struct dress_options *o, const struct rows *r, size_t n,
    struct flow_builder *out)
{
	enum flow_type type = flow_field_info(field)->type;
	size_t i, size = flow_type_size(type);
	struct addr a = addr_any4;
	uint8_t *column;
	uint64_t v = 0;

	for (i = 0; i < n && !value_of(field, type, o, r, r->at + i, &a, &v); i++)
		;
	if (i == n)
		return FLOW_OK;
	column = flow_builder_flat(out, field, n);
	if (column == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < n; i++) {
		a = addr_any4;
		v = 0;
		if (!value_of(field, type, o, r, r->at + i, &a, &v)) {
			if (flow_builder_null(out, field, i) != FLOW_OK)
				return FLOW_ENOMEM;
		} else if (type == FLOW_TYPE_ADDR) {
			memcpy(column + i * size, &a, sizeof(a));
		} else {
			flow_type_store(type, column + i * size, v);
		}
	}
	return FLOW_OK;
}

static enum flow_status
put_texts(enum flow_field field, const struct rows *r, size_t n, struct flow_builder *out)
{
	enum flow_status st = FLOW_OK;
	char text[32];
	size_t i;

	for (i = 0; i < n && st == FLOW_OK; i++)
		if (text_of(field, &r->flow[r->at + i], text, sizeof(text)))
			st = flow_builder_text(out, field, i, text, strlen(text));
	return st;
}

enum flow_status
dress_columns(const struct flow_fieldset *wanted, const struct dress_options *o, const struct rows *r, size_t n,
    struct flow_builder *out)
{
	enum flow_status st = FLOW_OK;
	unsigned field;

	for (field = 0; field < FLOW_FIELD_STORED && st == FLOW_OK; field++) {
		if (!flow_fieldset_has(wanted, (enum flow_field)field) ||
		    flow_builder_written(out, (enum flow_field)field))
			continue;
		if (flow_field_info((enum flow_field)field)->type == FLOW_TYPE_TEXT)
			st = put_texts((enum flow_field)field, r, n, out);
		else
			st = put_values((enum flow_field)field, o, r, n, out);
	}
	return st;
}
