/* SPDX-License-Identifier: BSD-2-Clause */
/* What people and files get told of exporters: names from option data, and datagrams as text. */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "wire/wire_helper.h"

/* The text of flow.exporters; valid until the next call. */
static const char *
exporters(const struct wire *w)
{
	static char text[8192];
	struct buf json = BUF_INIT;

	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, '\0');
	(void)snprintf(text, sizeof(text), "%s", (const char *)json.data);
	buf_release(&json);
	return text;
}

static void
test_names(struct wire *w)
{
	is_str(exporters(w), "[]");
	/* Interface 7 "eth7" (82) with description "up" (83). */
	wire_ipfix(w, 3, 3, "0200 0003 0001 000a 0004 0052 ffff 0053 ffff");
	wire_ipfix(w, 3, 512, "00000007 04 65746837 02 7570");
	/* VRF 9 "red": 234 ingressVRFID, 236 VRFname. */
	wire_ipfix(w, 3, 3, "0201 0002 0001 00ea 0004 00ec ffff");
	wire_ipfix(w, 3, 513, "00000009 03 726564");
	/* Application 13:5 "dns": 95, 96. */
	wire_ipfix(w, 3, 3, "0202 0002 0001 005f 0004 0060 ffff");
	wire_ipfix(w, 3, 514, "0d000005 03 646e73");
	/* Sampler 1: 1 of 100, "s1": 48, 50, 84. */
	wire_ipfix(w, 3, 3, "0203 0003 0001 0030 0001 0032 0004 0054 ffff");
	wire_ipfix(w, 3, 515, "01 00000064 02 7331");
	ok(strstr(exporters(w), "{\"exporter\":\"192.0.2.1\",\"version\":10,\"domain\":3,") != NULL);
	ok(strstr(exporters(w), "\"interfaces\":{\"7\":{\"name\":\"eth7\",\"description\":\"up\"}}") != NULL);
	ok(strstr(exporters(w), "\"vrfs\":{\"9\":\"red\"}") != NULL);
	ok(strstr(exporters(w), "\"applications\":{\"13:5\":\"dns\"}") != NULL);
	ok(strstr(exporters(w), "\"samplers\":{\"1\":{\"rate\":100,\"name\":\"s1\"}}") != NULL);
	/* The name reaches the rows. */
	wire_ipfix(w, 3, 2, "0100 0002 005f 0004 0002 0004");
	wire_ipfix(w, 3, 256, "0d000005 00000001");
	is_str(wire_text(w, FLOW_FIELD_APP_ID, 0), "13:5");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 0), "dns");
}

/* Quotes, control characters, NULs, halves of UTF-8: the text stays JSON. */
static void
test_hostile_names(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 000a 0004 0052 0010");
	/* a " b \ c newline é(UTF-8) half-of-é NUL padding */
	wire_ipfix(w, 0, 512, "00000001 61 22 62 5c 63 0a c3a9 c3 00000000000000");
	ok(strstr(exporters(w), "\"1\":{\"name\":\"a\\\"b\\\\c\\u000a\xc3\xa9\xef\xbf\xbd\"}") != NULL);
	/* An empty name is none. */
	wire_ipfix(w, 0, 512, "00000002 00000000000000000000000000000000");
	ok(strstr(exporters(w), "\"2\":") == NULL);
}

static void
test_slot(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 0001 0004 0002 0004");
	wire_v9(w, 0, 256, "00000064 00000002 00000065 00000003");
	ok(strstr(exporters(w), "\"flows\":2,\"packets\":5,\"bytes\":201,\"datagrams\":2,") != NULL);
	flow_decoder_slot_begin(w->d);
	is_str(exporters(w), "[]");
	wire_v9(w, 0, 256, "00000064 00000002");
	ok(strstr(exporters(w), "\"flows\":1,\"packets\":2,\"bytes\":100,\"datagrams\":1,") != NULL);
}

static const char *
dump(struct wire *w, const char *hex)
{
	static char text[8192];
	struct buf b = BUF_INIT, out = BUF_INIT;

	put_hex(&b, hex);
	w->dg.bytes = b.data;
	w->dg.len = b.len;
	is_int(flow_decoder_datagram(w->d, &w->dg, w->rows), FLOW_OK);
	flow_datagram_dump(&w->dg, w->d, &out);
	buf_append_u8(&out, '\0');
	(void)snprintf(text, sizeof(text), "%s", (const char *)out.data);
	buf_release(&b);
	buf_release(&out);
	return text;
}

