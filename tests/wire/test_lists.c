/* SPDX-License-Identifier: BSD-2-Clause */
/* Structured data (RFC 6313): opened in `extra`, and in columns where it says what the record does not. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "wire/state/decoder_state.h"
#include "wire/template/list.h"
#include "wire_helper.h"

static const char *
extra(struct wire *w, size_t row)
{
	return wire_text(w, FLOW_FIELD_EXTRA, row);
}

/* basicList 291 alone in a record: template 256, variable length. */
static void
basic(struct wire *w, const char *hex)
{
	wire_ipfix(w, 0, 256, hex);
}

/* Semantic allOf (3), sourceIPv4Address (8) of 4 bytes; an element of variable length; each semantic. */
static void
test_basic(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0123 ffff 0002 0004");
	basic(w, "0d 03 0008 0004 0a000001 0a000002 00000009");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 9);
	is_str(extra(w, 0),
	    "{\"basicList\":{\"semantic\":\"allOf\",\"sourceIPv4Address\":[\"10.0.0.1\",\"10.0.0.2\"]}}");
	/* interfaceName (82): "a", "", a length of three bytes "bc" */
	basic(w, "0d ff 0052 ffff 01 61 00 ff0002 6263 00000009");
	is_str(extra(w, 1), "{\"basicList\":{\"interfaceName\":[\"a\",null,\"bc\"]}}");
	/* Of an enterprise: aluNatSubString 637/93, and one that nobody knows. */
	basic(w, "0c 04 805d ffff 0000027d 02 6869 00000009");
	is_str(extra(w, 2), "{\"basicList\":{\"semantic\":\"ordered\",\"aluNatSubString\":[\"hi\"]}}");
	basic(w, "0d 07 8001 0002 0000fc00 0001 00ff 00000009");
	is_str(extra(w, 3), "{\"basicList\":{\"semantic\":7,\"64512/1\":[\"0001\",\"00ff\"]}}");
	/* Empty lists: none of element 4, and no list at all. */
	basic(w, "05 00 0004 0001 00000009");
	is_str(extra(w, 4), "{\"basicList\":{\"semantic\":\"noneOf\",\"protocolIdentifier\":[]}}");
	basic(w, "00 00000009");
	is_str(extra(w, 5), "");
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 0);
}

/* Lengths that lie: the values that are whole, and the rest as octets. */
static void
test_basic_lies(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0123 ffff 0002 0004");
	basic(w, "0b ff 0008 0004 0a000001 0a00 00000009");
	is_str(extra(w, 0), "{\"basicList\":{\"sourceIPv4Address\":[\"10.0.0.1\"],\"octets\":\"0a00\"}}");
	basic(w, "09 ff 0052 ffff 01 61 09 62 00000009");
	is_str(extra(w, 1), "{\"basicList\":{\"interfaceName\":[\"a\"],\"octets\":\"0962\"}}");
	/* Values of no length would never end. */
	basic(w, "07 ff 0008 0000 0102 00000009");
	is_str(extra(w, 2), "{\"basicList\":{\"sourceIPv4Address\":[],\"octets\":\"0102\"}}");
	/* Cut before the element's length, and before its enterprise. */
	basic(w, "04 ff 0008 00 00000009");
	is_str(extra(w, 3), "{\"basicList\":{\"octets\":\"ff000800\"}}");
	basic(w, "07 ff 8008 0004 0000 00000009");
	is_str(extra(w, 4), "{\"basicList\":{\"octets\":\"ff800800040000\"}}");
	/* A length of 65535 where nothing follows. */
	basic(w, "06 ff 0052 ffff ff 00000009");
	is_str(extra(w, 5), "{\"basicList\":{\"interfaceName\":[],\"octets\":\"ff\"}}");
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 6);
	is_uint(wire_rows(w), 6);
}

