/* SPDX-License-Identifier: BSD-2-Clause */
/* Senders behind one address, and one sender behind several ports. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "wire/state/decoder_state.h"
#include "wire/wire_helper.h"

/* Template 256: source port and packets; or the other way round. */
#define FORWARD "0100 0002 0007 0002 0002 0004"
#define BACKWARD "0100 0002 0002 0004 0007 0002"
#define FORWARD_ROW "0457 00000005"
#define BACKWARD_ROW "00000007 0d05"

static void
v9(struct wire *w, uint16_t port, uint16_t set, const char *hex)
{
	w->dg.port = port;
	wire_v9(w, 0, set, hex);
}

static void
wait_ms(struct wire *w, int64_t ms)
{
	w->dg.received_ms += ms;
}

/* Decodes what may be decoded now; whether that was anything. */
static bool
settles(struct wire *w, int64_t now_ms)
{
	bool any = false;

	while (flow_decoder_settle(w->d, now_ms, w->rows) == FLOW_OK)
		any = true;
	return any;
}

/* Each has its template, in another order, and none is used for the other's data. */
static void
test_two(struct wire *w)
{
	v9(w, 40001, 0, FORWARD);
	v9(w, 40001, 256, FORWARD_ROW);
	v9(w, 40002, 256, BACKWARD_ROW);	/* before its template */
	v9(w, 40001, 256, FORWARD_ROW);
	wait_ms(w, 60000);
	v9(w, 40002, 256, BACKWARD_ROW);
	ok(!settles(w, w->dg.received_ms));
	is_uint(wire_rows(w), 2);
	v9(w, 40002, 0, BACKWARD);
	is_uint(wire_rows(w), 4);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 1), 1111);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 1), 5);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 2), 3333);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 7);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 3), 7);
	is_uint(flow_decoder_sources(w->d), 2);
	/* A template that both announce, and differently, is not lent to a third. */
	wait_ms(w, 60000);
	v9(w, 40003, 256, FORWARD_ROW);
	wait_ms(w, 60000);
	v9(w, 40003, 256, FORWARD_ROW);
	ok(!settles(w, INT64_MAX));
	is_uint(wire_rows(w), 4);
}

/* The port changed (NAT, a reboot): the old one is silent, so that its template is the new one's. */
static void
test_moved(struct wire *w)
{
	v9(w, 40001, 0, FORWARD);
	v9(w, 40001, 256, FORWARD_ROW);
	v9(w, 50000, 256, FORWARD_ROW);
	is_uint(wire_rows(w), 1);
	wait_ms(w, 20000);
	v9(w, 50000, 256, FORWARD_ROW);
	is_uint(wire_rows(w), 1);
	wait_ms(w, 10000);
	v9(w, 50000, 256, FORWARD_ROW);
	is_uint(wire_rows(w), 4);
	/* From now on at once. */
	v9(w, 50000, 256, FORWARD_ROW);
	is_uint(wire_rows(w), 5);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 4), 1111);
	is_uint(wire_count(w, FLOW_COUNT_NO_TEMPLATE), 0);
}

/* It sent once from a port and never again: time alone, or the end, shows that it moved. */
static void
test_port_for_each(struct wire *w)
{
	v9(w, 40001, 0, FORWARD);
	v9(w, 40002, 256, FORWARD_ROW);
	v9(w, 40003, 256, FORWARD_ROW);
	wait_ms(w, 29000);
	ok(!settles(w, w->dg.received_ms));
	wait_ms(w, 1000);
	ok(settles(w, w->dg.received_ms));
	is_uint(wire_rows(w), 2);
	v9(w, 40004, 256, FORWARD_ROW);
	ok(settles(w, INT64_MAX));
	is_uint(wire_rows(w), 3);
	is_uint(flow_decoder_waiting(w->d), 0);
}

/* Templates come from one socket, which sends data too, data also from another. */
static void
test_rival_lends(struct wire *w)
{
	unsigned minute;

	v9(w, 40001, 0, FORWARD);
	v9(w, 40002, 256, FORWARD_ROW);
	for (minute = 0; minute < 14; minute++) {
		wait_ms(w, 60000);
		v9(w, 40001, 256, FORWARD_ROW);
		ok(!settles(w, w->dg.received_ms));
	}
	wait_ms(w, 60000);
	ok(settles(w, w->dg.received_ms));
	is_uint(wire_rows(w), 15);
	v9(w, 40002, 256, FORWARD_ROW);
	is_uint(wire_rows(w), 16);
}

