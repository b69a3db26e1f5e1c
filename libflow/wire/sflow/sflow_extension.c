/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended data of sFlow flow samples: switch, router, gateway, user, MPLS, NAT and sockets. */
#include "wire/sflow/sflow.h"
#include "wire/sflow/sflow_row.h"

#define AS_SEGMENTS_MAX 1024
#define LIST_MAX 65536
#define VLAN_MAX 4095

/* VLANs are 1 to 4095; 0 is a priority tag; an agent that knows none sends 0xffffffff. */
static void
set_vlan(struct sflow_row *r, enum flow_field field, uint32_t vlan)
{
	if (vlan <= VLAN_MAX)
		sflow_set_number(r, field, vlan);
}

/* VLAN and priority, in and out */
void
sflow_put_switch(struct sflow_row *r, struct cursor *in)
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
set_hop(struct sflow_row *r, const struct addr *hop, bool v6)
{
	sflow_set_addr(r, FLOW_FIELD_NEXT_HOP, hop);
	r->hop_of_v6 = v6;
}

static void
settle_hop(struct sflow_row *r, enum flow_field field)
{
	struct addr *hop = flow_builder_edit(r->w.out, field);

	if (hop != NULL)
		addr_to_mapped(hop);
}

void
sflow_settle_hops(struct sflow_row *r)
{
	const uint8_t *version = flow_builder_peek(r->w.out, FLOW_FIELD_IP_VERSION);

	if (r->w.st != FLOW_OK || version == NULL || *version != 6)
		return;
	if (r->hop_of_v6)
		settle_hop(r, FLOW_FIELD_NEXT_HOP);
	if (r->bgp_hop_of_v6)
		settle_hop(r, FLOW_FIELD_BGP_NEXT_HOP);
}

void
sflow_put_router(struct sflow_row *r, struct cursor *in)
{
	bool v6 = sflow_next_is_v6(in), has_hop;
	struct addr hop;
	uint32_t src, dst;

	has_hop = sflow_addr(in, &hop);
	src = cursor_be32(in);
	dst = cursor_be32(in);
	if (cursor_failed(in))
		return;
	if (has_hop)
		set_hop(r, &hop, v6);
	sflow_set_number(r, FLOW_FIELD_SRC_MASK, src);
	sflow_set_number(r, FLOW_FIELD_DST_MASK, dst);
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
void
sflow_put_gateway(struct sflow_row *r, struct cursor *in, bool v5)
{
	bool v6 = v5 && sflow_next_is_v6(in);
	struct addr hop;
	bool has_hop = v5 && sflow_addr(in, &hop);
	uint32_t router = cursor_be32(in), src = cursor_be32(in), peer = cursor_be32(in);
	uint32_t first = 0, last = 0;
	bool has_path = as_path(in, &first, &last);

	skip_list(in);
	cursor_skip(in, 4);
	if (cursor_failed(in))
		return;
	if (has_hop) {
		sflow_set_addr(r, FLOW_FIELD_BGP_NEXT_HOP, &hop);
		r->bgp_hop_of_v6 = v6;
	}
	sflow_set_number(r, FLOW_FIELD_SRC_AS, src);
	sflow_set_number(r, FLOW_FIELD_PREV_AS, peer);
	/* Without a path the destination is in the router's own AS. */
	sflow_set_number(r, FLOW_FIELD_DST_AS, has_path ? last : router);
	if (has_path)
		sflow_set_number(r, FLOW_FIELD_NEXT_AS, first);
}

/* Character set and name of both users; the source's user becomes the flow's. */
void
sflow_put_user(struct sflow_row *r, struct cursor *in, bool v5)
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

/* Next hop, then the stack that the packet came with, unless the header already gave it. */
void
sflow_put_mpls(struct sflow_row *r, struct cursor *in)
{
	bool v6 = sflow_next_is_v6(in);
	struct addr hop;
	bool has_hop = sflow_addr(in, &hop);
	uint32_t n = cursor_be32(in), i;

	if (has_hop && !cursor_failed(in))
		set_hop(r, &hop, v6);
	if (flow_builder_written(r->w.out, FLOW_FIELD_MPLS_1))
		return;
	for (i = 0; i < n && i < PACKET_LABELS; i++) {
		uint32_t entry = cursor_be32(in);

		if (cursor_failed(in))
			return;
		sflow_set_number(r, (enum flow_field)(FLOW_FIELD_MPLS_1 + i), entry >> 8);
	}
}

/* Two IPv6 addresses: if just one is IPv4-mapped, it stays IPv6. */
static void
keep_mixed(struct addr *a, struct addr *b)
{
	if (addr_is_v4(a) == addr_is_v4(b))
		return;
	addr_to_mapped(a);
	addr_to_mapped(b);
}

void
sflow_put_nat(struct sflow_row *r, struct cursor *in)
{
	bool v6 = sflow_next_is_v6(in), has_src, has_dst;
	struct addr src, dst;

	has_src = sflow_addr(in, &src);
	v6 = v6 && sflow_next_is_v6(in);
	has_dst = sflow_addr(in, &dst);
	if (has_src && has_dst && v6)
		keep_mixed(&src, &dst);
	if (has_src)
		sflow_set_addr(r, FLOW_FIELD_NAT_SRC_ADDR, &src);
	if (has_dst)
		sflow_set_addr(r, FLOW_FIELD_NAT_DST_ADDR, &dst);
}

void
sflow_put_nat_ports(struct sflow_row *r, struct cursor *in)
{
	uint32_t src = cursor_be32(in), dst = cursor_be32(in);

	if (cursor_failed(in))
		return;
	sflow_set_number(r, FLOW_FIELD_NAT_SRC_PORT, src);
	sflow_set_number(r, FLOW_FIELD_NAT_DST_PORT, dst);
}

/* protocol, local and remote address, local and remote port; a packet or an earlier socket record wins. */
void
sflow_put_socket(struct sflow_row *r, struct cursor *in, bool v6)
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
	/* A dual-stack socket uses IPv4 if both ends are IPv4-mapped. */
	keep_mixed(&src, &dst);
	sflow_set_addr(r, FLOW_FIELD_SRC_ADDR, &src);
	sflow_set_addr(r, FLOW_FIELD_DST_ADDR, &dst);
	sflow_set_number(r, FLOW_FIELD_IP_VERSION, addr_is_v4(&src) ? 4 : 6);
	sflow_set_number(r, FLOW_FIELD_PROTO, proto);
	sflow_set_number(r, FLOW_FIELD_SRC_PORT, local_port);
	sflow_set_number(r, FLOW_FIELD_DST_PORT, remote_port);
}