/* 1700000000 s is 2023-11-14T22:13:20Z; they are received 100 s later. */
static void
test_dump_v9(struct wire *w)
{
	is_str(dump(w, "0009 0002 000f4240 6553f100 00000005 00000007"
	    "0000 0014 0100 0003 0008 0004 0001 0004 0004 0001"
	    "0100 0010 0a000001 00000064 06 000000"),
	    "NetFlow v9, 56 bytes from 192.0.2.1 port 1000, received 2023-11-14T22:15:00.000Z\n"
	    "  records 2, uptime 1000000 ms, exported 2023-11-14T22:13:20.000Z, sequence 5, domain 7\n"
	    "  set 0, 20 bytes\n"
	    "    data template 256: 3 fields, 9 bytes\n"
	    "      sourceIPv4Address (0/8) 4\n"
	    "      octetDeltaCount (0/1) 4\n"
	    "      protocolIdentifier (0/4) 1\n"
	    "  set 256, 16 bytes\n"
	    "    record 1: sourceIPv4Address=\"10.0.0.1\" octetDeltaCount=100 protocolIdentifier=6\n"
	    "    3 bytes of padding\n");
}

/* Lists are opened; what is wrong with them was counted when they were decoded, and is not again. */
static void
test_dump_lists(struct wire *w)
{
	ok(strstr(dump(w, "000a 0032 6553f100 00000000 00000007 0002 0010 0100 0002 0008 0004 0123 ffff"
	    "0100 0012 0a000001 09 03 0007 0002 0001 0002"),
	    "record 1: sourceIPv4Address=\"10.0.0.1\" "
	    "basicList={\"semantic\":\"allOf\",\"sourceTransportPort\":[1,2]}\n") != NULL);
	ok(strstr(dump(w, "000a 003a 6553f100 00000001 00000007 0002 0010 0101 0002 0008 0004 0124 ffff"
	    "0002 000c 0102 0001 0007 0002 0101 000e 0a000002 05 03 0102 0050"),
	    "subTemplateList={\"semantic\":\"allOf\",\"records\":[{\"sourceTransportPort\":80}]}\n") != NULL);
	ok(strstr(dump(w, "000a 001e 6553f100 00000002 00000007 0101 000e 0a000003 05 03 03e7 6162"),
	    "subTemplateList={\"semantic\":\"allOf\",\"records\":[{\"template\":999,\"octets\":\"6162\"}]}\n")
	    != NULL);
	is_int(flow_decoder_counts(w->d)->value[FLOW_COUNT_LIST_TEMPLATE], 1);
}

/* Each of the others names itself and shows the addresses of its record. */
static void
test_dump_others(struct wire *w)
{
	static const char *const record = "0a000001 0a000002 00000000 0001 0002 00000005 000001f4"
	    "000f4240 000f4240 0400 0050 00 12 06 00 0001 0002 18 10 0000";
	char hex[512];
	const char *text;

	(void)snprintf(hex, sizeof(hex),
	    "0005 0001 000f4240 6553f100 00000000 00000009 01 02 4064 %s", record);
	text = dump(w, hex);
	ok(strncmp(text, "NetFlow v5, 72 bytes from 192.0.2.1", 35) == 0);
	ok(strstr(text, "10.0.0.1") != NULL && strstr(text, "10.0.0.2") != NULL);
	text = dump(w, "000a 0020 6553f100 00000001 00000007 0002 0010 0100 0002 0008 0004 0002 ffff");
	ok(strncmp(text, "IPFIX v10, 32 bytes", 19) == 0);
	ok(strstr(text, "packetDeltaCount (0/2) variable\n") != NULL);
	text = dump(w, "000a 0018 6553f100 00000001 00000007 0002 0008 0100 0000");
	ok(strstr(text, "template 256 withdrawn\n") != NULL);
	text = dump(w, "00000005 00000001 c0000201 00000003 00000001 000003e8 00000001"
	    "00000002 0000000c 00000001 00000007 00000000");
	ok(strncmp(text, "sFlow v5, 48 bytes", 18) == 0);
	ok(strncmp(dump(w, "0063 0000"), "unknown version 99, 4 bytes", 27) == 0);
	ok(strncmp(dump(w, "00"), "unknown version 0, 1 bytes", 26) == 0);
}

int
main(void)
{
	wire_run(test_names, NULL);
	wire_run(test_hostile_names, NULL);
	wire_run(test_slot, NULL);
	wire_run(test_dump_v9, NULL);
	wire_run(test_dump_lists, NULL);
	wire_run(test_dump_others, NULL);
	return tap_done();
}
