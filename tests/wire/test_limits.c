/* SPDX-License-Identifier: BSD-2-Clause */
/* Floods: templates, sources, names and held data stay within their limits, and say so. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "wire/wire_helper.h"

/* A v9 template `id` of `fields` fields from a domain: in_if (10) again and again. */
static void
announce(struct wire *w, uint32_t domain, uint16_t id, unsigned fields)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_v9_header(&b, 1, 1, domain);
	set = put_set(&b, 0);
	put16(&b, id, (int)fields, WIRE_STOP);
	while (fields-- > 0)
		put16(&b, 10, 4, WIRE_STOP);
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

/* A template bomb: all 65280 ids from one source; it keeps its share, the neighbour's stays. */
static void
test_template_bomb(struct wire *w)
{
	struct flow_source_info info;
	unsigned id;

	w->dg.exporter = addr_from_v4(0xc0000202);
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	w->dg.exporter = addr_from_v4(0xc0000201);
	for (id = 256; id < 65536; id += 8)
		announce(w, 0, (uint16_t)id, 1);
	flow_decoder_source(w->d, 0, &info);
	is_uint(flow_decoder_sources(w->d), 2);
	ok(info.templates <= 100);
	flow_decoder_source(w->d, 1, &info);
	ok(info.templates <= 100);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EVICTED) + wire_count(w, FLOW_COUNT_TEMPLATE_LIMIT),
	    8160 - 100);
	w->dg.exporter = addr_from_v4(0xc0000202);
	wire_v9(w, 0, 256, "00000007");
	is_uint(wire_rows(w), 1);
}

/* A spoofer sends from 20000 addresses: the oldest are forgotten, one that goes on is not. */
static void
test_source_flood(struct wire *w)
{
	uint32_t i;

	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	for (i = 0; i < 20000; i++) {
		w->dg.exporter = addr_from_v4(0x0a000000 + i);
		wire_v9(w, 0, 0, "0100 0001 0002 0004");
		if (i % 500 == 0) {
			w->dg.exporter = addr_from_v4(0xc0000201);
			wire_v9(w, 0, 256, "00000001");
		}
	}
	is_uint(flow_decoder_sources(w->d), 1000);
	is_uint(wire_count(w, FLOW_COUNT_SOURCE_EVICTED), 20001 - 1000);
	is_uint(wire_rows(w), 40);
}

/*
 * One that has sent for ten seconds is silent while 20000 invented senders announce templates, or
 * names, beyond every limit in all: it still has its template and its rate (1 of 7) afterwards.
 */
static void
test_flood_meanwhile(struct wire *w, void (*forge)(struct wire *, uint32_t))
{
	uint32_t i;

	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	wire_v9(w, 0, 1, "0101 0004 0004 0001 0004 0022 0004");
	wire_v9(w, 0, 257, "00000000 00000007");
	w->dg.received_ms += 10000;
	wire_v9(w, 0, 256, "00000001");
	for (i = 0; i < 20000; i++) {
		w->dg.exporter = addr_from_v4(0x0a000000 + i);
		forge(w, i);
	}
	ok(wire_count(w, FLOW_COUNT_SOURCE_EVICTED) > 0);
	w->dg.exporter = addr_from_v4(0xc0000201);
	wire_v9(w, 0, 256, "00000002");
	is_uint(wire_rows(w), 2);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 1), 14);
	/* Who comes during the flood is heard, too. */
	w->dg.exporter = addr_from_v4(0xc0000203);
	wire_v9(w, 0, 1, "0101 0004 0004 0001 0004 0022 0004");
	wire_v9(w, 0, 257, "00000000 00000009");
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	wire_v9(w, 0, 256, "00000001");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 9);
}

static void
forge_template(struct wire *w, uint32_t i)
{
	(void)i;
	wire_v9(w, 0, 0, "0100 0001 0002 0004 0101 0001 0002 0004 0102 0001 0002 0004");
}

static void
forge_name(struct wire *w, uint32_t i)
{
	(void)i;
	wire_v9(w, 0, 1, "0101 0004 0004 0002 0004 0052 0004");
	wire_v9(w, 0, 257, "00000001 69663030 00000002 69663031");
}

static void
test_source_flood_meanwhile(struct wire *w)
{
	test_flood_meanwhile(w, forge_template);
}

static void
test_name_flood_meanwhile(struct wire *w)
{
	test_flood_meanwhile(w, forge_name);
}

/* One source's own names, however many, leave room for its rates. */
static void
test_names_and_rate(struct wire *w)
{
	char hex[64];
	unsigned i;

	wire_ipfix(w, 0, 3, "0200 0002 0001 000a 0004 0052 0004 0201 0002 0001 0095 0004 0022 0004");
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	for (i = 1; i <= 60; i++) {
		(void)snprintf(hex, sizeof(hex), "%08x 69663030", i);
		wire_ipfix(w, 0, 512, hex);
	}
	is_uint(wire_count(w, FLOW_COUNT_NAME_LIMIT), 10);
	wire_ipfix(w, 0, 513, "00000000 00000007");
	wire_ipfix(w, 0, 256, "00000001");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 7);
}

