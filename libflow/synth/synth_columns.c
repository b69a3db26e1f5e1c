/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/synth_columns.h"

#include "base/attr.h"
#include "net/proto.h"
#include "synth/dress.h"

struct addr
flow_synth_exporter(uint32_t i)
{
	return addr_from_v4((198u << 24 | 18u << 16 | 1) + i);
}

/* One column of rows r [r->at, r->at + n): `value` in terms of flow f, the i-th of them. */
#define COLUMN(id, type, value)                                                   \
	do {                                                                      \
		type *column = flow_builder_flat(out, FLOW_FIELD_##id, n);        \
		if (column == NULL)                                               \
			return FLOW_ENOMEM;                                       \
		for (i = 0; i < n; i++) {                                         \
			const struct talk_flow *f = &r->flow[r->at + i];          \
			column[i] = (type)(value);                                \
			UNUSED(f);                                                \
		}                                                                 \
	} while (0)

/* The export time in whole seconds, as headers state it: a flow's last packet is not after it. */
static int64_t
last_ms(const struct rows *r, size_t i)
{
	int64_t received = r->received[i];

	return received - received % 1000 - r->flow[i].delay_ms;
}

static enum flow_status
put_key(const struct rows *r, size_t n, struct flow_builder *out)
{
	size_t i;

	COLUMN(SRC_PORT, uint16_t, f->src_port);
	COLUMN(DST_PORT, uint16_t, f->dst_port);
	COLUMN(PROTO, uint8_t, f->proto);
	COLUMN(TOS, uint8_t, f->tos);
	COLUMN(TCP_FLAGS, uint16_t, f->tcp_flags);
	COLUMN(IP_VERSION, uint8_t, addr_is_v4(&f->src) ? 4 : 6);
	COLUMN(ICMP_TYPE, uint8_t, f->dst_port >> 8);
	COLUMN(ICMP_CODE, uint8_t, f->dst_port & 0xff);
	for (i = 0; i < n; i++) {
		if (proto_is_icmp(r->flow[r->at + i].proto))
			continue;
		if (flow_builder_null(out, FLOW_FIELD_ICMP_TYPE, i) != FLOW_OK ||
		    flow_builder_null(out, FLOW_FIELD_ICMP_CODE, i) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

static enum flow_status
put_addrs(const struct rows *r, size_t n, struct flow_builder *out)
{
	static const enum flow_field fields[] = {
		FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_EXPORTER,
	};
	struct addr exporter = flow_synth_exporter(r->exporter);
	const struct talk_flow *f = &r->flow[r->at];
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(fields); k++) {
		struct addr *column = flow_builder_flat(out, fields[k], n);

		if (column == NULL)
			return FLOW_ENOMEM;
		for (i = 0; i < n; i++)
			column[i] = k == 0 ? f[i].src : k == 1 ? f[i].dst
			    : k == 2 ? f[i].next_hop : exporter;
	}
	return FLOW_OK;
}

static enum flow_status
put_routes(const struct network *net, const struct rows *r, size_t n, struct flow_builder *out)
{
	size_t i;

	COLUMN(IN_IF, uint32_t, net[f->src_network].interface);
	COLUMN(OUT_IF, uint32_t, net[f->dst_network].interface);
	COLUMN(SRC_AS, uint32_t, net[f->src_network].as);
	COLUMN(DST_AS, uint32_t, net[f->dst_network].as);
	COLUMN(SRC_MASK, uint8_t, net[f->src_network].bits);
	COLUMN(DST_MASK, uint8_t, net[f->dst_network].bits);
	COLUMN(DIRECTION, uint8_t, f->direction);
	COLUMN(FWD_STATUS, uint8_t, f->fwd_status);
	return FLOW_OK;
}

static enum flow_status
put_counters(const struct flow_synth_options *o, const struct rows *r, size_t n, int64_t scale,
    struct flow_builder *out)
{
	size_t i;

	COLUMN(FIRST, int64_t, last_ms(r, r->at + i) - f->duration_ms);
	COLUMN(LAST, int64_t, last_ms(r, r->at + i));
	COLUMN(RECEIVED, int64_t, r->received[r->at + i]);
	COLUMN(PACKETS, int64_t, (int64_t)f->packets * scale);
	COLUMN(BYTES, int64_t, (int64_t)f->bytes * scale);
	COLUMN(FLOWS, int64_t, 1);
	if (o->version == 5) {
		COLUMN(ENGINE_TYPE, uint8_t, r->exporter >> 8);
		COLUMN(ENGINE_ID, uint8_t, r->exporter);
	} else {
		COLUMN(DOMAIN, uint32_t, r->exporter);
	}
	COLUMN(EXPORT_VERSION, uint8_t, o->version);
	if (o->sampling > 1)
		COLUMN(SAMPLING, uint32_t, o->sampling);
	return FLOW_OK;
}

enum flow_status
synth_columns(const struct flow_synth_options *o, const struct world *world, const struct rows *r, size_t n,
    int64_t scale, struct flow_builder *out)
{
	struct dress_options dress = { o->kind, scale, o->active_ms, world->network };

	if (flow_builder_reserve(out, n) != FLOW_OK || put_key(r, n, out) != FLOW_OK ||
	    put_addrs(r, n, out) != FLOW_OK || put_routes(world->network, r, n, out) != FLOW_OK ||
	    put_counters(o, r, n, scale, out) != FLOW_OK || dress_columns(&o->fields, &dress, r, n, out) != FLOW_OK)
		return FLOW_ENOMEM;
	flow_builder_commit(out, n);
	return FLOW_OK;
}
