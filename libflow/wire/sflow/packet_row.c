/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/packet_row.h"

static void *
place(struct packet_row *r, enum flow_field field)
{
	void *p;

	if (r->st != FLOW_OK || (r->keep && flow_builder_written(r->out, field)))
		return NULL;
	p = flow_builder_flat(r->out, field, 1);
	if (p == NULL)
		r->st = FLOW_ENOMEM;
	return p;
}

void
packet_row_number(struct packet_row *r, enum flow_field field, uint64_t value)
{
	enum flow_type type = flow_field_info(field)->type;
	size_t size = flow_type_size(type);
	uint64_t max = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
	void *p = place(r, field);

	if (p == NULL)
		return;
	r->wide += value > max;
	flow_type_store(type, p, value > max ? max : value);
}

void
packet_row_addr(struct packet_row *r, enum flow_field field, const struct addr *a)
{
	struct addr *p = place(r, field);

	if (p != NULL)
		*p = *a;
}

static void
put_ip(struct packet_row *r, const struct packet_ip *ip)
{
	if (ip->version == 0)
		return;
	packet_row_addr(r, FLOW_FIELD_SRC_ADDR, &ip->src);
	packet_row_addr(r, FLOW_FIELD_DST_ADDR, &ip->dst);
	packet_row_number(r, FLOW_FIELD_IP_VERSION, ip->version);
	packet_row_number(r, FLOW_FIELD_PROTO, ip->proto);
	packet_row_number(r, FLOW_FIELD_TOS, ip->tos);
	packet_row_number(r, FLOW_FIELD_MIN_TTL, ip->ttl);
	packet_row_number(r, FLOW_FIELD_MAX_TTL, ip->ttl);
	if (ip->id != 0)
		packet_row_number(r, FLOW_FIELD_FRAG_ID, ip->id);
	if (ip->flow_label != 0)
		packet_row_number(r, FLOW_FIELD_FLOW_LABEL, ip->flow_label);
	if (ip->has_ports) {
		packet_row_number(r, FLOW_FIELD_SRC_PORT, ip->src_port);
		packet_row_number(r, FLOW_FIELD_DST_PORT, ip->dst_port);
	}
	if (ip->has_flags)
		packet_row_number(r, FLOW_FIELD_TCP_FLAGS, ip->tcp_flags);
	if (ip->has_icmp) {
		packet_row_number(r, FLOW_FIELD_ICMP_TYPE, ip->icmp_type);
		packet_row_number(r, FLOW_FIELD_ICMP_CODE, ip->icmp_code);
	}
}

/* The inner header, if there is one; it always has a protocol. */
static void
put_inner(struct packet_row *r, const struct packet_ip *ip)
{
	if (ip->version == 0)
		return;
	packet_row_addr(r, FLOW_FIELD_INNER_SRC_ADDR, &ip->src);
	packet_row_addr(r, FLOW_FIELD_INNER_DST_ADDR, &ip->dst);
	packet_row_number(r, FLOW_FIELD_INNER_PROTO, ip->proto);
	if (ip->has_ports) {
		packet_row_number(r, FLOW_FIELD_INNER_SRC_PORT, ip->src_port);
		packet_row_number(r, FLOW_FIELD_INNER_DST_PORT, ip->dst_port);
	}
}

void
packet_row_put(struct packet_row *r, const struct packet *p)
{
	unsigned i;

	if (p->has_macs) {
		packet_row_number(r, FLOW_FIELD_IN_SRC_MAC, p->src_mac);
		packet_row_number(r, FLOW_FIELD_IN_DST_MAC, p->dst_mac);
	}
	if (p->has_type)
		packet_row_number(r, FLOW_FIELD_ETHER_TYPE, p->ether_type);
	/* The switch's own VLAN, if already written, is more reliable than the tag. */
	if (p->vlans > 0 && !flow_builder_written(r->out, FLOW_FIELD_SRC_VLAN))
		packet_row_number(r, FLOW_FIELD_SRC_VLAN, p->vlan[0]);
	for (i = 0; i < p->labels; i++)
		packet_row_number(r, (enum flow_field)(FLOW_FIELD_MPLS_1 + i), p->label[i]);
	put_ip(r, &p->outer);
	put_inner(r, &p->inner);
}

void
packet_extra_addr(struct buf *text, const char *key, const struct addr *a)
{
	char out[ADDR_TEXT_MAX];

	buf_printf(text, "%c\"%s\":\"%.*s\"", text->len == 0 ? '{' : ',', key,
	    (int)addr_format(a, out), out);
}

void
packet_extra_number(struct buf *text, const char *key, uint32_t value)
{
	buf_printf(text, "%c\"%s\":%lu", text->len == 0 ? '{' : ',', key, (unsigned long)value);
}

void
packet_extra_vlan(struct buf *text, const struct packet *p)
{
	if (p->vlans > 1 && p->vlan[1] != 0)
		packet_extra_number(text, "dot1qCustomerVlanId", p->vlan[1]);
}
