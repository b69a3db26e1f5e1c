/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout 1: a flow is a header of 32 bytes (28 in early files), then addresses and counters whose sizes its flags
 * give, then the extensions in the order of its map (nfx.h).
 */
#include "base/attr.h"
#include "base/bytes.h"
#include "history/nfdump_fill.h"

#define TYPE_FLOW_0 1
#define TYPE_FLOW_1 10

#define HEADER_0_BYTES 28
#define HEADER_1_BYTES 32

#define FLAG_IPV6 1
#define FLAG_PACKETS_64 2
#define FLAG_BYTES_64 4
#define FLAG_SAMPLED 128

/* Lengths of extensions, by number; 0: unknown. */
static const uint8_t lengths[] = {
	[4] = 4, [5] = 8, [6] = 4, [7] = 8, [8] = 4, [9] = 4, [10] = 16, [11] = 4, [12] = 16, [13] = 4, [14] = 4,
	[15] = 8, [16] = 4, [17] = 8, [18] = 4, [19] = 8, [20] = 16, [21] = 16, [22] = 40, [23] = 4, [24] = 16,
	[25] = 4, [26] = 8, [27] = 8, [37] = 20, [38] = 4, [39] = 8, [40] = 32, [41] = 24, [42] = 24, [43] = 72,
	[45] = 24, [46] = 12, [47] = 8, [48] = 8,
};

static size_t
fixed_length(const uint8_t *p, unsigned type)
{
	size_t header = type == TYPE_FLOW_0 ? HEADER_0_BYTES : HEADER_1_BYTES;

	return header + ((p[4] & FLAG_IPV6) != 0 ? 32 : 8) + ((p[4] & FLAG_PACKETS_64) != 0 ? 8 : 4) +
	    ((p[4] & FLAG_BYTES_64) != 0 ? 8 : 4);
}

enum nfdump_record_kind
nfdump_record_kind_1(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map)
{
	const uint8_t *p = record->p;
	size_t len;

	if ((record->type != TYPE_FLOW_0 && record->type != TYPE_FLOW_1) || o->file->layout != 1)
		return NFDUMP_OTHER;
	if (record->size < HEADER_0_BYTES || record->size < (len = fixed_length(p, record->type)))
		return NFDUMP_DAMAGED;
	/* Most flows of a block have the same map. */
	if (*map == NULL || (*map)->number != load_le16(p + 6))
		*map = nfdump_map_find(o->file->definitions, load_le16(p + 6), o->block);
	if (*map == NULL)
		return NFDUMP_DAMAGED;
	for (size_t i = 0; i < (*map)->count; i++) {
		unsigned extension = (*map)->extension[i];

		if (extension >= ARRAY_LEN(lengths) || (extension > 3 && lengths[extension] == 0))
			return NFDUMP_UNKNOWN;
		len += lengths[extension];
	}
	return len <= record->size ? NFDUMP_FLOW_1 : NFDUMP_DAMAGED;
}

/* Interfaces, routes and hops: 4 to 13. */
static void
fill_route(struct nfdump_row *r, unsigned extension, const uint8_t *p)
{
	struct row_table *t = r->t;
	bool wide = extension == 5 || extension == 7;

	switch (extension) {
	case 4:
	case 5:
		ROW_PUT(t, IN_IF, r->row, wide ? load_le32(p) : load_le16(p));
		ROW_PUT(t, OUT_IF, r->row, wide ? load_le32(p + 4) : load_le16(p + 2));
		break;
	case 6:
	case 7:
		ROW_PUT(t, SRC_AS, r->row, wide ? load_le32(p) : load_le16(p));
		ROW_PUT(t, DST_AS, r->row, wide ? load_le32(p + 4) : load_le16(p + 2));
		break;
	case 8:
		ROW_PUT_SET(t, DST_TOS, r->row, p[0]);
		if (r->version != 5 && r->version != 7)
			ROW_PUT(t, DIRECTION, r->row, p[1]);
		ROW_PUT(t, SRC_MASK, r->row, p[2]);
		ROW_PUT(t, DST_MASK, r->row, p[3]);
		break;
	case 9:
		row_table_put_v4(t, FLOW_FIELD_NEXT_HOP, r->row, load_le32(p));
		break;
	case 10:
		nfdump_row_addr(t, FLOW_FIELD_NEXT_HOP, r->row, p);
		break;
	case 11:
		row_table_put_v4(t, FLOW_FIELD_BGP_NEXT_HOP, r->row, load_le32(p));
		break;
	case 12:
		nfdump_row_addr(t, FLOW_FIELD_BGP_NEXT_HOP, r->row, p);
		break;
	default:
		ROW_PUT(t, SRC_VLAN, r->row, load_le16(p));
		ROW_PUT(t, DST_VLAN, r->row, load_le16(p + 2));
	}
}

