/* SPDX-License-Identifier: BSD-2-Clause */
/* Quirks of what records say: ICMP in ports, absent and huge values, texts, big datagrams. */
#include "tap.h"
#include "wire/wire_helper.h"

/* A v5 datagram of one ICMP flow with those ports (8 digits) and protocol 1. */
static void
feed_v5_icmp(struct wire *w, const char *ports)
{
	struct buf b = BUF_INIT;

	put_v5_header(&b, 1, 1, 0);
	put_hex(&b, "0a000001 0a000002 00000000 0001 0002 00000001 00000054 000f3a70 000f4240");
	put_hex(&b, ports);
	put_hex(&b, "00 00 01 00 0000 0000 00 00 0000");
	wire_feed(w, &b);
	buf_release(&b);
}

static void
is_icmp(struct wire *w, size_t row, uint64_t type, uint64_t code)
{
	is_uint(wire_number(w, FLOW_FIELD_ICMP_TYPE, row), type);
	is_uint(wire_number(w, FLOW_FIELD_ICMP_CODE, row), code);
}

/* Type * 256 + code is in the destination port (Cisco); an identifier may be in the other. */
static void
test_icmp_ports(struct wire *w)
{
	feed_v5_icmp(w, "0000 0303");	/* port unreachable */
	is_icmp(w, 0, 3, 3);
	feed_v5_icmp(w, "0800 0b00");	/* identifier 2048, time exceeded */
	is_icmp(w, 1, 11, 0);
	feed_v5_icmp(w, "0800 0000");	/* identifier 2048, echo reply */
	is_icmp(w, 2, 0, 0);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 2), 2048);
}

/* v9 has elements for it: ports alone mean the destination's, elements win over both. */
static void
test_icmp_elements(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0004 0001 0007 0002 000b 0002");
	wire_v9(w, 0, 256, "01 0800 0000 01 0000 0303 06 0800 0000");
	is_icmp(w, 0, 0, 0);
	is_icmp(w, 1, 3, 3);
	is_icmp(w, 2, WIRE_NULL, WIRE_NULL);
	wire_v9(w, 0, 0, "0101 0003 0004 0001 000b 0002 0020 0002");
	wire_v9(w, 0, 257, "01 0303 0b00");
	is_icmp(w, 3, 11, 0);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 3), 0x303);
}

/* No counters (MikroTik, NAT logs): 0 in the required columns, nothing in the optional ones. */
static void
test_no_counters(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0008 0004 000c 0004");
	wire_v9(w, 0, 256, "0a000001 0a000002");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 0);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 0);
	is_uint(wire_number(w, FLOW_FIELD_FLOWS, 0), 1);
	is_uint(wire_number(w, FLOW_FIELD_POST_BYTES, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_POST_PACKETS, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_REV_BYTES, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_REV_PACKETS, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), WIRE_NULL);
}

/* Records without addresses (QFX telemetry) are records. */
static void
test_no_addresses(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 000a 0004 0001 0004");
	wire_v9(w, 0, 256, "00000007 00000064");
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "");
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 100);
}

/* Counters near the greatest (RouterOS), sampled 1 of 2: the greatest, not a negative number. */
static void
test_scaled_giants(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0001 0008 0002 0008 0022 0004");
	wire_v9(w, 0, 256, "4000000000000000 3fffffffffffffff 00000002");
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), INT64_MAX);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), INT64_MAX - 1);
}

/* The same flow by two VLAN subinterfaces (softflowd): both rows, told apart by interface. */
static void
test_subinterfaces(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0003 0008 0004 000a 0004 0001 0004");
	wire_v9(w, 0, 256, "0a000001 00000007 00000064 0a000001 00000008 00000064");
	is_uint(wire_rows(w), 2);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 7);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 1), 8);
}