/* Loss is each sender's own; one row of the report tells both. */
static void
test_sequences(struct wire *w)
{
	struct buf b = BUF_INIT, json = BUF_INIT;
	unsigned i;

	w->dg.received_ms = (int64_t)WIRE_EXPORT_S * 1000;
	for (i = 0; i < 5; i++) {
		w->dg.port = 40001;
		put_v9_header(&b, 0, 100 + i, 0);
		wire_feed(w, &b);
		w->dg.port = 40002;
		put_v9_header(&b, 0, 7000 + i, 0);
		wire_feed(w, &b);
	}
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_LOST), 0);
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_RESTARTS), 0);
	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, 0);
	is_str((const char *)json.data, "[{\"exporter\":\"192.0.2.1\",\"version\":9,\"domain\":0,\"flows\":0,"
	    "\"packets\":0,\"bytes\":0,\"datagrams\":10,\"lost\":0,\"late\":0,\"restarts\":0,\"senders\":2}]");
	buf_release(&b);
	buf_release(&json);
}

/* version 5, an agent given in hexadecimal, sub-agent 0, sequence, uptime, no sample */
static void
sflow(struct wire *w, const char *agent, uint32_t sequence)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "00000005");
	put_hex(&b, agent);
	buf_append_be32(&b, 0);
	buf_append_be32(&b, sequence);
	put_hex(&b, "000003e8 00000000");
	wire_feed(w, &b);
	buf_release(&b);
}

/* Agents behind one address, one of them by IPv6; one that does not say its address. */
static void
test_agents(struct wire *w)
{
	const struct addr sender = addr_from_v4(0xc0000201);
	struct flow_source_info info;
	struct buf json = BUF_INIT;
	unsigned i;

	for (i = 0; i < 5; i++) {
		sflow(w, "00000001 0a000001", 100 + i);
		sflow(w, "00000002 20010db8000000000000000000000001", 9000 + i);
		sflow(w, "00000001 00000000", 50 + i);
	}
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_LOST), 0);
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_RESTARTS), 0);
	is_uint(flow_decoder_sources(w->d), 3);
	flow_decoder_source(w->d, 0, &info);
	ok(addr_equal(&info.sender, &sender));
	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, 0);
	ok(strstr((const char *)json.data, "\"exporter\":\"10.0.0.1\"") != NULL);
	ok(strstr((const char *)json.data, "\"exporter\":\"2001:db8::1\"") != NULL);
	ok(strstr((const char *)json.data, "\"sender\":\"192.0.2.1\"") != NULL);
	ok(strstr((const char *)json.data, "\"exporter\":\"192.0.2.1\"") != NULL);
	buf_release(&json);
}

/* An sFlow agent that takes a new port for each datagram counts on; the fourth one is missing. */
static void
test_ports_of_agent(struct wire *w)
{
	static const char *const number[] = { "00000064", "00000065", "00000066", "00000068", "00000069" };
	struct buf json = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(number); i++) {
		struct buf b = BUF_INIT;

		put_hex(&b, "00000005 00000001 0a000001 00000000");
		put_hex(&b, number[i]);
		put_hex(&b, "00001000 00000000");
		w->dg.port = (uint16_t)(40001 + i);
		wire_feed(w, &b);
		buf_release(&b);
	}
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_LOST), 1);
	is_uint(wire_count(w, FLOW_COUNT_SEQUENCE_RESTARTS), 0);
	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, '\0');
	ok(strstr((const char *)json.data, "\"lost\":1,") != NULL);
	buf_release(&json);
}

