/* SPDX-License-Identifier: BSD-2-Clause */
/* The layouts of flow-tools' records: its ftlib.h, struct fts3rec_* and fts1rec_compat. */
#include "base/attr.h"
#include "history/flow_tools_file.h"

#define V(offset, len, name) { FLOW_FIELD_##name, offset, len }
#define VALUES(list) .value = list, .values = ARRAY_LEN(list)

/* Version 1 in format 3; versions 5 to 7 and 1005 have the same up to byte 52. */
#define COMMON V(16, 4, SRC_ADDR), V(20, 4, DST_ADDR), V(24, 4, NEXT_HOP), V(28, 2, IN_IF), V(30, 2, OUT_IF), \
	V(32, 4, PACKETS), V(36, 4, BYTES), V(48, 2, SRC_PORT), V(50, 2, DST_PORT), V(52, 1, PROTO), V(53, 1, TOS), \
	V(54, 1, TCP_FLAGS)
#define ROUTE V(56, 1, ENGINE_TYPE), V(57, 1, ENGINE_ID), V(58, 1, SRC_MASK), V(59, 1, DST_MASK), \
	V(60, 2, SRC_AS), V(62, 2, DST_AS)
#define COUNTERS V(16, 4, FLOWS), V(20, 4, PACKETS), V(24, 4, BYTES)
#define ENGINE(at) V(at, 1, ENGINE_TYPE), V((at) + 1, 1, ENGINE_ID)

static const struct flow_tools_value old[] = {
	V(8, 4, SRC_ADDR), V(12, 4, DST_ADDR), V(16, 4, NEXT_HOP), V(20, 2, IN_IF), V(22, 2, OUT_IF),
	V(24, 4, PACKETS), V(28, 4, BYTES), V(40, 2, SRC_PORT), V(42, 2, DST_PORT), V(46, 1, PROTO), V(47, 1, TOS),
	V(48, 1, TCP_FLAGS), V(52, 2, SRC_AS), V(54, 2, DST_AS), V(56, 1, SRC_MASK), V(57, 1, DST_MASK),
};
/* Version 1 has no routes; it leaves their bytes unset. */
#define OLD_1_VALUES 12

static const struct flow_tools_value v1[] = { COMMON };
static const struct flow_tools_value v5[] = { COMMON, ROUTE };
static const struct flow_tools_value v8_as[] = {
	COUNTERS, V(36, 2, SRC_AS), V(38, 2, DST_AS), V(40, 2, IN_IF), V(42, 2, OUT_IF), ENGINE(44),
};
static const struct flow_tools_value v8_proto_port[] = {
	COUNTERS, V(36, 1, PROTO), V(40, 2, SRC_PORT), V(42, 2, DST_PORT), ENGINE(44),
};
static const struct flow_tools_value v8_src_prefix[] = {
	COUNTERS, V(36, 4, SRC_ADDR), V(40, 1, SRC_MASK), V(42, 2, SRC_AS), V(44, 2, IN_IF), ENGINE(46),
};
static const struct flow_tools_value v8_dst_prefix[] = {
	COUNTERS, V(36, 4, DST_ADDR), V(40, 1, DST_MASK), ENGINE(42), V(44, 2, DST_AS), V(46, 2, OUT_IF),
};
static const struct flow_tools_value v8_prefix[] = {
	COUNTERS, V(36, 4, SRC_ADDR), V(40, 4, DST_ADDR), V(44, 1, DST_MASK), V(45, 1, SRC_MASK), ENGINE(46),
	V(48, 2, SRC_AS), V(50, 2, DST_AS), V(52, 2, IN_IF), V(54, 2, OUT_IF),
};
static const struct flow_tools_value v8_dst[] = {
	V(16, 4, PACKETS), V(20, 4, BYTES), V(32, 4, DST_ADDR), V(44, 2, OUT_IF), V(48, 1, TOS), ENGINE(50),
};
static const struct flow_tools_value v8_src_dst[] = {
	V(16, 4, PACKETS), V(20, 4, BYTES), V(32, 4, DST_ADDR), V(36, 4, SRC_ADDR), V(48, 2, OUT_IF),
	V(50, 2, IN_IF), V(52, 1, TOS), ENGINE(54),
};
static const struct flow_tools_value v8_full[] = {
	V(16, 4, PACKETS), V(20, 4, BYTES), V(32, 4, DST_ADDR), V(36, 4, SRC_ADDR), V(48, 2, DST_PORT),
	V(50, 2, SRC_PORT), V(52, 2, OUT_IF), V(54, 2, IN_IF), V(56, 1, TOS), ENGINE(58), V(60, 1, PROTO),
};
static const struct flow_tools_value v8_as_tos[] = {
	COUNTERS, V(36, 2, SRC_AS), V(38, 2, DST_AS), V(40, 2, IN_IF), V(42, 2, OUT_IF), ENGINE(44), V(46, 1, TOS),
};
static const struct flow_tools_value v8_proto_port_tos[] = {
	COUNTERS, V(36, 2, SRC_PORT), V(38, 2, DST_PORT), V(40, 2, IN_IF), V(42, 2, OUT_IF), ENGINE(44),
	V(46, 1, PROTO), V(47, 1, TOS),
};
static const struct flow_tools_value v8_src_prefix_tos[] = {
	COUNTERS, V(36, 4, SRC_ADDR), V(40, 1, SRC_MASK), V(41, 1, TOS), V(42, 2, SRC_AS), V(44, 2, IN_IF), ENGINE(46),
};
static const struct flow_tools_value v8_dst_prefix_tos[] = {
	COUNTERS, V(36, 4, DST_ADDR), V(40, 2, OUT_IF), V(42, 2, DST_AS), V(44, 1, DST_MASK), V(45, 1, TOS), ENGINE(46),
};
static const struct flow_tools_value v8_prefix_tos[] = {
	COUNTERS, V(36, 4, SRC_ADDR), V(40, 4, DST_ADDR), V(44, 2, SRC_AS), V(46, 2, DST_AS), V(48, 2, IN_IF),
	V(50, 2, OUT_IF), V(52, 1, DST_MASK), V(53, 1, SRC_MASK), ENGINE(54), V(56, 1, TOS),
};
static const struct flow_tools_value v8_prefix_port_tos[] = {
	COUNTERS, V(36, 4, SRC_ADDR), V(40, 4, DST_ADDR), V(44, 2, SRC_PORT), V(46, 2, DST_PORT), V(48, 2, IN_IF),
	V(50, 2, OUT_IF), V(52, 1, DST_MASK), V(53, 1, SRC_MASK), ENGINE(54), V(56, 1, TOS), V(57, 1, PROTO),
};