/* subTemplateList of template 300: protocolIdentifier and interfaceName. */
static void
test_sub_list(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0124 ffff 0002 0004  012c 0002 0021 0001 0052 ffff");
	wire_ipfix(w, 0, 256, "0a 03 012c 06 01 61 11 02 6263 00000001");
	is_str(extra(w, 0), "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":["
	    "{\"igmpType\":6,\"interfaceName\":\"a\"},{\"igmpType\":17,\"interfaceName\":\"bc\"}]}}");
	/* No record; a record that is cut. */
	wire_ipfix(w, 0, 256, "03 ff 012c 00000001");
	is_str(extra(w, 1), "{\"subTemplateList\":{\"records\":[]}}");
	wire_ipfix(w, 0, 256, "08 ff 012c 06 00 11 05 61 00000001");
	is_str(extra(w, 2), "{\"subTemplateList\":{\"records\":[{\"igmpType\":6},"
	    "{\"template\":300,\"octets\":\"110561\"}]}}");
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 1);
	/* Template 301 is unknown, and then it is not. */
	wire_ipfix(w, 0, 256, "05 ff 012d 0102 00000001");
	is_str(extra(w, 3),
	    "{\"subTemplateList\":{\"records\":[{\"template\":301,\"octets\":\"0102\"}]}}");
	is_uint(wire_count(w, FLOW_COUNT_LIST_TEMPLATE), 1);
	wire_ipfix(w, 0, 2, "012d 0001 0021 0002");
	wire_ipfix(w, 0, 256, "05 ff 012d 0102 00000001");
	is_str(extra(w, 4), "{\"subTemplateList\":{\"records\":[{\"igmpType\":258}]}}");
	/* It changes: what was made of it before is not used. */
	wire_ipfix(w, 0, 2, "012d 0001 00d2 0002");
	wire_ipfix(w, 0, 256, "05 ff 012d 0102 00000001");
	is_str(extra(w, 5), "{\"subTemplateList\":{\"records\":[{}]}}");
	/* Cut before the id; a reserved one. */
	wire_ipfix(w, 0, 256, "02 03 01 00000001");
	is_str(extra(w, 6), "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":[],\"octets\":\"01\"}}");
	wire_ipfix(w, 0, 256, "04 ff 00ff 07 00000001");
	is_str(extra(w, 7), "{\"subTemplateList\":{\"records\":[],\"octets\":\"00ff07\"}}");
}

/* An element that repeats in a record of a list, and a list of fixed length. */
static void
test_sub_list_repeats(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0124 0007  012c 0003 0021 0001 0052 0002 0021 0001");
	wire_ipfix(w, 0, 256, "ff 012c 06 6100 11");
	is_str(extra(w, 0),
	    "{\"subTemplateList\":{\"records\":[{\"igmpType\":[6,17],\"interfaceName\":\"a\"}]}}");
}

/*
 * YAF 2: TCP fields, MAC addresses and payload in a subTemplateMultiList, each a record of its own
 * template.
 */
static void
test_yaf2(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0004 0001 0008 0004 0125 ffff"
	    "c003 0003 00b8 0004 800e 0001 00001ad7 800f 0001 00001ad7"
	    "c004 0002 0038 0006 0050 0006"
	    "c008 0002 8012 ffff 00001ad7 c012 ffff 00001ad7");
	wire_ipfix(w, 0, 256, "06 c0000201 2a 03"
	    "c003 000a 00000064 02 1b"
	    "c004 0010 020000000001 020000000002"
	    "c008 000f 06 474554202f0d 03 323030");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), 27);
	is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, 0), "02:00:00:00:00:01");
	is_str(wire_text(w, FLOW_FIELD_IN_DST_MAC, 0), "02:00:00:00:00:02");
	is_str(extra(w, 0), "{\"subTemplateMultiList\":{\"semantic\":\"allOf\",\"records\":["
	    "{\"tcpSequenceNumber\":100,\"initialTCPFlags\":2,\"unionTCPFlags\":27},"
	    "{\"payload\":\"474554202f0d\",\"reversePayload\":\"323030\"}]}}");
	/* UDP has no TCP fields; then TCP again, with others. */
	wire_ipfix(w, 0, 256, "11 c0000201 0e 03 c008 000d 04 12340100 03 323030");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 1), WIRE_NULL);
	wire_ipfix(w, 0, 256, "06 c0000201 0b 03 c003 000a 00000065 02 00");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 2), 2);
	is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, 2), "");
	/* The template of the TCP fields changes its order. */
	wire_ipfix(w, 0, 2, "c003 0003 800f 0001 00001ad7 800e 0001 00001ad7 00b8 0004");
	wire_ipfix(w, 0, 256, "06 c0000201 0b 03 c003 000a 10 02 00000065");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 3), 18);
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 0);
}

