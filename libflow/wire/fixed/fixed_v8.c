/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NetFlow v8: records aggregated by the router.  Source: Cisco, "NetFlow
 * Services Solutions Guide", the formats of the aggregation caches.  Each row
 * has the keys of its scheme only; flows is the router's count.
 */
#include "base/attr.h"
#include "wire/fixed/fixed.h"

#define F(offset, len, name) { offset, len, FLOW_FIELD_##name }
#define COUNTERS F(0, 4, FLOWS), F(4, 4, PACKETS), F(8, 4, BYTES), \
	{ 12, 4, FIXED_FIRST }, { 16, 4, FIXED_LAST }

static const struct fixed_field as_fields[] = {
	COUNTERS, F(20, 2, SRC_AS), F(22, 2, DST_AS), F(24, 2, IN_IF), F(26, 2, OUT_IF),
};
static const struct fixed_field proto_port_fields[] = {
	COUNTERS, F(20, 1, PROTO), F(24, 2, SRC_PORT), F(26, 2, DST_PORT),
};
static const struct fixed_field src_prefix_fields[] = {
	COUNTERS, F(20, 4, SRC_ADDR), F(24, 1, SRC_MASK), F(26, 2, SRC_AS), F(28, 2, IN_IF),
};
static const struct fixed_field dst_prefix_fields[] = {
	COUNTERS, F(20, 4, DST_ADDR), F(24, 1, DST_MASK), F(26, 2, DST_AS), F(28, 2, OUT_IF),
};
static const struct fixed_field prefix_fields[] = {
	COUNTERS, F(20, 4, SRC_ADDR), F(24, 4, DST_ADDR), F(28, 1, DST_MASK), F(29, 1, SRC_MASK),
	F(32, 2, SRC_AS), F(34, 2, DST_AS), F(36, 2, IN_IF), F(38, 2, OUT_IF),
};
/* The three "full flow" schemes of the Catalyst count packets, not flows. */
static const struct fixed_field dst_only_fields[] = {
	F(0, 4, DST_ADDR), F(4, 4, PACKETS), F(8, 4, BYTES), { 12, 4, FIXED_FIRST },
	{ 16, 4, FIXED_LAST }, F(20, 2, OUT_IF), F(22, 1, TOS),
};
static const struct fixed_field src_dst_fields[] = {
	F(0, 4, DST_ADDR), F(4, 4, SRC_ADDR), F(8, 4, PACKETS), F(12, 4, BYTES),
	{ 16, 4, FIXED_FIRST }, { 20, 4, FIXED_LAST }, F(24, 2, OUT_IF), F(26, 2, IN_IF),
	F(28, 1, TOS),
};
static const struct fixed_field full_flow_fields[] = {
	F(0, 4, DST_ADDR), F(4, 4, SRC_ADDR), F(8, 2, DST_PORT), F(10, 2, SRC_PORT),
	F(12, 4, PACKETS), F(16, 4, BYTES), { 20, 4, FIXED_FIRST }, { 24, 4, FIXED_LAST },
	F(28, 2, OUT_IF), F(30, 2, IN_IF), F(32, 1, TOS), F(33, 1, PROTO),
};
static const struct fixed_field as_tos_fields[] = {
	COUNTERS, F(20, 2, SRC_AS), F(22, 2, DST_AS), F(24, 2, IN_IF), F(26, 2, OUT_IF),
	F(28, 1, TOS),
};
static const struct fixed_field proto_port_tos_fields[] = {
	COUNTERS, F(20, 1, PROTO), F(21, 1, TOS), F(24, 2, SRC_PORT), F(26, 2, DST_PORT),
	F(28, 2, IN_IF), F(30, 2, OUT_IF),
};
static const struct fixed_field src_prefix_tos_fields[] = {
	COUNTERS, F(20, 4, SRC_ADDR), F(24, 1, SRC_MASK), F(25, 1, TOS), F(26, 2, SRC_AS),
	F(28, 2, IN_IF),
};
static const struct fixed_field dst_prefix_tos_fields[] = {
	COUNTERS, F(20, 4, DST_ADDR), F(24, 1, DST_MASK), F(25, 1, TOS), F(26, 2, DST_AS),
	F(28, 2, OUT_IF),
};
static const struct fixed_field prefix_tos_fields[] = {
	COUNTERS, F(20, 4, SRC_ADDR), F(24, 4, DST_ADDR), F(28, 1, DST_MASK), F(29, 1, SRC_MASK),
	F(30, 1, TOS), F(32, 2, SRC_AS), F(34, 2, DST_AS), F(36, 2, IN_IF), F(38, 2, OUT_IF),
};
static const struct fixed_field prefix_port_tos_fields[] = {
	COUNTERS, F(20, 4, SRC_ADDR), F(24, 4, DST_ADDR), F(28, 1, DST_MASK), F(29, 1, SRC_MASK),
	F(30, 1, TOS), F(31, 1, PROTO), F(32, 2, SRC_PORT), F(34, 2, DST_PORT), F(36, 2, IN_IF),
	F(38, 2, OUT_IF),
};

/* TOS and number of packets beyond the contract, in the "full flow" schemes; by Cisco's names. */
#define BEYOND(tos, packets, router) { tos, 1, false, "marked_tos" }, { packets, 4, false, "extra_pkts" }, \
	{ router, 4, true, FIXED_ROUTER_SC }
static const struct fixed_extra dst_only_extras[] = { BEYOND(23, 24, 28) };
static const struct fixed_extra src_dst_extras[] = { BEYOND(29, 32, 36) };
static const struct fixed_extra full_flow_extras[] = { BEYOND(34, 36, 40) };

#define LAYOUT(len, fields) { len, ARRAY_LEN(fields), fields, 0, NULL }
#define LAYOUT_EXTRA(len, fields, extras) { len, ARRAY_LEN(fields), fields, ARRAY_LEN(extras), extras }

/* By scheme number. */
static const struct fixed_layout layouts[] = {
	[1] = LAYOUT(28, as_fields),
	[2] = LAYOUT(28, proto_port_fields),
	[3] = LAYOUT(32, src_prefix_fields),
	[4] = LAYOUT(32, dst_prefix_fields),
	[5] = LAYOUT(40, prefix_fields),
	[6] = LAYOUT_EXTRA(32, dst_only_fields, dst_only_extras),
	[7] = LAYOUT_EXTRA(40, src_dst_fields, src_dst_extras),
	[8] = LAYOUT_EXTRA(44, full_flow_fields, full_flow_extras),
	[9] = LAYOUT(32, as_tos_fields),
	[10] = LAYOUT(32, proto_port_tos_fields),
	[11] = LAYOUT(32, src_prefix_tos_fields),
	[12] = LAYOUT(32, dst_prefix_tos_fields),
	[13] = LAYOUT(40, prefix_tos_fields),
	[14] = LAYOUT(40, prefix_port_tos_fields),
};

const struct fixed_layout *
fixed_v8_layout(unsigned scheme)
{
	if (scheme >= ARRAY_LEN(layouts) || layouts[scheme].record_len == 0)
		return NULL;
	return &layouts[scheme];
}
