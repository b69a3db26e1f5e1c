/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A row that the records of one sample fill: of its packet in sflow_record.c, which makes it, of what
 * is beside it in sflow_extension.c.
 */

#include "base/cursor.h"
#include "wire/sflow/packet_row.h"

struct sflow_row {
	struct packet_row w;
	struct context *ctx;
	uint64_t frame_length;
	bool of_frame;		/* it is the frame's, not only the IP packet's */
	bool has_length;	/* there is a packet; without, it is a transaction of an application */
	bool has_extra;		/* records without a column */
	struct packet packet;	/* of the raw header */
	bool hop_of_v6, bgp_hop_of_v6;	/* next hops came as addresses of IPv6 */
	const uint8_t *socket;	/* the record that filled addresses and ports; NULL: none */
	struct cursor url;	/* v4 only */
};

static inline void
sflow_set_number(struct sflow_row *r, enum flow_field field, uint64_t value)
{
	packet_row_number(&r->w, field, value);
}

static inline void
sflow_set_addr(struct sflow_row *r, enum flow_field field, const struct addr *a)
{
	packet_row_addr(&r->w, field, a);
}

/*
 * What a router or host knows beside the packet, from sFlow's extended data; each takes one record off
 * `in` and leaves the row as it is where that is cut.
 */
void sflow_put_switch(struct sflow_row *r, struct cursor *in);
void sflow_put_router(struct sflow_row *r, struct cursor *in);
void sflow_put_gateway(struct sflow_row *r, struct cursor *in, bool v5);
void sflow_put_user(struct sflow_row *r, struct cursor *in, bool v5);
void sflow_put_mpls(struct sflow_row *r, struct cursor *in);
void sflow_put_nat(struct sflow_row *r, struct cursor *in);
void sflow_put_nat_ports(struct sflow_row *r, struct cursor *in);
void sflow_put_socket(struct sflow_row *r, struct cursor *in, bool v6);

/* When all records were put: IPv4-mapped next hops of IPv6 stay so where the row's packet is of IPv6. */
void sflow_settle_hops(struct sflow_row *r);
