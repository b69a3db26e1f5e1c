/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Writes a sampled packet's fields into the columns of one announced row. */

#include "base/buf.h"
#include "record/builder.h"
#include "wire/sflow/packet.h"

/* The row being written; every step is skipped once one has failed. */
struct packet_row {
	struct flow_builder *out;
	enum flow_status st;
	bool keep;		/* columns already written stay as they are */
	uint64_t wide;		/* count of numbers too great for their column */
};

/* Writes a column of any type but TEXT and ADDR; a number too great becomes the column's maximum. */
void packet_row_number(struct packet_row *r, enum flow_field field, uint64_t value);
void packet_row_addr(struct packet_row *r, enum flow_field field, const struct addr *a);

/* MACs, Ethernet type, outer tag, labels, the outer IP header and its transport header, the inner ones. */
void packet_row_put(struct packet_row *r, const struct packet *p);

/* Appends members to the object for `extra`: `{` before the first, no `}`. */
void packet_extra_addr(struct buf *text, const char *key, const struct addr *a);
void packet_extra_number(struct buf *text, const char *key, uint32_t value);
/* The inner tag, which has no column. */
void packet_extra_vlan(struct buf *text, const struct packet *p);