#define PLAIN(length, list, more) { .extra = more, .len = length, .exporter = 12, .uptime = 8, .first = 40, \
	.last = 44, .icmp_port = 50, VALUES(list) }
/* Aggregations with a count of flows. */
#define GROUP(length, list, port) { .len = length, .exporter = 12, .uptime = 8, .first = 28, .last = 32, \
	.icmp_port = port, VALUES(list) }
/* The same with exporter and uptime swapped. */
#define SWAPPED(length, list) { .len = length, .exporter = 8, .uptime = 12, .first = 28, .last = 32, VALUES(list) }
/* Aggregations of the Catalyst, without a count of flows. */
#define CATALYST(length, list, port, more) { .extra = more, .len = length, .exporter = 12, .uptime = 8, .first = 24, \
	.last = 28, .icmp_port = port, VALUES(list) }

static const struct flow_tools_extra v6_extra[] = { { "inEncapsulation", 64, 1, false },
	{ "outEncapsulation", 65, 1, false }, { "peerNextHop", 68, 4, true }, { .name = NULL } };
static const struct flow_tools_extra v7_extra[] = { { "discardFlags", 55, 1, false }, { "routerShortcut", 64, 4, true },
	{ .name = NULL } };
static const struct flow_tools_extra v1005_extra[] = { { "srcTag", 64, 4, false }, { "dstTag", 68, 4, false },
	{ .name = NULL } };
static const struct flow_tools_extra v8_dst_extra[] = { { "extraPackets", 36, 4, false },
	{ "routerShortcut", 40, 4, true }, { "markedTos", 49, 1, false }, { .name = NULL } };
static const struct flow_tools_extra v8_src_dst_extra[] = { { "extraPackets", 40, 4, false },
	{ "routerShortcut", 44, 4, true }, { "markedTos", 53, 1, false }, { .name = NULL } };
static const struct flow_tools_extra v8_full_extra[] = { { "extraPackets", 40, 4, false },
	{ "routerShortcut", 44, 4, true }, { "markedTos", 57, 1, false }, { .name = NULL } };

static const struct flow_tools_form old_1_form = { .len = 60, .first = 32, .last = 36, .icmp_port = 42,
	.milliseconds = true, .value = old, .values = OLD_1_VALUES };
static const struct flow_tools_form old_5_form = { .len = 60, .first = 32, .last = 36, .icmp_port = 42,
	.milliseconds = true, VALUES(old) };
static const struct flow_tools_form v1_form = PLAIN(60, v1, NULL);
static const struct flow_tools_form v5_form = PLAIN(64, v5, NULL);
static const struct flow_tools_form v6_form = PLAIN(72, v5, v6_extra);
static const struct flow_tools_form v7_form = PLAIN(68, v5, v7_extra);
static const struct flow_tools_form v1005_form = PLAIN(72, v5, v1005_extra);

/* By aggregation. */
static const struct flow_tools_form v8_form[] = {
	[1] = GROUP(48, v8_as, 0),
	[2] = GROUP(48, v8_proto_port, 42),
	[3] = SWAPPED(48, v8_src_prefix),
	[4] = GROUP(48, v8_dst_prefix, 0),
	[5] = GROUP(56, v8_prefix, 0),
	[6] = CATALYST(52, v8_dst, 0, v8_dst_extra),
	[7] = CATALYST(56, v8_src_dst, 0, v8_src_dst_extra),
	[8] = CATALYST(64, v8_full, 48, v8_full_extra),
	[9] = GROUP(48, v8_as_tos, 0),
	[10] = GROUP(48, v8_proto_port_tos, 38),
	[11] = SWAPPED(48, v8_src_prefix_tos),
	[12] = SWAPPED(48, v8_dst_prefix_tos),
	[13] = GROUP(60, v8_prefix_tos, 0),
	[14] = GROUP(60, v8_prefix_port_tos, 46),
};

const struct flow_tools_form *
flow_tools_form(unsigned stream, unsigned version, unsigned aggregation)
{
	if (stream == 1)
		return version == 1 ? &old_1_form : version == 5 ? &old_5_form : NULL;
	switch (version) {
	case 1:
		return &v1_form;
	case 5:
		return &v5_form;
	case 6:
		return &v6_form;
	case 7:
		return &v7_form;
	case 8:
		return aggregation >= 1 && aggregation < ARRAY_LEN(v8_form) ? &v8_form[aggregation] : NULL;
	case 1005:
		return &v1005_form;
	default:
		return NULL;
	}
}