/* Templates that come from a saved state are told apart as those that were announced are. */
static void
test_restored(struct wire *w)
{
	struct buf state = BUF_INIT;
	struct wire again;

	wire_ipfix(w, 0, 2, "0100 0002 0004 0001 0125 ffff"
	    "c003 0002 800e 0001 00001ad7 800f 0001 00001ad7  c004 0002 0038 0006 0050 0006");
	flow_decoder_save(w->d, &state);
	wire_begin(&again, NULL);
	ok(flow_decoder_load(again.d, state.data, state.len, NULL) == FLOW_OK);
	wire_ipfix(&again, 0, 256, "06 07 03 c003 0006 02 1b");
	wire_ipfix(&again, 0, 256, "06 11 03 c004 0010 020000000001 020000000002");
	is_uint(wire_rows(&again), 2);
	is_uint(wire_number(&again, FLOW_FIELD_TCP_FLAGS, 0), 27);
	is_uint(wire_number(&again, FLOW_FIELD_TCP_FLAGS, 1), WIRE_NULL);
	is_str(wire_text(&again, FLOW_FIELD_IN_SRC_MAC, 1), "02:00:00:00:00:01");
	wire_end(&again);
	buf_release(&state);
}

/*
 * What records of lists do not fill: what the record has itself, another header than the record's,
 * anything where there are two of them, where none of them holds, or deeper down.
 */
static void
test_not_joined(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0004 0001 0008 0004 0124 ffff"
	    "012c 0003 0004 0001 000c 0004 0006 0001"
	    "012d 0001 0124 ffff");
	wire_ipfix(w, 0, 256, "06 c0000201 09 03 012c 11 c0000207 12");
	is_uint(wire_number(w, FLOW_FIELD_PROTO, 0), 6);
	is_str(wire_text(w, FLOW_FIELD_DST_ADDR, 0), "");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), 18);
	is_str(extra(w, 0), "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":["
	    "{\"protocolIdentifier\":17,\"destinationIPv4Address\":\"192.0.2.7\"}]}}");
	wire_ipfix(w, 0, 256, "06 c0000201 0f 03 012c 11 c0000207 12 11 c0000208 02");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 1), WIRE_NULL);
	ok(strstr(extra(w, 1), "\"tcpControlBits\":18") != NULL);
	ok(strstr(extra(w, 1), "\"tcpControlBits\":2,") != NULL);
	wire_ipfix(w, 0, 256, "06 c0000201 09 00 012c 11 c0000207 12");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 2), WIRE_NULL);
	wire_ipfix(w, 0, 256, "06 c0000201 0d 03 012d 09 03 012c 11 c0000207 12");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 3), WIRE_NULL);
	is_str(extra(w, 3), "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":["
	    "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":[{\"protocolIdentifier\":17,"
	    "\"tcpControlBits\":18,\"destinationIPv4Address\":\"192.0.2.7\"}]}}]}}");
}

/*
 * Of exactlyOneOf and oneOrMoreOf nobody knows which records hold (RFC 6313 4.4), unless there is but one.
 * Template 300: tcpControlBits; 301: sourceMacAddress.
 */
static void
test_semantics(struct wire *w)
{
	static const char *const all[] = { "03", "04", "ff", "07" };
	static const char *const some[] = { "00", "01", "02" };
	char hex[128];
	size_t i, row = 0;

	wire_ipfix(w, 0, 2, "0100 0002 0002 0004 0125 ffff  012c 0001 0006 0001  012d 0001 0038 0006");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++, row++) {
		snprintf(hex, sizeof(hex), "00000001 10 %s 012c 0005 12 012d 000a 020000000001", all[i]);
		wire_ipfix(w, 0, 256, hex);
		is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, row), 18);
		is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, row), "02:00:00:00:00:01");
	}
	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++, row++) {
		snprintf(hex, sizeof(hex), "00000001 10 %s 012c 0005 12 012d 000a 020000000001", some[i]);
		wire_ipfix(w, 0, 256, hex);
		is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, row), WIRE_NULL);
		is_str(wire_text(w, FLOW_FIELD_IN_SRC_MAC, row), "");
		ok(strstr(extra(w, row), "{\"tcpControlBits\":18},{\"sourceMacAddress\":") != NULL);
	}
	/* One record, and a block without any. */
	wire_ipfix(w, 0, 256, "00000001 0a 01 012c 0005 12 012d 0004");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, row++), 18);
	wire_ipfix(w, 0, 256, "00000001 0a 00 012c 0005 12 012d 0004");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, row++), WIRE_NULL);
	/* What is not assigned is told as it came. */
	ok(strstr(extra(w, 3), "\"semantic\":7") != NULL);
}

