/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout 2: a flow is a header of 12 bytes and elements, each type u16 | length u16 | value (nfxV3.h). */
#include "base/attr.h"
#include "base/bytes.h"
#include "history/nfdump_fill.h"

#define HEADER_BYTES 12
#define ELEMENT_HEADER_BYTES 4

#define TYPE_FLOW_2 11
#define TYPE_FLOW_3 16		/* of nfdump 1.8 */

#define FLAG_SAMPLED 2

/* Fills the columns of an element from its value; `len` is at least the minimum in the table. */
typedef void fill_element(struct nfdump_row *r, const uint8_t *p, size_t len);

static void
fill_generic(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	struct row_table *t = r->t;

	UNUSED(len);
	r->first_ms = (int64_t)load_le64(p);
	r->last_ms = (int64_t)load_le64(p + 8);
	r->received_ms = (int64_t)load_le64(p + 16);
	r->packets = load_le64(p + 24);
	r->bytes = load_le64(p + 32);
	r->dst_port = load_le16(p + 42);
	r->proto = p[44];
	ROW_PUT(t, SRC_PORT, r->row, load_le16(p + 40));
	ROW_PUT(t, DST_PORT, r->row, r->dst_port);
	ROW_PUT(t, PROTO, r->row, r->proto);
	ROW_PUT(t, TCP_FLAGS, r->row, p[45]);
	ROW_PUT_SET(t, FWD_STATUS, r->row, p[46]);
	ROW_PUT(t, TOS, r->row, p[47]);
}

static void
fill_ipv4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_table_put_v4(r->t, FLOW_FIELD_SRC_ADDR, r->row, load_le32(p));
	row_table_put_v4(r->t, FLOW_FIELD_DST_ADDR, r->row, load_le32(p + 4));
}

static void
fill_ipv6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_addr(r->t, FLOW_FIELD_SRC_ADDR, r->row, p);
	nfdump_row_addr(r->t, FLOW_FIELD_DST_ADDR, r->row, p + 16);
}

/* Of NetFlow v5 and v7, nfcapd keeps only the interfaces. */
static void
fill_misc(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	struct row_table *t = r->t;

	UNUSED(len);
	ROW_PUT(t, IN_IF, r->row, load_le32(p));
	ROW_PUT(t, OUT_IF, r->row, load_le32(p + 4));
	if (r->version == 5 || r->version == 7)
		return;
	ROW_PUT(t, SRC_MASK, r->row, p[8]);
	ROW_PUT(t, DST_MASK, r->row, p[9]);
	ROW_PUT(t, DIRECTION, r->row, p[10]);
	ROW_PUT_SET(t, DST_TOS, r->row, p[11]);
	r->biflow = p[12];
	ROW_PUT_SET(t, BIFLOW_DIRECTION, r->row, p[12]);
	ROW_PUT_SET(t, END_REASON, r->row, p[13]);
}

static void
fill_counters(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->flows = load_le64(p);
	r->out_packets = load_le64(p + 8);
	r->out_bytes = load_le64(p + 16);
	r->has_out = true;
}

static void
fill_vlan(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, SRC_VLAN, r->row, load_le32(p));
	ROW_PUT(r->t, DST_VLAN, r->row, load_le32(p + 4));
}

static void
fill_as(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, SRC_AS, r->row, load_le32(p));
	ROW_PUT(r->t, DST_AS, r->row, load_le32(p + 4));
}

static void
fill_bgp_hop4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_table_put_v4(r->t, FLOW_FIELD_BGP_NEXT_HOP, r->row, load_le32(p));
}

static void
fill_bgp_hop6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_addr(r->t, FLOW_FIELD_BGP_NEXT_HOP, r->row, p);
}

static void
fill_hop4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_table_put_v4(r->t, FLOW_FIELD_NEXT_HOP, r->row, load_le32(p));
}

static void
fill_hop6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_addr(r->t, FLOW_FIELD_NEXT_HOP, r->row, p);
}

static void
fill_exporter4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->has_exporter = true;
	row_table_put_v4(r->t, FLOW_FIELD_EXPORTER, r->row, load_le32(p));
}

static void
fill_exporter6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->has_exporter = true;
	nfdump_row_addr(r->t, FLOW_FIELD_EXPORTER, r->row, p);
}

