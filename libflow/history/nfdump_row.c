/* SPDX-License-Identifier: BSD-2-Clause */
/* What flows of both layouts have in common. */
#include "history/nfdump_fill.h"

#include <stdio.h>

#include "base/bytes.h"
#include "base/decimal.h"
#include "net/proto.h"

/* Labels in a record: one for each of our columns. */
#define MPLS_LABELS 10

/* VERSION_SFLOW stands in an exporter's record, the bits in a flow. */
#define VERSION_SFLOW 9999
#define VERSION_SFLOW_BIT 0x80
#define VERSION_PCAP_BIT 0x40

void
nfdump_origin_go(struct nfdump_origin *o, size_t block)
{
	o->block = block;
	o->rate.known = false;
}

enum flow_status
nfdump_origin_define(struct nfdump_origin *o)
{
	enum flow_status st = o->defined ? FLOW_OK : nfdump_definitions_read(o->file);

	o->defined = st == FLOW_OK;
	return st;
}

/* Two 64-bit numbers in the machine's byte order, the upper one first. */
void
nfdump_row_addr(struct row_table *t, enum flow_field field, size_t row, const uint8_t *hi_lo)
{
	struct addr a;

	if (!row_table_wants(t, field))
		return;
	store_be64(a.b, load_le64(hi_lo));
	store_be64(a.b + 8, load_le64(hi_lo + 8));
	row_table_put_addr(t, field, row, &a);
}

void
nfdump_row_acl(struct row_table *t, enum flow_field field, size_t row, uint32_t list, uint32_t entry, uint32_t hash)
{
	char text[32];
	int len;

	if (!row_table_wants(t, field) || (list | entry | hash) == 0)
		return;
	len = snprintf(text, sizeof(text), "%08lx-%08lx-%08lx", (unsigned long)list, (unsigned long)entry,
	    (unsigned long)hash);
	row_table_put_text(t, field, row, text, (size_t)len);
}

/* RFC 6759: one byte of engine id, then a selector. */
void
nfdump_row_app(struct nfdump_row *r, const uint8_t *id, size_t len)
{
	char text[2 * DECIMAL_ROOM];
	const char *name;
	size_t n, name_len;

	if (len < 2 || len > 9)
		return;
	if (row_table_wants(r->t, FLOW_FIELD_APP_ID)) {
		n = decimal_u64(id[0], text);
		text[n++] = ':';
		n += decimal_u64(load_wide(id + 1, len - 1), text + n);
		row_table_put_text(r->t, FLOW_FIELD_APP_ID, r->row, text, n);
	}
	if (!row_table_wants(r->t, FLOW_FIELD_APP_NAME))
		return;
	if (nfdump_origin_define(r->origin) != FLOW_OK) {
		r->t->failed = true;
		return;
	}
	name = nfdump_app_name(r->origin->file->definitions, id, len, &name_len);
	if (name != NULL)
		row_table_put_text(r->t, FLOW_FIELD_APP_NAME, r->row, name, name_len);
}

void
nfdump_row_mpls(struct row_table *t, size_t row, const uint8_t *labels)
{
	for (unsigned i = 0; i < MPLS_LABELS; i++) {
		uint32_t label = load_le32(labels + (size_t)4 * i);

		if (label != 0)
			row_table_put(t, (enum flow_field)(FLOW_FIELD_MPLS_1 + i), FLOW_TYPE_U32, row, label);
	}
}

/*
 * If NetFlow v9 and IPFIX tell no engine, nfcapd stores the lowest bits of the source id instead: such a value,
 * which says nothing new, becomes null.
 */
static void
put_engine(struct nfdump_row *r, const struct nfdump_exporter *e)
{
	unsigned engine = (unsigned)r->engine_type << 8 | r->engine_id;

	if (!r->has_engine)
		return;
	if ((r->version == 0 || r->version >= 9) && (engine == 0 || (e != NULL && engine == (e->domain & 0xffff))))
		return;
	ROW_PUT(r->t, ENGINE_TYPE, r->row, r->engine_type);
	ROW_PUT(r->t, ENGINE_ID, r->row, r->engine_id);
}

