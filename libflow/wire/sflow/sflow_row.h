/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The row of one sample: sflow_record.c makes it and fills in the packet, sflow_extension.c the
 * extended data.
 */

#include "base/cursor.h"
#include "wire/sflow/packet_row.h"

struct sflow_row {
	struct packet_row w;
	struct context *ctx;
	uint64_t frame_length;
	bool of_frame;		/* frame_length is the frame's, not only the IP packet's */
	bool has_length;	/* there is a packet; if false, the row is an application's transaction */
	bool has_extra;		/* records without a column */
	struct packet packet;	/* of the raw header */
	bool hop_of_v6, bgp_hop_of_v6;	/* next hops came as IPv6 addresses */
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
 * sFlow's extended data: what a router or host knows beside the packet.  Each function reads one record
 * from `in` and leaves the row unchanged if that is cut.
 */
void sflow_put_switch(struct sflow_row *r, struct cursor *in);
void sflow_put_router(struct sflow_row *r, struct cursor *in);
void sflow_put_gateway(struct sflow_row *r, struct cursor *in, bool v5);
void sflow_put_user(struct sflow_row *r, struct cursor *in, bool v5);
void sflow_put_mpls(struct sflow_row *r, struct cursor *in);
void sflow_put_nat(struct sflow_row *r, struct cursor *in);
void sflow_put_nat_ports(struct sflow_row *r, struct cursor *in);
void sflow_put_socket(struct sflow_row *r, struct cursor *in, bool v6);

/* Call it after all records: IPv4-mapped IPv6 next hops stay as they came if the row's packet is IPv6. */
void sflow_settle_hops(struct sflow_row *r);