/* Two records of a template are never the flow's, in one block, in two, or in two lists. */
static void
test_two_of_a_kind(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0002 0004 0125 ffff 0124 ffff  012c 0001 0006 0001");
	wire_ipfix(w, 0, 256, "00000001 07 03 012c 0006 12 13 00");
	wire_ipfix(w, 0, 256, "00000001 0c 03 012c 0006 12 13 012c 0005 14 00");
	wire_ipfix(w, 0, 256, "00000001 0c 03 012c 0005 14 012c 0006 12 13 00");
	wire_ipfix(w, 0, 256, "00000001 06 03 012c 0005 12 05 03 012c 13 14");
	wire_ipfix(w, 0, 256, "00000001 06 03 012c 0005 12 04 03 012c 13");
	is_uint(wire_rows(w), 5);
	for (size_t i = 0; i < 5; i++) {
		is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, i), WIRE_NULL);
		ok(strstr(extra(w, i), "\"tcpControlBits\":18") != NULL);
	}
	ok(strstr(extra(w, 1), "{\"tcpControlBits\":20}") != NULL);
}

/*
 * What a column might cut stays in its list: minimumIpTotalLength of 8 bytes, a label of other than 3; of
 * 2 and 3 bytes they fill it.  No counter is a list's, after the observation point neither.
 */
static void
test_too_wide_to_join(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0001 0124 ffff  012c 0003 0019 0008 0046 0004 0047 0007");
	wire_ipfix(w, 0, 256, "16 03 012c 0000000000010000 00064104 ffffffffffffff");
	is_str(extra(w, 0), "{\"subTemplateList\":{\"semantic\":\"allOf\",\"records\":["
	    "{\"minimumIpTotalLength\":65536,\"mplsTopLabelStackSection\":\"00064104\","
	    "\"mplsLabelStackSection2\":\"ffffffffffffff\"}]}}");
	is_uint(wire_number(w, FLOW_FIELD_MPLS_1, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_MIN_LENGTH, 0), WIRE_NULL);
	wire_ipfix(w, 0, 2, "012c 0002 0019 0002 0046 0003");
	wire_ipfix(w, 0, 256, "08 03 012c 0040 000641");
	is_uint(wire_number(w, FLOW_FIELD_MPLS_1, 1), 0x641);
	is_uint(wire_number(w, FLOW_FIELD_MIN_LENGTH, 1), 64);
	wire_ipfix(w, 0, 2, "012c 0003 0018 0004 0013 0004 0006 0001");
	wire_ipfix(w, 0, 256, "0c 03 012c 00000007 00000008 12");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 0);
	is_uint(wire_number(w, FLOW_FIELD_POST_PACKETS, 2), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 2), 18);
	ok(strstr(extra(w, 2), "\"postPacketDeltaCount\":7") != NULL);
	ok(strstr(extra(w, 2), "\"postMCastPacketDeltaCount\":8") != NULL);
}

