/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode.h"

#include <string.h>

#include "base/cursor.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "tap.h"

#define RECEIVED INT64_C(1700000000123)

static void
set(struct flow_builder *b, enum flow_field field, size_t i, size_t n, uint64_t value)
{
	uint8_t *p = flow_builder_flat(b, field, n);

	if (p == NULL)
		return;
	switch (flow_type_size(flow_field_info(field)->type)) {
	case 1:
		p[i] = (uint8_t)value;
		break;
	case 2:
		((uint16_t *)(void *)p)[i] = (uint16_t)value;
		break;
	case 4:
		((uint32_t *)(void *)p)[i] = (uint32_t)value;
		break;
	default:
		((uint64_t *)(void *)p)[i] = value;
		break;
	}
}

static void
set_addr(struct flow_builder *b, enum flow_field field, size_t i, size_t n, const char *text)
{
	struct addr *p = flow_builder_flat(b, field, n);

	ok(p != NULL && addr_parse(text, strlen(text), &p[i]));
}

/* One row whose bytes in v5 are worked out below. */
static void
add_row(struct flow_builder *b)
{
	ok(flow_builder_reserve(b, 1) == FLOW_OK);
	set(b, FLOW_FIELD_FIRST, 0, 1, UINT64_C(1699999990000));
	set(b, FLOW_FIELD_LAST, 0, 1, UINT64_C(1699999995500));
	set(b, FLOW_FIELD_RECEIVED, 0, 1, RECEIVED);
	set_addr(b, FLOW_FIELD_SRC_ADDR, 0, 1, "192.0.2.1");
	set_addr(b, FLOW_FIELD_DST_ADDR, 0, 1, "198.51.100.2");
	set_addr(b, FLOW_FIELD_NEXT_HOP, 0, 1, "203.0.113.3");
	set(b, FLOW_FIELD_SRC_PORT, 0, 1, 12345);
	set(b, FLOW_FIELD_DST_PORT, 0, 1, 443);
	set(b, FLOW_FIELD_PROTO, 0, 1, 6);
	set(b, FLOW_FIELD_TCP_FLAGS, 0, 1, 0x1b);
	set(b, FLOW_FIELD_TOS, 0, 1, 0xb8);
	set(b, FLOW_FIELD_IN_IF, 0, 1, 7);
	set(b, FLOW_FIELD_OUT_IF, 0, 1, 0x12345);
	set(b, FLOW_FIELD_PACKETS, 0, 1, 1000);
	set(b, FLOW_FIELD_BYTES, 0, 1, 150000);
	set(b, FLOW_FIELD_SRC_AS, 0, 1, 64500);
	set(b, FLOW_FIELD_DST_AS, 0, 1, 196608);
	set(b, FLOW_FIELD_SRC_MASK, 0, 1, 24);
	set(b, FLOW_FIELD_DST_MASK, 0, 1, 16);
	flow_builder_commit(b, 1);
}

/* Every column of the usual templates has a value, 0. */
static void
add_zeros(struct flow_builder *b, size_t n)
{
	static const enum flow_field fields[] = {
		FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_DST_ADDR, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_SRC_MASK,
		FLOW_FIELD_DST_MASK, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO, FLOW_FIELD_TCP_FLAGS,
		FLOW_FIELD_TOS, FLOW_FIELD_DIRECTION, FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, FLOW_FIELD_BYTES,
		FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS, FLOW_FIELD_FWD_STATUS, FLOW_FIELD_IP_VERSION,
	};
	size_t f, i;

	for (f = 0; f < sizeof(fields) / sizeof(fields[0]); f++)
		for (i = 0; i < n; i++) {
			if (flow_field_info(fields[f])->type == FLOW_TYPE_ADDR)
				((struct addr *)flow_builder_flat(b, fields[f], n))[i] = addr_any4;
			else
				set(b, fields[f], i, n, 0);
		}
}

/* n rows of alternating families, 10 ms apart; row i has i + 1 packets. */
static void
add_many(struct flow_builder *b, size_t n, bool only_v4)
{
	size_t i;

	ok(flow_builder_reserve(b, n) == FLOW_OK);
	add_zeros(b, n);
	for (i = 0; i < n; i++) {
		struct addr *src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, n);
		bool v6 = !only_v4 && i % 2 == 1;

		set(b, FLOW_FIELD_RECEIVED, i, n, (uint64_t)RECEIVED + 10 * i);
		set(b, FLOW_FIELD_PACKETS, i, n, i + 1);
		src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, n);
		src[i] = addr_from_v4(0xc0000200u + (uint32_t)(i & 255));
		if (v6)
			store_be32(src[i].b, 0x20010db8);
		if (v6)
			memset(src[i].b + 4, 0, 8);
		((struct addr *)flow_builder_flat(b, FLOW_FIELD_NEXT_HOP, n))[i] = src[i];
	}
	flow_builder_commit(b, n);
}