/* Data sets without template, 1 KiB each: no more than the limit waits, the rest is counted. */
static void
test_held_flood(struct wire *w)
{
	struct buf b = BUF_INIT;
	int i;
	size_t k, set;

	for (i = 0; i < 1000; i++) {
		put_v9_header(&b, 1, 1, (uint32_t)i % 4);
		set = put_set(&b, 256);
		for (k = 0; k < 1020; k++)
			buf_append_u8(&b, 1);
		put_set_end(&b, set);
		wire_feed(w, &b);
	}
	buf_release(&b);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1000);
	ok(wire_count(w, FLOW_COUNT_NO_TEMPLATE) >= 1000 - 64);
	/* The template's coming decodes what is left: at most 64 KiB, 255 rows a set. */
	for (i = 0; i < 4; i++)
		wire_v9(w, (uint32_t)i, 0, "0100 0001 0002 0004");
	ok(wire_rows(w) > 0 && wire_rows(w) <= 64 * 255);
	is_uint(wire_rows(w), wire_count(w, FLOW_COUNT_SETS_RESCUED) * 255);
	is_uint(wire_count(w, FLOW_COUNT_SETS_RESCUED) + wire_count(w, FLOW_COUNT_NO_TEMPLATE), 1000);
}

/* A set of 1 KiB without its template, of 255 rows of 4 bytes. */
static void
send_untold(struct wire *w, uint32_t exporter)
{
	struct buf b = BUF_INIT;
	size_t k, set;

	w->dg.exporter = addr_from_v4(exporter);
	put_v9_header(&b, 1, 1, 0);
	set = put_set(&b, 256);
	for (k = 0; k < 1020; k++)
		buf_append_u8(&b, 1);
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

/* One who has sent for 10 s waits for its template, whatever senders are invented meanwhile. */
static void
test_held_newcomers(struct wire *w)
{
	uint32_t i;

	send_untold(w, 0xc0000201);
	w->dg.received_ms += 10000;
	send_untold(w, 0xc0000201);
	for (i = 0; i < 1000; i++)
		send_untold(w, 0x0a000000 + i);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1002);
	w->dg.exporter = addr_from_v4(0xc0000201);
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	is_uint(wire_rows(w), 2 * 255);
	is_uint(wire_count(w, FLOW_COUNT_SETS_RESCUED), 2);
	ok(wire_count(w, FLOW_COUNT_NO_TEMPLATE) >= 1000 - 64);
}

/* Where all that waits is of such, a newcomer's is given up rather than theirs. */
static void
test_held_by_others(struct wire *w)
{
	uint32_t i, k;

	for (i = 0; i < 32; i++)
		send_untold(w, 0xc0000200 + i);
	w->dg.received_ms += 10000;
	for (k = 0; k < 3; k++)
		for (i = 0; i < 32; i++)
			send_untold(w, 0xc0000200 + i);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 128);
	i = (uint32_t)wire_count(w, FLOW_COUNT_NO_TEMPLATE);
	send_untold(w, 0x0a000001);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 128);
	is_uint(wire_count(w, FLOW_COUNT_NO_TEMPLATE), i + 1);
	/* Of equal ones the oldest goes. */
	send_untold(w, 0xc0000205);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 129);
	is_uint(wire_count(w, FLOW_COUNT_NO_TEMPLATE), i + 2);
}

/* Interface names without end: the limit holds, and what was known stays. */
static void
test_name_flood(struct wire *w)
{
	struct flow_source_info info;
	char hex[64];
	unsigned i;

	wire_ipfix(w, 0, 3, "0200 0002 0001 000a 0004 0052 0004");
	for (i = 1; i <= 500; i++) {
		(void)snprintf(hex, sizeof(hex), "%08x 69663030", i);
		wire_ipfix(w, 0, 512, hex);
	}
	flow_decoder_source(w->d, 0, &info);
	is_uint(info.names, 50);
	is_uint(wire_count(w, FLOW_COUNT_NAME_LIMIT), 450);
}

/* Far more fields than a template may have, and as many as a set can carry. */
static void
test_many_fields(struct wire *w)
{
	announce(w, 0, 256, 16000);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_LIMIT) + wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 1);
	/* A count that the set does not hold. */
	wire_v9(w, 0, 0, "0100 ffff 0002 0004");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_LIMIT) + wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 2);
	announce(w, 0, 257, 100);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES), 1);
}

/* 10000 exporters with a template each: all are found again. */
static void
test_many_exporters(struct wire *w)
{
	uint32_t i;

	for (i = 0; i < 10000; i++) {
		w->dg.exporter = addr_from_v4(0x0a000000 + i);
		wire_v9(w, i % 7, 0, i % 2 == 0 ? "0100 0001 0002 0004" : "0100 0001 0001 0004");
	}
	for (i = 0; i < 10000; i++) {
		w->dg.exporter = addr_from_v4(0x0a000000 + i);
		wire_v9(w, i % 7, 256, "00000007");
	}
	is_uint(flow_decoder_sources(w->d), 10000);
	is_uint(wire_rows(w), 10000);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 4242), 7);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 4243), 7);
	is_uint(wire_number(w, FLOW_FIELD_DOMAIN, 4243), 4243 % 7);
}

int
main(void)
{
	const struct flow_decoder_options templates = { .max_source_templates = 100 };
	const struct flow_decoder_options sources = { .max_sources = 1000 };
	const struct flow_decoder_options some_templates = { .max_templates = 100 };
	const struct flow_decoder_options some_names = { .max_total_names = 100 };
	const struct flow_decoder_options held = { .max_held_bytes = 64 << 10 };
	const struct flow_decoder_options names = { .max_names = 50 };

	wire_run(test_template_bomb, &templates);
	wire_run(test_source_flood, &sources);
	wire_run(test_source_flood_meanwhile, &sources);
	wire_run(test_source_flood_meanwhile, &some_templates);
	wire_run(test_name_flood_meanwhile, &some_names);
	wire_run(test_names_and_rate, &names);
	wire_run(test_held_flood, &held);
	wire_run(test_held_newcomers, &held);
	wire_run(test_held_by_others, &held);
	wire_run(test_name_flood, &names);
	wire_run(test_many_fields, NULL);
	wire_run(test_many_exporters, NULL);
	return tap_done();
}