static void
test_exporter_of_datagram(void)
{
	static const uint8_t sflow5[] = { 0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1 };
	static const uint8_t cut[] = { 0, 0, 0, 5, 0, 0, 0, 2, 10, 0, 0, 1 };
	static const uint8_t v9[] = { 0, 9, 0, 0, 0, 0, 0, 1, 10, 0, 0, 1 };
	struct flow_datagram d = { .bytes = sflow5, .len = sizeof(sflow5), .exporter = addr_from_v4(0xc0000201) };
	struct addr agent = addr_from_v4(0x0a000001), got = flow_datagram_exporter(&d);

	ok(addr_equal(&got, &agent));
	d.bytes = cut;
	got = flow_datagram_exporter(&d);
	ok(addr_equal(&got, &d.exporter));
	d.bytes = v9;
	got = flow_datagram_exporter(&d);
	ok(addr_equal(&got, &d.exporter));
}

/* Option data: rates of interface 7, `rate` in hexadecimal. */
static void
announce(struct wire *w, uint16_t port, const char *rate)
{
	char row[32];

	v9(w, port, 1, "0200 0004 0004 0002 0004 0022 0004");
	snprintf(row, sizeof(row), "00000007 %s", rate);
	v9(w, port, 512, row);
}

static void
sampled(struct wire *w, size_t row, uint64_t rate, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, row), rate);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
}

/* Rates come from a socket of their own, as templates may; not from one of several. */
static void
test_rates_elsewhere(struct wire *w)
{
	static const char records[] = "0100 0002 000a 0004 0002 0004", row[] = "00000007 00000003";

	announce(w, 40002, "00000014");
	v9(w, 40001, 0, records);
	v9(w, 40001, 256, row);
	v9(w, 40001, 256, "00000009 00000003");
	sampled(w, 0, 20, 60);
	sampled(w, 1, WIRE_NULL, 3);
	/* Not another domain's, nor of another address. */
	wire_v9(w, 5, 0, records);
	wire_v9(w, 5, 256, row);
	sampled(w, 2, WIRE_NULL, 3);
	w->dg.exporter = addr_from_v4(0xc0000209);
	v9(w, 40001, 0, records);
	v9(w, 40001, 256, row);
	sampled(w, 3, WIRE_NULL, 3);
	w->dg.exporter = addr_from_v4(0xc0000201);
	/* Two announce some: whose this port's are nobody knows, until it says so itself. */
	announce(w, 40003, "00000014");
	v9(w, 40001, 256, row);
	announce(w, 40001, "00000028");
	v9(w, 40001, 256, row);
	sampled(w, 4, WIRE_NULL, 3);
	sampled(w, 5, 40, 120);
}

/* The same of a sampler, a template and the domain, and after a start with saved state. */
static void
test_rates_elsewhere_saved(struct wire *w)
{
	struct buf b = BUF_INIT;
	struct flow_error err;
	struct wire later;

	announce(w, 40002, "00000014");
	v9(w, 40002, 1, "0201 0004 0008 0001 0004 0030 0004 0022 0004  0202 0004 0004 0005 0002 0022 0004"
	    "0203 0004 0004 0001 0004 0022 0004");
	v9(w, 40002, 513, "00000000 00000005 00000006");
	v9(w, 40002, 514, "0101 0000000b");
	v9(w, 40002, 515, "00000000 0000000d");
	v9(w, 40001, 0, "0100 0003 0030 0004 000a 0004 0002 0004  0101 0001 0002 0004  0102 0001 0002 0004");
	flow_decoder_save(w->d, &b);
	wire_begin(&later, NULL);
	is_int(flow_decoder_load(later.d, b.data, b.len, &err), FLOW_OK);
	v9(&later, 40001, 256, "00000005 00000007 00000003  00000000 00000007 00000003");
	v9(&later, 40001, 257, "00000003");
	v9(&later, 40001, 258, "00000003");
	sampled(&later, 0, 6, 18);
	sampled(&later, 1, 20, 60);
	sampled(&later, 2, 11, 33);
	sampled(&later, 3, 13, 39);
	wire_end(&later);
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_two, NULL);
	wire_run(test_moved, NULL);
	wire_run(test_port_for_each, NULL);
	wire_run(test_rival_lends, NULL);
	wire_run(test_sequences, NULL);
	wire_run(test_agents, NULL);
	wire_run(test_ports_of_agent, NULL);
	wire_run(test_rates_elsewhere, NULL);
	wire_run(test_rates_elsewhere_saved, NULL);
	test_exporter_of_datagram();
	return tap_done();
}