static void
fill_mpls(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_mpls(r->t, r->row, p);
}

static void
fill_mac(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT_SET(r->t, IN_SRC_MAC, r->row, load_le64(p));
	ROW_PUT_SET(r->t, OUT_DST_MAC, r->row, load_le64(p + 8));
	ROW_PUT_SET(r->t, IN_DST_MAC, r->row, load_le64(p + 16));
	ROW_PUT_SET(r->t, OUT_SRC_MAC, r->row, load_le64(p + 24));
}

static void
fill_adjacent(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, NEXT_AS, r->row, load_le32(p));
	ROW_PUT(r->t, PREV_AS, r->row, load_le32(p + 4));
}

static void
fill_latency(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, CLIENT_LATENCY, r->row, load_le64(p));
	ROW_PUT(r->t, SERVER_LATENCY, r->row, load_le64(p + 8));
	ROW_PUT(r->t, APP_LATENCY, r->row, load_le64(p + 16));
}

static void
fill_sampler(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->selector = load_le64(p);
	if (r->selector != 0)
		row_extra_number(r->t, "selectorId", r->selector);
}

static void
fill_nsel(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->is_event = true;
	r->event_ms = (int64_t)load_le64(p);
	ROW_PUT_SET(r->t, EVENT_TIME, r->row, load_le64(p));
	if (load_le32(p + 8) != 0 || !r->has_flow_id)
		ROW_PUT(r->t, CONN_ID, r->row, load_le32(p + 8));
	ROW_PUT(r->t, FW_EXT_EVENT, r->row, load_le16(p + 12));
	ROW_PUT(r->t, FW_EVENT, r->row, p[14]);
}

static void
fill_nat4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_table_put_v4(r->t, FLOW_FIELD_NAT_SRC_ADDR, r->row, load_le32(p));
	row_table_put_v4(r->t, FLOW_FIELD_NAT_DST_ADDR, r->row, load_le32(p + 4));
}

static void
fill_nat6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_addr(r->t, FLOW_FIELD_NAT_SRC_ADDR, r->row, p);
	nfdump_row_addr(r->t, FLOW_FIELD_NAT_DST_ADDR, r->row, p + 16);
}

static void
fill_nat_ports(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, NAT_SRC_PORT, r->row, load_le16(p));
	ROW_PUT(r->t, NAT_DST_PORT, r->row, load_le16(p + 2));
}

/* Unlike most numbers, these have the byte order of the export. */
static void
fill_acl(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	nfdump_row_acl(r->t, FLOW_FIELD_IN_ACL, r->row, load_be32(p), load_be32(p + 4), load_be32(p + 8));
	nfdump_row_acl(r->t, FLOW_FIELD_OUT_ACL, r->row, load_be32(p + 12), load_be32(p + 16), load_be32(p + 20));
}

static void
fill_user(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	size_t n = strnlen((const char *)p, len);

	if (n > 0)
		row_table_put_text(r->t, FLOW_FIELD_USERNAME, r->row, (const char *)p, n);
}

static void
fill_nat_event(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	if (r->event_ms == 0)
		r->event_ms = (int64_t)load_le64(p);
	ROW_PUT_SET(r->t, EVENT_TIME, r->row, load_le64(p));
	ROW_PUT_SET(r->t, NAT_EVENT, r->row, p[12]);
	if (load_le32(p + 8) != 0)
		row_extra_number(r->t, "natPoolId", load_le32(p + 8));
}

static void
fill_port_block(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, PORT_BLOCK_START, r->row, load_le16(p));
	ROW_PUT(r->t, PORT_BLOCK_END, r->row, load_le16(p + 2));
	ROW_PUT(r->t, PORT_BLOCK_STEP, r->row, load_le16(p + 4));
	ROW_PUT(r->t, PORT_BLOCK_SIZE, r->row, load_le16(p + 6));
}

static void
fill_label(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_text(r->t, "nfdumpLabel", (const char *)p, strnlen((const char *)p, len));
}

static void
fill_in_payload(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_octets(r->t, "payload", p, len);
}

static void
fill_out_payload(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_octets(r->t, "reversePayload", p, len);
}

