/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of six rows by hand, and words for it. */
#include "store/cluster.h"

#include <string.h>

#include "tap.h"

#define ROWS 6

/* Texts in no order, one of them twice. */
static const struct flow_text text[] = { { "b", 1 }, { "a", 1 }, { "", 0 }, { "ab", 2 }, { "a", 1 } };
static const struct flow_dict dict = { 1, 5, text };
static const uint32_t codes[ROWS] = { 0, 1, 2, 3, 4, 0 };
static const uint64_t valid[1] = { 0x1f };	/* the last one is null */
static const uint16_t port[ROWS] = { 7, 65535, 7, 256, 255, 7 };
static const int64_t bytes[ROWS] = { INT64_MAX, 1, 0, 1, 1, 5 };

static const struct flow_batch *
batch(void)
{
	static struct flow_batch b;

	b.rows = ROWS;
	b.column[FLOW_FIELD_SRC_ADDR] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = codes,
		.dict = &dict, .valid = valid };
	b.column[FLOW_FIELD_SRC_PORT] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = port };
	b.column[FLOW_FIELD_BYTES] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = bytes };
	return &b;
}

static const char *
order(const char *words)
{
	static char out[ROWS + 1];
	struct flow_cluster c;
	uint32_t row[ROWS];

	if (flow_cluster_parse(words, &c, NULL) != FLOW_OK || cluster_order(batch(), &c, row) != FLOW_OK)
		return "failed";
	for (size_t i = 0; i < ROWS; i++)
		out[i] = (char)('0' + row[i]);
	return out;
}

static void
orders(void)
{
	is_str(order("none"), "012345");
	is_str(order("proto"), "012345");		/* null everywhere */
	is_str(order("src_addr"), "521430");		/* null, "", a, a, ab, b */
	is_str(order("src_port"), "025431");
	is_str(order("bytes"), "213450");
	is_str(order("src_port,bytes"), "250431");
	is_str(order("src_addr,src_port"), "524130");
	is_str(order("bytes,src_port,src_addr"), "243150");
}

static void
words(void)
{
	struct flow_cluster c = { .count = 7 };
	struct flow_error err;

	ok(flow_cluster_parse("", &c, &err) == FLOW_EINVAL);
	ok(flow_cluster_parse("src_addr,", &c, &err) == FLOW_EINVAL);
	ok(flow_cluster_parse("src_addr,srcaddr", &c, &err) == FLOW_EINVAL && strstr(err.message, "'srcaddr'"));
	ok(flow_cluster_parse("proto,tos,first,last,bytes,packets,flows,domain,exporter", &c, &err) == FLOW_EINVAL);
	is_uint(c.count, 7);
	ok(flow_cluster_parse("proto,dst_port", &c, &err) == FLOW_OK);
	is_uint(c.count, 2);
	ok(c.field[0] == FLOW_FIELD_PROTO && c.field[1] == FLOW_FIELD_DST_PORT);
}

int
main(void)
{
	orders();
	words();
	return tap_done();
}
