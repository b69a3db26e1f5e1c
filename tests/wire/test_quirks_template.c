/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates: redefinition, withdrawal, odd and variable lengths, and exporters that misuse them. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "wire/wire_helper.h"

/* The same id with another layout: what follows is decoded by the new one, nothing by the old. */
static void
test_redefinition(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0001 0004 0002 0004");
	wire_v9(w, 0, 256, "00000064 00000002");
	wire_v9(w, 0, 0, "0100 0002 0002 0004 0001 0004");
	wire_v9(w, 0, 256, "00000003 000000c8");
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 100);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), 200);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 1), 3);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES_CHANGED), 1);
	/* The same again is a refresh, no change. */
	wire_v9(w, 0, 0, "0100 0002 0002 0004 0001 0004");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES_CHANGED), 1);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES), 3);
}

/* A data template becomes an options template of the same id, and back. */
static void
test_other_kind(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0001 0004 0002 0004");
	wire_v9(w, 0, 1, "0100 0004 0004 0001 0004 0022 0004");
	wire_v9(w, 0, 256, "00000000 00000064");
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 1);
	wire_v9(w, 0, 0, "0100 0002 0001 0004 0002 0004");
	wire_v9(w, 0, 256, "00000064 00000002");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 200);
}

/* RFC 7011 8.1: one template, all of them (set id as template id), and words without sense. */
static void
test_withdrawal(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004 0101 0001 0002 0004");
	wire_ipfix(w, 0, 2, "0100 0000");
	is_uint(wire_count(w, FLOW_COUNT_WITHDRAWALS), 1);
	wire_ipfix(w, 0, 256, "00000001");
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1);
	wire_ipfix(w, 0, 257, "00000001");
	is_uint(wire_rows(w), 1);
	/* An id that was never announced, ids that no template has, a withdrawal cut short. */
	wire_ipfix(w, 0, 2, "03e7 0000");
	wire_ipfix(w, 0, 2, "00ff 0000");
	wire_ipfix(w, 0, 2, "0003 0000");
	wire_ipfix(w, 0, 2, "0000 0000");
	wire_ipfix(w, 0, 2, "0101");
	wire_ipfix(w, 0, 257, "00000001");
	is_uint(wire_rows(w), 2);
	/* All data templates; options templates stay. */
	wire_ipfix(w, 0, 3, "0200 0002 0001 0095 0004 0022 0004");
	wire_ipfix(w, 0, 2, "0002 0000");
	wire_ipfix(w, 0, 257, "00000001");
	is_uint(wire_rows(w), 2);
	wire_ipfix(w, 0, 512, "00000000 00000010");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 1);
	/* All options templates. */
	wire_ipfix(w, 0, 3, "0003 0000");
	wire_ipfix(w, 0, 512, "00000000 00000010");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 1);
	/* v9 knows no withdrawal: a template without fields is malformed. */
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	wire_v9(w, 0, 0, "0100 0000");
	wire_v9(w, 0, 256, "00000001");
	is_uint(wire_rows(w), 3);
}

/* Variable lengths (RFC 7011 7): short form, long form, and ones that go past the set's end. */
static void
test_variable_length(struct wire *w)
{
	/* applicationName 96, then packets */
	wire_ipfix(w, 0, 2, "0100 0002 0060 ffff 0002 0004");
	wire_ipfix(w, 0, 256, "03 646e73 00000001 ff0004 68747470 00000002 00 00000003");
	is_uint(wire_rows(w), 3);
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 0), "dns");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 1), "http");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 1), 2);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 3);
	/* 255 announces two more bytes: they say 65535, and there are not that many. */
	wire_ipfix(w, 0, 256, "03 646e73 00000004 ffffff 00000005");
	is_uint(wire_rows(w), 4);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 3), 4);
	wire_ipfix(w, 0, 256, "fe 646e73 00000006");
	is_uint(wire_rows(w), 4);
	is_uint(wire_count(w, FLOW_COUNT_SET_REMAINDER), 2);
	/* The length's second byte is missing. */
	wire_ipfix(w, 0, 256, "01 61 00000007 ff00");
	is_uint(wire_rows(w), 5);
}

/* Variable lengths in an options template (Arista), even of a scope. */
static void
test_variable_options(struct wire *w)
{
	/* scope 10 ingressInterface of 4 bytes, interfaceName 82 */
	wire_ipfix(w, 0, 3, "0200 0002 0001 000a 0004 0052 ffff");
	wire_ipfix(w, 0, 512, "00000007 05 4574682f37 00000008 03 4c6f30");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 2);
	wire_ipfix(w, 0, 3, "0201 0002 0001 0095 ffff 0022 0004");
	wire_ipfix(w, 0, 513, "01 00 00000014");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_RECORDS), 3);
	wire_ipfix(w, 0, 2, "0100 0002 000a 0004 0002 0004");
	wire_ipfix(w, 0, 256, "00000007 00000001");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 7);
}