/* nfpcapd and sfcapd: of the outer packet; the flow's own values are those of the inner one. */
static void
fill_tunnel4(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	struct addr src = addr_from_v4(load_le32(p)), dst = addr_from_v4(load_le32(p + 4));

	UNUSED(len);
	row_extra_addr(r->t, "tunnelSourceIPv4Address", &src);
	row_extra_addr(r->t, "tunnelDestinationIPv4Address", &dst);
	row_extra_number(r->t, "tunnelProtocolIdentifier", load_le32(p + 8));
}

static void
fill_tunnel6(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	struct addr src, dst;

	UNUSED(len);
	store_be64(src.b, load_le64(p));
	store_be64(src.b + 8, load_le64(p + 8));
	store_be64(dst.b, load_le64(p + 16));
	store_be64(dst.b + 8, load_le64(p + 24));
	row_extra_addr(r->t, "tunnelSourceIPv6Address", &src);
	row_extra_addr(r->t, "tunnelDestinationIPv6Address", &dst);
	row_extra_number(r->t, "tunnelProtocolIdentifier", load_le32(p + 32));
}

/* The flow's own domain; nfdump_row_end may put that of the exporter's record instead, which is equal. */
static void
fill_observation(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT_SET(r->t, OBSERVATION_POINT, r->row, load_le64(p));
	if (load_le32(p + 8) != 0)
		ROW_PUT(r->t, DOMAIN, r->row, load_le32(p + 8));
}

static void
fill_frame_meta(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_extra_number(r->t, "dataLinkFrameSize", load_le16(p));
	row_extra_number(r->t, "dataLinkFrameType", load_le16(p + 2));
}

static void
fill_frame(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_octets(r->t, "dataLinkFrameSection", p, len);
}

static void
fill_vrf(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT(r->t, OUT_VRF, r->row, load_le32(p));
	ROW_PUT(r->t, IN_VRF, r->row, load_le32(p + 4));
}

/* OpenBSD's pf. */
static void
fill_pf(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_number(r->t, "pfAction", p[0]);
	row_extra_number(r->t, "pfReason", p[1]);
	row_extra_number(r->t, "pfDirection", p[2]);
	row_extra_number(r->t, "pfRewritten", p[3]);
	row_extra_number(r->t, "pfRule", load_le32(p + 4));
	row_extra_number(r->t, "pfSubRule", load_le32(p + 8));
	row_extra_number(r->t, "pfUid", load_le32(p + 12));
	row_extra_number(r->t, "pfPid", load_le32(p + 16));
	row_extra_text(r->t, "pfInterface", (const char *)p + 20, strnlen((const char *)p + 20, len - 20));
}

static void
fill_layer_2(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	struct row_table *t = r->t;

	UNUSED(len);
	ROW_PUT_SET(t, SRC_VLAN, r->row, load_le16(p));
	ROW_PUT_SET(t, DST_VLAN, r->row, load_le16(p + 4));
	if (load_le16(p + 2) != 0)
		row_extra_number(t, "dot1qCustomerVlanId", load_le16(p + 2));
	if (load_le16(p + 6) != 0)
		row_extra_number(t, "postDot1qCustomerVlanId", load_le16(p + 6));
	if (load_le32(p + 8) != 0)
		row_extra_number(t, "ingressPhysicalInterface", load_le32(p + 8));
	if (load_le32(p + 12) != 0)
		row_extra_number(t, "egressPhysicalInterface", load_le32(p + 12));
	if (load_le64(p + 16) != 0)
		row_extra_number(t, "layer2SegmentId", load_le64(p + 16));
	ROW_PUT_SET(t, ETHER_TYPE, r->row, load_le16(p + 24));
	ROW_PUT_SET(t, IP_VERSION, r->row, p[26]);
}

static void
fill_flow_id(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	r->has_flow_id = true;
	ROW_PUT(r->t, CONN_ID, r->row, load_le64(p));
}

static void
fill_nokia(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	row_extra_number(r->t, "aluInsideServiceId", load_le16(p));
	row_extra_number(r->t, "aluOutsideServiceId", load_le16(p + 2));
}

static void
fill_nokia_text(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	row_extra_text(r->t, "aluNatSubString", (const char *)p, strnlen((const char *)p, len));
}

static void
fill_app(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	nfdump_row_app(r, p, len);
}