/* Counters, link and origin: 14 to 27, and latencies. */
static void
fill_link(struct nfdump_row *r, unsigned extension, const uint8_t *p)
{
	struct row_table *t = r->t;

	switch (extension) {
	case 14:
	case 15:
		r->out_packets = extension == 15 ? load_le64(p) : load_le32(p);
		r->has_out |= r->out_packets != 0;
		break;
	case 16:
	case 17:
		r->out_bytes = extension == 17 ? load_le64(p) : load_le32(p);
		r->has_out |= r->out_bytes != 0;
		break;
	case 18:
	case 19:
		r->flows = extension == 19 ? load_le64(p) : load_le32(p);
		break;
	case 20:
		ROW_PUT_SET(t, IN_SRC_MAC, r->row, load_le64(p));
		ROW_PUT_SET(t, OUT_DST_MAC, r->row, load_le64(p + 8));
		break;
	case 21:
		ROW_PUT_SET(t, IN_DST_MAC, r->row, load_le64(p));
		ROW_PUT_SET(t, OUT_SRC_MAC, r->row, load_le64(p + 8));
		break;
	case 22:
		nfdump_row_mpls(t, r->row, p);
		break;
	case 23:
		r->has_exporter = true;
		row_table_put_v4(t, FLOW_FIELD_EXPORTER, r->row, load_le32(p));
		break;
	case 24:
		r->has_exporter = true;
		nfdump_row_addr(t, FLOW_FIELD_EXPORTER, r->row, p);
		break;
	case 25:
		r->has_engine = true;
		r->engine_type = p[2];
		r->engine_id = p[3];
		break;
	case 26:
		ROW_PUT(t, NEXT_AS, r->row, load_le32(p));
		ROW_PUT(t, PREV_AS, r->row, load_le32(p + 4));
		break;
	case 27:
		r->received_ms = (int64_t)load_le64(p);
		break;
	default:
		ROW_PUT(t, CLIENT_LATENCY, r->row, load_le64(p));
		ROW_PUT(t, SERVER_LATENCY, r->row, load_le64(p + 8));
		ROW_PUT(t, APP_LATENCY, r->row, load_le64(p + 16));
	}
}

/* Firewalls and NAT: 37 to 48. */
static void
fill_event(struct nfdump_row *r, unsigned extension, const uint8_t *p)
{
	struct row_table *t = r->t;

	switch (extension) {
	case 37:
		r->is_event = true;
		r->icmp = load_le16(p + 12);
		ROW_PUT_SET(t, EVENT_TIME, r->row, load_le64(p));
		ROW_PUT(t, CONN_ID, r->row, load_le32(p + 8));
		ROW_PUT(t, FW_EVENT, r->row, p[14]);
		ROW_PUT(t, FW_EXT_EVENT, r->row, load_le16(p + 16));
		if (load_le16(p + 18) != 0)
			row_extra_number(t, "securityGroupTag", load_le16(p + 18));
		r->event_ms = (int64_t)load_le64(p);
		break;
	case 38:
		ROW_PUT(t, NAT_SRC_PORT, r->row, load_le16(p));
		ROW_PUT(t, NAT_DST_PORT, r->row, load_le16(p + 2));
		break;
	case 39:
	case 47:	/* of nfdump 1.6.10 */
		row_table_put_v4(t, FLOW_FIELD_NAT_SRC_ADDR, r->row, load_le32(p));
		row_table_put_v4(t, FLOW_FIELD_NAT_DST_ADDR, r->row, load_le32(p + 4));
		break;
	case 40:
		nfdump_row_addr(t, FLOW_FIELD_NAT_SRC_ADDR, r->row, p);
		nfdump_row_addr(t, FLOW_FIELD_NAT_DST_ADDR, r->row, p + 16);
		break;
	case 41:
		nfdump_row_acl(t, FLOW_FIELD_IN_ACL, r->row, load_le32(p), load_le32(p + 4), load_le32(p + 8));
		nfdump_row_acl(t, FLOW_FIELD_OUT_ACL, r->row, load_le32(p + 12), load_le32(p + 16), load_le32(p + 20));
		break;
	case 42:
	case 43:
		if (p[0] != 0)
			row_table_put_text(t, FLOW_FIELD_USERNAME, r->row, (const char *)p,
			    strnlen((const char *)p, lengths[extension]));
		break;
	case 46:
		ROW_PUT_SET(t, NAT_EVENT, r->row, p[0]);
		ROW_PUT(t, OUT_VRF, r->row, load_le32(p + 4));
		ROW_PUT(t, IN_VRF, r->row, load_le32(p + 8));
		break;
	default:
		ROW_PUT(t, PORT_BLOCK_START, r->row, load_le16(p));
		ROW_PUT(t, PORT_BLOCK_END, r->row, load_le16(p + 2));
		ROW_PUT(t, PORT_BLOCK_STEP, r->row, load_le16(p + 4));
		ROW_PUT(t, PORT_BLOCK_SIZE, r->row, load_le16(p + 6));
	}
}