/*
 * Lengths that no type has: a 9-byte applicationId (Fortigate), 6-byte station MAC 365 (Cisco WLC),
 * 3-byte MPLS labels, 2-byte protocol.  The fields behind them stay where they are.
 */
static void
test_odd_lengths(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0006 005f 0009 016d 0006 0046 0003 0004 0002 0002 0003 0001 0005");
	/* engine 20, selector 1..; label 16 with its bottom bit; UDP; 5 packets, 6 bytes */
	wire_v9(w, 0, 256, "14 0000000100000002 020000000001 000101 0011 000005 0000000006");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 17);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 5);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 6);
	is_uint(wire_number(w, FLOW_FIELD_MPLS_1, 0) >> 4, 16);
	ok(strstr(wire_text(w, FLOW_FIELD_EXTRA, 0), "02:00:00:00:00:01") != NULL ||
	    strstr(wire_text(w, FLOW_FIELD_EXTRA, 0), "020000000001") != NULL);
}

/* A label stack entry is of 3 bytes (IANA's registry): what is not, is kept as it came. */
static void
test_label_lengths(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0002 0004 0046 0004 0047 ffff");
	wire_ipfix(w, 0, 256, "00000001 00064140 03 000c81");
	is_uint(wire_number(w, FLOW_FIELD_MPLS_1, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_MPLS_2, 0), 0xc81);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0), "{\"mplsTopLabelStackSection\":\"00064140\"}");
	wire_ipfix(w, 0, 256, "00000001 00064140 02 0c81");
	is_uint(wire_number(w, FLOW_FIELD_MPLS_2, 1), WIRE_NULL);
	ok(strstr(wire_text(w, FLOW_FIELD_EXTRA, 1), "\"mplsLabelStackSection2\":\"0c81\"") != NULL);
}

/* The exporter behind a proxy names itself: 130 exporterIPv4Address is kept, not believed. */
static void
test_exporter_address(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0082 0004 0002 0004");
	wire_ipfix(w, 0, 256, "0a090807 00000001");
	is_str(wire_text(w, FLOW_FIELD_EXPORTER, 0), "10.9.8.7");
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 0),
	    "{\"exporterIPv4Address\":\"10.9.8.7\",\"sender\":\"192.0.2.1\"}");
	/* 0.0.0.0 names nobody; a mediator's word (403, 404) is before a proxy's. */
	wire_ipfix(w, 0, 256, "00000000 00000002");
	is_str(wire_text(w, FLOW_FIELD_EXPORTER, 1), "192.0.2.1");
	wire_ipfix(w, 0, 2, "0101 0003 0194 0010 0082 0004 0002 0004");
	wire_ipfix(w, 0, 257, "20010db8000000000000000000000007 0a090807 00000003");
	is_str(wire_text(w, FLOW_FIELD_EXPORTER, 2), "2001:db8::7");
	wire_ipfix(w, 0, 257, "00000000000000000000000000000000 0a090807 00000003");
	is_str(wire_text(w, FLOW_FIELD_EXPORTER, 3), "10.9.8.7");
}

/* Lists of RFC 6313 (basicList 291) are stepped over by their length and kept. */
static void
test_structured_data(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0123 ffff 0002 0004");
	/* semantic allOf 3, element 8, length 4, two addresses */
	wire_ipfix(w, 0, 256, "0d 03 0008 0004 0a000001 0a000002 00000009");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 9);
	ok(strstr(wire_text(w, FLOW_FIELD_EXTRA, 0), "basicList") != NULL);
}

/* Counters as large as they come (RouterOS) are stored as they are. */
static void
test_giant_counters(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0001 0008 0002 0008");
	wire_v9(w, 0, 256, "7ffffffffffffffe 00ffffffffffffff");
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), UINT64_C(0x7ffffffffffffffe));
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), UINT64_C(0x00ffffffffffffff));
}

/* A set with id 0 between good ones; a set longer than the datagram keeps those before it. */
static void
test_bad_sets(struct wire *w)
{
	struct buf b = BUF_INIT;

	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	put_ipfix_header(&b, 0, 0);
	put_hex(&b, "0100 0008 00000001  0000 0008 deadbeef  0100 0008 00000002  0100 00ff 00000003");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 2);
	is_uint(wire_count(w, FLOW_COUNT_SET_LENGTH), 1);
	/* A length shorter than its own header would never end. */
	put_ipfix_header(&b, 0, 0);
	put_hex(&b, "0100 0003 00000001 0100 0008 00000002");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 2);
	is_uint(wire_count(w, FLOW_COUNT_SET_LENGTH), 2);
	buf_release(&b);
}