/* Blocks of a multi list whose length lies. */
static void
test_multi_lies(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0125 ffff 0002 0004  012c 0001 0021 0001");
	wire_ipfix(w, 0, 256, "09 ff 012c 0004 012c 0009 00000001");
	is_str(extra(w, 0), "{\"subTemplateMultiList\":{\"records\":[],\"octets\":\"012c0009\"}}");
	wire_ipfix(w, 0, 256, "05 ff 012c 0003 00000001");
	is_str(extra(w, 1), "{\"subTemplateMultiList\":{\"records\":[],\"octets\":\"012c0003\"}}");
	wire_ipfix(w, 0, 256, "0d ff 012c 0006 0102 03e7 0006 0304 00000001");
	is_str(extra(w, 2), "{\"subTemplateMultiList\":{\"records\":[{\"igmpType\":1},{\"igmpType\":2},"
	    "{\"template\":999,\"octets\":\"0304\"}]}}");
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 2);
	is_uint(wire_count(w, FLOW_COUNT_LIST_TEMPLATE), 1);
	is_uint(wire_rows(w), 3);
}

/* Lists in lists: as deep as LIST_DEPTH_MAX, what is below that stays octets. */
static void
test_depth(struct wire *w)
{
	struct buf b = BUF_INIT;
	const char *p, *text;
	size_t set, i, lists = 0;

	wire_ipfix(w, 0, 2, "0100 0001 0123 ffff");
	put_ipfix_header(&b, 0, 0);
	set = put_set(&b, 256);
	for (i = 0; i < 20; i++) {	/* each a basicList of basicLists of variable length */
		buf_append_u8(&b, (uint8_t)(5 + 6 * (19 - i)));
		put_hex(&b, "ff 0123 ffff");
	}
	put_set_end(&b, set);
	wire_feed(w, &b);
	text = extra(w, 0);
	for (p = text; (p = strstr(p, "basicList")) != NULL; p++)
		lists++;
	/* The key, and one for each list that is opened. */
	is_uint(lists, LIST_DEPTH_MAX + 1);
	ok(strstr(text, "\"ff0123ffff") != NULL);
	is_uint(wire_count(w, FLOW_COUNT_LIST_BAD), 1);
	buf_release(&b);
}

/* A template that is its own list's, and records that make much text of few bytes. */
static void
test_amplification(struct wire *w)
{
	struct buf b = BUF_INIT;
	struct flow_text text;
	size_t set, i;

	wire_ipfix(w, 0, 2, "0100 0001 0124 ffff");
	wire_ipfix(w, 0, 256, "08 ff 0100 04 ff 0100 01 07");
	is_uint(wire_rows(w), 1);
	wire_ipfix(w, 0, 2, "012c 0001 0158 0001");	/* informationElementSemantics, one byte */
	put_ipfix_header(&b, 0, 0);
	set = put_set(&b, 256);
	put_hex(&b, "ff ea63 ff 012c");		/* 60003 bytes */
	for (i = 0; i < 60000; i++)
		buf_append_u8(&b, 7);
	put_set_end(&b, set);
	wire_feed(w, &b);
	is_uint(wire_rows(w), 2);
	text = flow_column_text(&flow_builder_batch(w->rows)->column[FLOW_FIELD_EXTRA], 1);
	ok(text.len > LIST_TEXT_MAX && text.len < LIST_TEXT_MAX + 2 * 60000 + 1000);
	ok(memmem(text.p, text.len, "\"octets\":\"0707", 14) != NULL);
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_basic, NULL);
	wire_run(test_basic_lies, NULL);
	wire_run(test_sub_list, NULL);
	wire_run(test_sub_list_repeats, NULL);
	wire_run(test_yaf2, NULL);
	wire_run(test_restored, NULL);
	wire_run(test_not_joined, NULL);
	wire_run(test_semantics, NULL);
	wire_run(test_two_of_a_kind, NULL);
	wire_run(test_too_wide_to_join, NULL);
	wire_run(test_multi_lies, NULL);
	wire_run(test_depth, NULL);
	wire_run(test_amplification, NULL);
	return tap_done();
}