/* Fills from the exporter's record what the flow does not tell itself. */
static void
put_origin(struct nfdump_row *r)
{
	const struct nfdump_exporter *e = NULL;
	bool asks = row_table_wants(r->t, FLOW_FIELD_DOMAIN) ||
	    (!r->has_exporter && row_table_wants(r->t, FLOW_FIELD_EXPORTER)) ||
	    (r->has_engine && r->version >= 9 && row_table_wants(r->t, FLOW_FIELD_ENGINE_ID)) ||
	    (r->has_engine && r->version >= 9 && row_table_wants(r->t, FLOW_FIELD_ENGINE_TYPE)) ||
	    (r->version == 0 && row_table_wants(r->t, FLOW_FIELD_EXPORT_VERSION));

	if (asks && nfdump_origin_define(r->origin) != FLOW_OK) {
		r->t->failed = true;
		return;
	}
	if (asks)
		e = nfdump_exporter_find(r->origin->file->definitions, r->exporter, r->origin->block);
	if (!r->has_exporter)
		row_table_put_addr(r->t, FLOW_FIELD_EXPORTER, r->row, e != NULL ? &e->addr : &addr_any4);
	put_engine(r, e);
	/* Before version 9 the domain is the engine, which has columns of its own. */
	if (e != NULL && e->version >= 9)
		ROW_PUT(r->t, DOMAIN, r->row, e->domain);
	if (r->version == 0 && e != NULL)
		r->version = e->version == VERSION_SFLOW ? VERSION_SFLOW_BIT | 5 : (uint8_t)e->version;
	/* nfpcapd made its flows itself. */
	if ((r->version & VERSION_PCAP_BIT) != 0)
		r->version = 0;
	ROW_PUT(r->t, EXPORT_VERSION, r->row, (r->version & VERSION_SFLOW_BIT) != 0 ?
	    100U + (r->version & 0x0f) : r->version);
}

/* The rate by which nfcapd multiplied the counters. */
static void
put_sampling(struct nfdump_row *r)
{
	struct nfdump_rate *last = &r->origin->rate;

	if (!r->sampled || !row_table_wants(r->t, FLOW_FIELD_SAMPLING))
		return;
	/* sfcapd's flow is one packet, multiplied by the rate. */
	if ((r->version & VERSION_SFLOW_BIT) != 0) {
		ROW_PUT_SET(r->t, SAMPLING, r->row, r->packets);
		return;
	}
	if (nfdump_origin_define(r->origin) != FLOW_OK) {
		r->t->failed = true;
		return;
	}
	if (!last->known || last->exporter != r->exporter || last->selector != r->selector)
		*last = (struct nfdump_rate){ true, r->exporter, r->selector,
			nfdump_rate_find(r->origin->file->definitions, r->exporter, r->origin->block, r->selector) };
	ROW_PUT_SET(r->t, SAMPLING, r->row, last->rate);
}

/*
 * nfcapd has one pair of counters for two things: the reverse direction of a biflow, and what left the router.
 * It is the former for events of firewalls, and for flows with a direction of a biflow (RFC 5103).
 */
static void
put_out(struct nfdump_row *r)
{
	if (!r->has_out)
		return;
	if (r->is_event || r->biflow != 0) {
		ROW_PUT(r->t, REV_PACKETS, r->row, r->out_packets);
		ROW_PUT(r->t, REV_BYTES, r->row, r->out_bytes);
	} else {
		ROW_PUT(r->t, POST_PACKETS, r->row, r->out_packets);
		ROW_PUT(r->t, POST_BYTES, r->row, r->out_bytes);
	}
}

/* Events of NAT and firewalls often have no other time than their own. */
static void
put_times(struct nfdump_row *r)
{
	struct row_table *t = r->t;

	if (r->first_ms == 0)
		r->first_ms = r->event_ms;
	if (r->last_ms == 0 && r->event_ms != 0)
		r->last_ms = r->first_ms;
	if (r->received_ms == 0)
		r->received_ms = r->last_ms != 0 ? r->last_ms : r->first_ms;
	row_table_put_time(t, FLOW_FIELD_FIRST, r->row, r->first_ms);
	row_table_put_time(t, FLOW_FIELD_LAST, r->row, r->last_ms);
	row_table_put_time(t, FLOW_FIELD_RECEIVED, r->row, r->received_ms);
}

void
nfdump_row_end(struct nfdump_row *r)
{
	struct row_table *t = r->t;

	put_times(r);
	ROW_PUT(t, PACKETS, r->row, r->packets);
	ROW_PUT(t, BYTES, r->row, r->bytes);
	ROW_PUT(t, FLOWS, r->row, r->flows > 0 ? r->flows : 1);
	if (proto_is_icmp(r->proto)) {
		uint16_t icmp = r->icmp != 0 ? r->icmp : r->dst_port;

		ROW_PUT(t, ICMP_TYPE, r->row, icmp >> 8);
		ROW_PUT(t, ICMP_CODE, r->row, icmp & 0xff);
	}
	put_out(r);
	put_sampling(r);
	put_origin(r);
	row_extra_end(t, r->row);
}
