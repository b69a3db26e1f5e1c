/* SPDX-License-Identifier: BSD-2-Clause */
/* What elements are called in `extra`, how they are read, and those of vendors that fill columns. */
#include <string.h>

#include "tap.h"
#include "wire/template/element.h"
#include "wire_helper.h"

static const char *
extra(struct wire *w, size_t row)
{
	return wire_text(w, FLOW_FIELD_EXTRA, row);
}

/* YAF 3 has the flags of the first packet (14) apart from the others' (15); S, and S then SAPF. */
static void
test_yaf_flags(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 0004 0001 800e 0002 00001ad7 800f 0001 00001ad7");
	wire_ipfix(w, 0, 256, "06 0002 00  06 0002 1b  06 00c2 10");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), 2);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 1), 27);
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 2), 0xd2);
	is_str(extra(w, 1), "{\"initialTCPFlags\":2,\"unionTCPFlags\":27}");
}

/* One of the two alone; and tcpControlBits, which says the same in one. */
static void
test_yaf_flags_partly(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0002 0004 0001 800f 0002 00001ad7"
	    "0101 0003 0004 0001 800e 0001 00001ad7 0006 0002");
	wire_ipfix(w, 0, 256, "06 0012");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 0), 18);
	wire_ipfix(w, 0, 257, "06 02 001b");
	is_uint(wire_number(w, FLOW_FIELD_TCP_FLAGS, 1), 27);
	is_str(extra(w, 1), "{\"initialTCPFlags\":2}");
}

/* CERT's own bit for the other direction, and RFC 5103's. */
static void
test_reverse(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 c00e 0002 00001ad7 c012 ffff 00001ad7 8033 0001 00007279");
	wire_ipfix(w, 0, 256, "0012 03 474554 05");
	is_str(extra(w, 0),
	    "{\"reverseInitialTCPFlags\":18,\"reversePayload\":\"474554\",\"reverseClassId\":5}");
}

/* Nokia's log of NAT: "LSN-Host@100.64.1.1". */
static void
test_nokia(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0003 805b 0002 0000027d 805c 0002 0000027d 805d ffff 0000027d");
	wire_ipfix(w, 0, 256, "0001 0002 13 4c534e2d486f7374403130302e36342e312e31");
	is_str(extra(w, 0), "{\"aluInsideServiceId\":1,\"aluOutsideServiceId\":2,"
	    "\"aluNatSubString\":\"LSN-Host@100.64.1.1\"}");
}

/* PAN-OS: App-ID 56701 and User-ID 56702 of NetFlow v9, texts of fixed length. */
static void
test_panos(struct wire *w)
{
	wire_v9(w, 0, 0, "0100 0002 dd7d 0008 dd7e 0008");
	wire_v9(w, 0, 256, "6461746162617365 6c616220616e6e61"
	    "7765620000000000 0000000000000000");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 0), "database");
	is_str(wire_text(w, FLOW_FIELD_USERNAME, 0), "lab anna");
	is_str(wire_text(w, FLOW_FIELD_APP_NAME, 1), "web");
	is_str(wire_text(w, FLOW_FIELD_USERNAME, 1), "");
}

/*
 * Elements that nobody knows: what has variable length or more bytes than a number is text where it
 * clearly is; a number whose bytes happen to be letters stays octets.
 */
static void
test_unknown(struct wire *w)
{
	wire_ipfix(w, 0, 2, "0100 0004 8001 0004 0000fc00 8002 ffff 0000fc00 8003 000a 0000fc00"
	    "8004 0008 0000fc00");
	wire_ipfix(w, 0, 256, "41424344 04 41424344 68656c6c6f0000000000 4142434445464748");
	is_str(extra(w, 0), "{\"64512/1\":\"41424344\",\"64512/2\":\"ABCD\",\"64512/3\":\"hello\","
	    "\"64512/4\":\"4142434445464748\"}");
	wire_ipfix(w, 0, 256, "41424344 04 41424300 00000000000000000000 4142434445464748");
	is_str(extra(w, 1), "{\"64512/1\":\"41424344\",\"64512/2\":\"41424300\","
	    "\"64512/3\":\"00000000000000000000\",\"64512/4\":\"4142434445464748\"}");
}

/* What the user's file says wins over what is built in and over what the exporter announces. */
static void
test_users(struct wire *w)
{
	/* RFC 5610: 64512/1 is "announced", unsigned32; 64512/2 is "theirs", string */
	wire_ipfix(w, 0, 3, "0400 0005 0002 015a 0004 012f 0002 0153 0001 0155 ffff 0156 0002");
	wire_ipfix(w, 0, 1024, "0000fc00 0001 03 09 616e6e6f756e636564 0000");
	wire_ipfix(w, 0, 1024, "0000fc00 0002 0d 06 746865697273 0000");
	wire_ipfix(w, 0, 2, "0100 0003 8001 0004 0000fc00 8002 0004 0000fc00 805d 0004 0000027d");
	wire_ipfix(w, 0, 256, "c0000201 61626364 00000007");
	is_str(extra(w, 0),
	    "{\"subscriber\":7,\"own\":\"192.0.2.1\",\"theirs\":\"abcd\"}");
}

/* No name twice: what a record has from two vendors must have two keys. */
static void
test_names(void)
{
	size_t count, i;
	const struct element_name *all = vendor_all(&count);
	unsigned id;

	for (id = 1; id < 1024; id++) {
		const struct element *e = element_find(0, (uint16_t)id);

		for (i = 0; e != NULL && i < count; i++)
			if (strcmp(all[i].name, e->name) == 0)
				is_str(e->name, "a name of its own");
	}
	for (i = 0; i < count; i++)
		if (element_find(all[i].pen, all[i].id) != NULL)
			is_str(all[i].name, "in one table only");
	ok(count > 1000);
}

int
main(void)
{
	static const char text[] = "64512,1,own,ipv4Address\n637,93,subscriber,unsigned32\n";
	struct flow_elements *elements = NULL;
	struct flow_decoder_options options = { 0 };

	wire_run(test_yaf_flags, NULL);
	wire_run(test_yaf_flags_partly, NULL);
	wire_run(test_reverse, NULL);
	wire_run(test_nokia, NULL);
	wire_run(test_panos, NULL);
	wire_run(test_unknown, NULL);
	ok(flow_elements_parse(text, sizeof(text) - 1, "text", &elements, NULL) == FLOW_OK);
	options.elements = elements;
	wire_run(test_users, &options);
	flow_elements_free(elements);
	test_names();
	return tap_done();
}