/* NSEL's events (ASA): created, updated, deleted, denied; each row says which it is. */
static void
test_nsel_events(struct wire *w)
{
	static const uint8_t event[] = { 1, 5, 2, 3 };
	size_t i;

	/* firewallEvent 233, initiatorOctets 231, responderOctets 232, packets 298 and 299 */
	wire_v9(w, 0, 0, "0100 0005 00e9 0001 00e7 0004 00e8 0004 012a 0004 012b 0004");
	wire_v9(w, 0, 256, "01 00000000 00000000 00000000 00000000"
	    "05 00000064 000000c8 00000001 00000002 02 00000065 000000c9 00000003 00000004"
	    "03 00000000 00000000 00000000 00000000");
	for (i = 0; i < sizeof(event); i++)
		is_uint(wire_number(w, FLOW_FIELD_FW_EVENT, i), event[i]);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 100);
	is_uint(wire_number(w, FLOW_FIELD_REV_BYTES, 1), 200);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 3);
	is_uint(wire_number(w, FLOW_FIELD_REV_PACKETS, 2), 4);
}

/* Texts of 0 and 300 bytes, with a NUL within, of broken UTF-8, with quotes and controls. */
static void
test_texts(struct wire *w)
{
	char name[301];
	struct buf b = BUF_INIT;
	size_t set, i;

	for (i = 0; i < 300; i++)
		name[i] = 'x';
	name[300] = '\0';
	wire_ipfix(w, 0, 2, "0100 0002 0060 ffff 0002 0001");
	wire_ipfix(w, 0, 256, "00 01 03 61ff62 02 03 22090a 03");
	put_ipfix_header(&b, 0, 0);
	set = put_set(&b, 256);
	put_hex(&b, "ff 012c");
	buf_append(&b, name, 300);
	put_hex(&b, "04");
	put_set_end(&b, set);
	wire_feed(w, &b);
	is_uint(wire_rows(w), 4);
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 0), "");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 1), "a\xef\xbf\xbd" "b");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 2), "\"\t\n");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 3), name);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 3), 4);
	buf_release(&b);
}

/* Records of 1 to 4 bytes with 0 to 7 bytes of padding, all zero: as many as fit, never more. */
static void
test_paddings(struct wire *w)
{
	unsigned len, pad, i;
	size_t rows = 0;

	for (len = 1; len <= 4; len++) {
		for (pad = 0; pad <= 7; pad++) {
			struct buf b = BUF_INIT;
			size_t set;

			put_v9_header(&b, 1, 1, 0);
			set = put_set(&b, 0);
			put16(&b, 256, 1, 2, (int)len, WIRE_STOP);
			put_set_end(&b, set);
			set = put_set(&b, 256);
			for (i = 0; i < 3 * len + pad; i++)
				buf_append_u8(&b, i < 3 * len);
			put_set_end(&b, set);
			wire_feed(w, &b);
			rows += 3 + pad / len;
			is_uint(wire_rows(w), rows);
			buf_release(&b);
		}
	}
	is_uint(wire_count(w, FLOW_COUNT_SET_REMAINDER), 0);
}

/* The largest UDP datagram, 65507 bytes (fragments): (65507 - 20 - 4) / 29 = 2258 records. */
static void
test_largest(struct wire *w)
{
	struct buf b = BUF_INIT;
	size_t set;

	wire_v9(w, 0, 0, "0100 0002 0008 0004 0123 0019");
	put_v9_header(&b, 2258, 2, 0);
	set = put_set(&b, 256);
	while (b.len < 65507)
		buf_append_u8(&b, 0);
	put_set_end(&b, set);
	wire_feed(w, &b);
	is_uint(wire_rows(w), 2258);
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_icmp_ports, NULL);
	wire_run(test_icmp_elements, NULL);
	wire_run(test_no_counters, NULL);
	wire_run(test_no_addresses, NULL);
	wire_run(test_scaled_giants, NULL);
	wire_run(test_subinterfaces, NULL);
	wire_run(test_nsel_events, NULL);
	wire_run(test_texts, NULL);
	wire_run(test_paddings, NULL);
	wire_run(test_largest, NULL);
	return tap_done();
}