static uint64_t
take_counter(const uint8_t **p, bool wide)
{
	uint64_t v = wide ? load_le64(*p) : load_le32(*p);

	*p += wide ? 8 : 4;
	return v;
}

/* Fills header, addresses and counters; returns where the extensions begin. */
static const uint8_t *
fill_fixed(struct nfdump_row *r, const uint8_t *record)
{
	struct row_table *t = r->t;
	unsigned flags = record[4];
	const uint8_t *p = record + (load_le16(record) == TYPE_FLOW_0 ? HEADER_0_BYTES : HEADER_1_BYTES);

	r->first_ms = load_le32(record + 12) * INT64_C(1000) + load_le16(record + 8);
	r->last_ms = load_le32(record + 16) * INT64_C(1000) + load_le16(record + 10);
	r->proto = record[22];
	r->dst_port = load_le16(record + 26);
	ROW_PUT_SET(t, FWD_STATUS, r->row, record[20]);
	ROW_PUT(t, TCP_FLAGS, r->row, record[21]);
	ROW_PUT(t, PROTO, r->row, r->proto);
	ROW_PUT(t, TOS, r->row, record[23]);
	ROW_PUT(t, SRC_PORT, r->row, load_le16(record + 24));
	ROW_PUT(t, DST_PORT, r->row, r->dst_port);
	if ((flags & FLAG_IPV6) != 0) {
		nfdump_row_addr(t, FLOW_FIELD_SRC_ADDR, r->row, p);
		nfdump_row_addr(t, FLOW_FIELD_DST_ADDR, r->row, p + 16);
		p += 32;
	} else {
		row_table_put_v4(t, FLOW_FIELD_SRC_ADDR, r->row, load_le32(p));
		row_table_put_v4(t, FLOW_FIELD_DST_ADDR, r->row, load_le32(p + 4));
		p += 8;
	}
	r->packets = take_counter(&p, (flags & FLAG_PACKETS_64) != 0);
	r->bytes = take_counter(&p, (flags & FLAG_BYTES_64) != 0);
	return p;
}

void
nfdump_fill_1(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record,
    const struct nfdump_map *map)
{
	bool is_first = load_le16(record) == TYPE_FLOW_0;
	struct nfdump_row r = { .origin = o, .t = t, .row = row, .sampled = (record[4] & FLAG_SAMPLED) != 0,
		.version = is_first ? 0 : record[5], .exporter = is_first ? record[5] : load_le16(record + 28) };
	const uint8_t *p = fill_fixed(&r, record);

	if (!is_first) {
		r.biflow = record[30];
		ROW_PUT_SET(t, BIFLOW_DIRECTION, row, record[30]);
		ROW_PUT_SET(t, END_REASON, row, record[31]);
	}
	for (size_t i = 0; i < map->count; i++) {
		unsigned extension = map->extension[i];

		if (extension >= 4 && extension <= 13)
			fill_route(&r, extension, p);
		else if (extension >= 14 && (extension <= 27 || extension == 45))
			fill_link(&r, extension, p);
		else if (extension > 27)
			fill_event(&r, extension, p);
		p += lengths[extension];
	}
	nfdump_row_end(&r);
}