static void
fill_ip(struct nfdump_row *r, const uint8_t *p, size_t len)
{
	UNUSED(len);
	ROW_PUT_SET(r->t, FRAG_FLAGS, r->row, p[1]);
	ROW_PUT_SET(r->t, MIN_TTL, r->row, p[2]);
	ROW_PUT_SET(r->t, MAX_TTL, r->row, p[3]);
}

/* By type: the minimum length of a value, so that its function may read as many bytes. */
static const struct element {
	uint8_t least;
	fill_element *fill;
} elements[] = {
	[1] = { 48, fill_generic }, [2] = { 8, fill_ipv4 }, [3] = { 32, fill_ipv6 }, [4] = { 14, fill_misc },
	[5] = { 24, fill_counters }, [6] = { 8, fill_vlan }, [7] = { 8, fill_as }, [8] = { 4, fill_bgp_hop4 },
	[9] = { 16, fill_bgp_hop6 }, [10] = { 4, fill_hop4 }, [11] = { 16, fill_hop6 },
	[12] = { 4, fill_exporter4 }, [13] = { 16, fill_exporter6 }, [14] = { 40, fill_mpls },
	[15] = { 32, fill_mac }, [16] = { 8, fill_adjacent }, [17] = { 24, fill_latency },
	[18] = { 10, fill_sampler }, [19] = { 15, fill_nsel }, [20] = { 8, fill_nat4 }, [21] = { 32, fill_nat6 },
	[22] = { 4, fill_nat_ports }, [23] = { 24, fill_acl }, [24] = { 1, fill_user },
	[25] = { 13, fill_nat_event }, [26] = { 8, fill_port_block }, [27] = { 1, fill_app },
	[28] = { 0, fill_label }, [29] = { 0, fill_in_payload }, [30] = { 0, fill_out_payload },
	[31] = { 12, fill_tunnel4 }, [32] = { 36, fill_tunnel6 }, [33] = { 12, fill_observation },
	[34] = { 4, fill_frame_meta }, [35] = { 0, fill_frame }, [36] = { 8, fill_vrf }, [37] = { 20, fill_pf },
	[38] = { 27, fill_layer_2 }, [39] = { 8, fill_flow_id }, [40] = { 4, fill_nokia },
	[41] = { 0, fill_nokia_text }, [42] = { 4, fill_ip },
};

/*
 * Whether the elements fill the record, and each is at least as long as its type needs.  Type 0 is something that
 * nfcapd stored for itself only.
 */
static bool
elements_fit(const uint8_t *p, size_t size, unsigned *left_out)
{
	unsigned count = load_le16(p + 4), i;
	size_t at = HEADER_BYTES;

	for (i = 0; i < count && size - at >= ELEMENT_HEADER_BYTES; i++) {
		unsigned type = load_le16(p + at), len = load_le16(p + at + 2);

		if (len > size - at || len < ELEMENT_HEADER_BYTES +
		    (type < ARRAY_LEN(elements) ? (unsigned)elements[type].least : 0))
			return false;
		if (type >= ARRAY_LEN(elements))
			*left_out = type;
		at += len;
	}
	return i == count && at == size;
}

enum nfdump_record_kind
nfdump_record_kind(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map, unsigned *left_out)
{
	*left_out = 0;
	if (record->type == TYPE_FLOW_2)
		return record->size >= HEADER_BYTES && elements_fit(record->p, record->size, left_out) ?
		    NFDUMP_FLOW_2 : NFDUMP_DAMAGED;
	if (record->type == TYPE_FLOW_3)
		return NFDUMP_UNKNOWN;
	return nfdump_record_kind_1(o, record, map);
}

void
nfdump_fill_2(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record)
{
	struct nfdump_row r = { .origin = o, .t = t, .row = row, .version = record[11],
		.exporter = load_le16(record + 8), .has_engine = true, .engine_type = record[6],
		.engine_id = record[7], .sampled = (record[10] & FLAG_SAMPLED) != 0 };
	unsigned count = load_le16(record + 4);
	size_t at = HEADER_BYTES;

	for (; count > 0; count--) {
		unsigned type = load_le16(record + at);
		size_t len = load_le16(record + at + 2);

		if (type > 0 && type < ARRAY_LEN(elements))
			elements[type].fill(&r, record + at + ELEMENT_HEADER_BYTES, len - ELEMENT_HEADER_BYTES);
		at += len;
	}
	nfdump_row_end(&r);
}