static struct flow_encoder *
encoder(uint8_t version, uint32_t domain, uint32_t sampling)
{
	struct flow_encoder_options o = { .version = version, .domain = domain,
		.sampling = sampling };

	return flow_encoder_new(&o);
}

/*
 * The encoder boots 10^9 ms before the whole second of its first row, so uptimes are
 * 10^9 (0x3b9aca00) + 123, - 10000 and - 4500.
 */
static void
test_v5_bytes(void)
{
	static const uint8_t want[] = {
		0, 5, 0, 1, 0x3b, 0x9a, 0xca, 0x7b,
		0x65, 0x53, 0xf1, 0x00, 0x07, 0x54, 0xd4, 0xc0,	/* 1700000000 s, 123000000 ns */
		0, 0, 0, 0, 1, 2, 0x40, 100,
		192, 0, 2, 1, 198, 51, 100, 2, 203, 0, 113, 3,
		0, 7, 0xff, 0xff, 0, 0, 0, 10, 0, 0, 5, 0xdc,
		0x3b, 0x9a, 0xa2, 0xf0, 0x3b, 0x9a, 0xb8, 0x6c,
		0x30, 0x39, 0x01, 0xbb, 0, 0x1b, 6, 0xb8,
		0xfb, 0xf4, 0x5b, 0xa0, 24, 16, 0, 0,
	};
	struct flow_encoder *e = encoder(5, 0x0102, 100);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();

	add_row(b);
	is_int(flow_encoder_batch(e, flow_builder_batch(b), 0, 1, &d), FLOW_OK);
	is_uint(d.count, 0);
	is_int(flow_encoder_flush(e, RECEIVED, &d), FLOW_OK);
	is_uint(d.count, 1);
	is_int(d.item[0].time_ms, RECEIVED);
	is_uint(d.item[0].rows, 1);
	is_mem(d.bytes.data, d.bytes.len, want, sizeof(want));
	is_int(flow_encoder_flush(e, RECEIVED, &d), FLOW_OK);
	is_uint(d.count, 1);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

/* Walks the sets of a v9 or IPFIX datagram; adds up records by set id 256 and 257. */
static void
count_records(struct cursor *c, size_t record4, size_t record6, size_t count[2])
{
	while (cursor_left(c) >= 4) {
		uint16_t id = cursor_be16(c), len = cursor_be16(c);
		size_t size = id == 256 ? record4 : record6;

		ok(len % 4 == 0);
		cursor_skip(c, len - 4u);
		if (id == 256 || id == 257)
			count[id - 256] += (len - 4u) / size;
	}
	ok(!cursor_failed(c) && cursor_left(c) == 0);
}

static void
test_v9_datagrams(void)
{
	struct flow_encoder *e = encoder(9, 77, 0);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	size_t count[2] = { 0, 0 }, rows = 0, announced = 0, i;

	add_many(b, 5000, false);
	is_int(flow_encoder_batch(e, flow_builder_batch(b), 0, 5000, &d), FLOW_OK);
	is_int(flow_encoder_flush(e, 0, &d), FLOW_OK);
	for (i = 0; i < d.count; i++) {
		struct cursor c = cursor_make(d.bytes.data + d.item[i].offset, d.item[i].len);
		uint32_t seconds;

		if (d.item[i].len > 1400 || cursor_be16(&c) != 9)
			ok(false);
		announced += cursor_be16(&c);
		is_uint(cursor_be32(&c) % 1000, 0);
		seconds = cursor_be32(&c);
		is_int(seconds, d.item[i].time_ms / 1000);
		is_uint(cursor_be32(&c), i);
		is_uint(cursor_be32(&c), 77);
		count_records(&c, 64, 98, count);
		rows += d.item[i].rows;
	}
	is_uint(count[0], 2500);
	is_uint(count[1], 2500);
	is_uint(rows, 5000);
	is_uint(announced, 5002);
	is_int(d.item[d.count - 1].time_ms, RECEIVED + 49990);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

static void
test_ipfix_datagrams(void)
{
	struct flow_encoder *e = encoder(10, 5, 1000);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	size_t count[2] = { 0, 0 }, sequence = 0, i;

	add_many(b, 3000, false);
	is_int(flow_encoder_batch(e, flow_builder_batch(b), 0, 3000, &d), FLOW_OK);
	is_int(flow_encoder_flush(e, 0, &d), FLOW_OK);
	for (i = 0; i < d.count; i++) {
		struct cursor c = cursor_make(d.bytes.data + d.item[i].offset, d.item[i].len);

		is_uint(cursor_be16(&c), 10);
		is_uint(cursor_be16(&c), d.item[i].len);
		is_int(cursor_be32(&c), d.item[i].time_ms / 1000);
		is_uint(cursor_be32(&c), sequence);
		is_uint(cursor_be32(&c), 5);
		count_records(&c, 72, 106, count);
		/* Templates, then the one record of sampling, each in a datagram of its own. */
		sequence += d.item[i].rows + (i == 1);
	}
	is_uint(count[0], 1500);
	is_uint(count[1], 1500);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

static void
test_v5_limits(void)
{
	struct flow_encoder *e = encoder(5, 0, 0);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct cursor c;

	add_many(b, 200, false);
	is_int(flow_encoder_batch(e, flow_builder_batch(b), 0, 200, &d), FLOW_OK);
	is_uint(flow_encoder_skipped(e), 100);
	is_uint(d.count, 3);
	is_uint(d.item[0].len, 24 + 30 * 48);
	c = cursor_make(d.bytes.data + d.item[2].offset + 16, 8);
	is_uint(cursor_be32(&c), 60);
	is_uint(cursor_be32(&c), 0);
	is_int(flow_encoder_flush(e, 0, &d), FLOW_OK);
	is_uint(d.item[3].rows, 10);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

/* Templates come again after 60 s. */
static void
test_templates_again(void)
{
	struct flow_encoder *e = encoder(9, 0, 0);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	size_t i, templates = 0;

	add_many(b, 21 * 1001, true);
	is_int(flow_encoder_batch(e, flow_builder_batch(b), 0, 21 * 1001, &d), FLOW_OK);
	is_int(flow_encoder_flush(e, RECEIVED + 1000000, &d), FLOW_OK);
	for (i = 0; i < d.count; i++)
		templates += d.item[i].rows == 0;
	/* 210 s at 10 ms a row: at the beginning, after 60, 120, 180 s, and at the end's 1000 s. */
	is_uint(templates, 5);
	flow_encoder_free(e);
	flow_builder_free(b);
	flow_datagrams_release(&d);
}

/* The dictionary form gives the bytes that the flat form gives, and so do uneven portions. */
static void
test_forms(void)
{
	struct flow_encoder *flat = encoder(9, 1, 0), *dict = encoder(9, 1, 0);
	struct flow_datagrams a = FLOW_DATAGRAMS_INIT, z = FLOW_DATAGRAMS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_dictify *dictify = flow_dictify_new();
	struct flow_batch other;
	size_t from, n;

	add_many(b, 3000, false);
	is_int(flow_encoder_batch(flat, flow_builder_batch(b), 0, 3000, &a), FLOW_OK);
	is_int(flow_encoder_flush(flat, 0, &a), FLOW_OK);
	is_int(flow_dictify(dictify, flow_builder_batch(b), &other), FLOW_OK);
	for (from = 0; from < 3000; from += n) {
		n = from + 17 < 3000 ? 17 : 3000 - from;
		if (flow_encoder_batch(dict, &other, from, n, &z) != FLOW_OK)
			ok(false);
	}
	is_int(flow_encoder_flush(dict, 0, &z), FLOW_OK);
	is_mem(a.bytes.data, a.bytes.len, z.bytes.data, z.bytes.len);
	flow_encoder_free(flat);
	flow_encoder_free(dict);
	flow_dictify_free(dictify);
	flow_builder_free(b);
	flow_datagrams_release(&a);
	flow_datagrams_release(&z);
}

static void
test_options(void)
{
	static const struct flow_encoder_options bad[] = {
		{ .version = 8, .scheme = 15 }, { .version = 2 }, { .version = 0 }, { .version = 5, .sampling = 16384 },
		{ .version = 9, .max_bytes = 511 }, { .version = 10, .max_bytes = 65488 },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(flow_encoder_new(&bad[i]) == NULL);
	flow_encoder_free(NULL);
}

int
main(void)
{
	test_v5_bytes();
	test_v9_datagrams();
	test_ipfix_datagrams();
	test_v5_limits();
	test_templates_again();
	test_forms();
	test_options();
	return tap_done();
}