/* Every (scope, option) length of a v9 options template, in a set too short, right and too long. */
static void
test_option_lengths(struct wire *w)
{
	struct buf b = BUF_INIT;
	unsigned scope, option, have;

	for (scope = 0; scope <= 20; scope++) {
		for (option = 0; option <= 20; option++) {
			for (have = 0; have <= 44; have += 4) {
				size_t set, i;

				put_v9_header(&b, 1, 1, 0);
				set = put_set(&b, 1);
				put16(&b, 512, (int)scope, (int)option, WIRE_STOP);
				for (i = 0; i < have / 4; i++)
					put16(&b, 1, 4, WIRE_STOP);
				put_set_end(&b, set);
				wire_feed(w, &b);
			}
		}
	}
	/* What was made of them does not stop what comes after. */
	wire_v9(w, 0, 0, "0100 0001 0002 0004");
	wire_v9(w, 0, 256, "00000001");
	is_uint(wire_rows(w), 1);
	ok(wire_count(w, FLOW_COUNT_TEMPLATE_BAD) > 0);
	buf_release(&b);
}

/* Each element of the table in each odd length: nothing is overrun, the next field is right. */
static void
test_element_lengths(struct wire *w)
{
	static const unsigned lengths[] = { 0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 50, 255 };
	struct buf b = BUF_INIT;
	unsigned id, right = 0, fed = 0;
	size_t i, k;

	for (id = 1; id <= 500; id++) {
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			size_t set, row = wire_rows(w);

			if (id == 4)	/* the field that is looked at */
				continue;
			put_v9_header(&b, 1, 1, 0);
			set = put_set(&b, 0);
			put16(&b, 256, 2, (int)id, (int)lengths[i], 4, 1, WIRE_STOP);
			put_set_end(&b, set);
			set = put_set(&b, 256);
			for (k = 0; k < lengths[i]; k++)
				buf_append_u8(&b, 0xff);
			buf_append_u8(&b, 89);
			put_set_end(&b, set);
			wire_feed(w, &b);
			fed++;
			right += wire_rows(w) > row && wire_number(w, FLOW_FIELD_PROTO, row) == 89;
		}
	}
	/* Options data in data templates (34 and the like) make rows too. */
	is_uint(right, fed);
	buf_release(&b);
}

/* RFC 7011 3.3.1: zeros behind the last template of a set, in v9 and IPFIX, data and options; 1 to 12. */
static void
test_set_padding(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0007 0002 00000000");
	wire_ipfix(w, 0, 2, "0100 0001 0007 0002 000000000000000000000000");
	wire_ipfix(w, 0, 3, "0101 0002 0001 0095 0004 0022 0004 0000 00000000");
	wire_v9(w, 0, 0, "0100 0001 0007 0002 00000000");
	wire_v9(w, 0, 0, "0100 0001 0007 0002 00");
	wire_v9(w, 0, 1, "0101 0004 0004 0001 0004 0022 0004 00000000");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 0);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES), 6);
	/* What is no zero is no padding. */
	wire_ipfix(w, 0, 2, "0100 0001 0007 0002 0007 0001 0007 0002");
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_BAD), 1);
}

/* Ports of 4 bytes, a mask of 2, in columns of 2 and 1: the greatest they hold, and counted. */
static void
test_too_wide(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 0007 0004 000b 0004 0009 0002 0004 0002");
	wire_ipfix(w, 0, 256, "00010000 0000ffff 0018 0006  00000050 ffffffff 0100 0107");
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 65535);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 0), 65535);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 1), 80);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 1), 65535);
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 0), 24);
	is_uint(wire_number(w, FLOW_FIELD_SRC_MASK, 1), 255);
	is_uint(wire_count(w, FLOW_COUNT_VALUE_WIDE), 4);
}

int
main(void)
{
	wire_run(test_redefinition, NULL);
	wire_run(test_other_kind, NULL);
	wire_run(test_withdrawal, NULL);
	wire_run(test_variable_length, NULL);
	wire_run(test_variable_options, NULL);
	wire_run(test_odd_lengths, NULL);
	wire_run(test_label_lengths, NULL);
	wire_run(test_exporter_address, NULL);
	wire_run(test_set_padding, NULL);
	wire_run(test_too_wide, NULL);
	wire_run(test_structured_data, NULL);
	wire_run(test_giant_counters, NULL);
	wire_run(test_bad_sets, NULL);
	wire_run(test_option_lengths, NULL);
	wire_run(test_element_lengths, NULL);
	return tap_done();
}
