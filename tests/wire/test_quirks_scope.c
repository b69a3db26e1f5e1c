/* SPDX-License-Identifier: BSD-2-Clause */
/* Sampling rates that hold for a part of a domain, or for another domain, as scopes say (RFC 7011 3.4.2.1). */
#include "tap.h"
#include "wire/wire_helper.h"

/* A row's rate and its packets, which were scaled by it. */
static void
sampled(struct wire *w, size_t row, uint64_t rate, uint64_t packets)
{
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, row), rate);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, row), packets);
}

/* Two line cards, 1 of 64 and 1 of 8: of a record that does not say its card the rate is not known. */
static void
test_line_cards(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 008d 0004 0022 0004  0201 0002 0001 0095 0004 0022 0004");
	wire_ipfix(w, 0, 2, "0100 0002 008d 0004 0002 0004  0101 0001 0002 0004");
	wire_ipfix(w, 0, 512, "00000001 00000040  00000002 00000008");
	wire_ipfix(w, 0, 256, "00000001 00000005  00000002 00000005  00000003 00000005");
	wire_ipfix(w, 0, 257, "00000005");
	sampled(w, 0, 64, 320);
	sampled(w, 1, 8, 40);
	sampled(w, 2, WIRE_NULL, 5);
	sampled(w, 3, WIRE_NULL, 5);
	is_str(wire_text(w, FLOW_FIELD_EXTRA, 1), "{\"lineCardId\":2}");
	/* Both have 64 now: whichever it was, and a card that has none still has none. */
	wire_ipfix(w, 0, 512, "00000002 00000040");
	wire_ipfix(w, 0, 257, "00000005");
	wire_ipfix(w, 0, 256, "00000003 00000005");
	sampled(w, 4, 64, 320);
	sampled(w, 5, WIRE_NULL, 5);
	/* Both change, one after the other. */
	wire_ipfix(w, 0, 512, "00000001 0000000a");
	wire_ipfix(w, 0, 257, "00000005");
	wire_ipfix(w, 0, 512, "00000002 0000000a");
	wire_ipfix(w, 0, 257, "00000005");
	sampled(w, 6, WIRE_NULL, 5);
	sampled(w, 7, 10, 50);
	/* The domain has one, too. */
	wire_ipfix(w, 0, 513, "00000000 00000003");
	wire_ipfix(w, 0, 257, "00000005");
	wire_ipfix(w, 0, 256, "00000003 00000005  00000001 00000005");
	sampled(w, 8, 3, 15);
	sampled(w, 9, 3, 15);
	sampled(w, 10, 10, 50);
}

/* Scope 3 of RFC 3954 6.1. */
static void
test_v9_line_cards(struct wire *w)
{
	wire_v9(w, 0, 1, "0200 0004 0004 0003 0002 0022 0004");
	wire_v9(w, 0, 0, "0100 0002 008d 0004 0002 0004  0101 0001 0002 0004");
	wire_v9(w, 0, 512, "0001 00000064  0002 0000000a");
	wire_v9(w, 0, 256, "00000001 00000003  00000002 00000003");
	wire_v9(w, 0, 257, "00000003");
	sampled(w, 0, 100, 300);
	sampled(w, 1, 10, 30);
}

static void
test_no_default(struct wire *w)
{
	test_v9_line_cards(w);
	sampled(w, 2, WIRE_NULL, 3);
}

/* Unknown is what the operator has a default for. */
static void
test_default(struct wire *w)
{
	test_v9_line_cards(w);
	sampled(w, 2, 50, 150);
}

/* Points are in cards: theirs go first, and an interface's before them. */
static void
test_points(struct wire *w)
{
	wire_ipfix(w, 0, 3, "0200 0002 0001 008a 0008 0022 0004  0201 0002 0001 008d 0004 0022 0004"
	    "0202 0002 0001 000a 0004 0022 0004");
	wire_ipfix(w, 0, 2, "0100 0003 008a 0004 008d 0004 0002 0004  0101 0002 008a 0004 0002 0004"
	    "0102 0001 0002 0004  0103 0003 000a 0004 008a 0004 0002 0004");
	wire_ipfix(w, 0, 512, "0000000000000001 00000010  0000000000000002 00000020");
	wire_ipfix(w, 0, 257, "00000001 00000002  00000002 00000002  00000009 00000002");
	wire_ipfix(w, 0, 258, "00000002");
	sampled(w, 0, 16, 32);
	sampled(w, 1, 32, 64);
	sampled(w, 2, WIRE_NULL, 2);
	sampled(w, 3, WIRE_NULL, 2);
	wire_ipfix(w, 0, 513, "00000001 00000004  00000002 00000005");
	wire_ipfix(w, 0, 514, "00000007 00000006");
	wire_ipfix(w, 0, 256, "00000001 00000002 00000002  00000009 00000002 00000002");
	wire_ipfix(w, 0, 257, "00000009 00000002");
	wire_ipfix(w, 0, 259, "00000007 00000001 00000002  00000008 00000001 00000002");
	sampled(w, 4, 16, 32);
	sampled(w, 5, 5, 10);
	sampled(w, 6, WIRE_NULL, 2);	/* its point has none, its card is not known */
	sampled(w, 7, 6, 12);
	sampled(w, 8, 16, 32);
}

/* Domain 1 tells of domain 7, by 149. */
static void
test_other_domain(struct wire *w)
{
	static const char rate[] = "0200 0002 0001 0095 0004 0022 0004", records[] = "0100 0001 0002 0004"
	    "0101 0002 0030 0004 0002 0004  0102 0002 000a 0004 0002 0004";

	wire_ipfix(w, 1, 3, rate);
	wire_ipfix(w, 1, 3, "0201 0003 0002 0095 0004 000a 0004 0022 0004"
	    "0202 0003 0002 0095 0004 0030 0004 0022 0004");
	wire_ipfix(w, 1, 2, records);
	wire_ipfix(w, 7, 2, records);
	wire_ipfix(w, 1, 512, "00000007 00000008");
	wire_ipfix(w, 1, 513, "00000007 00000003 00000009");
	wire_ipfix(w, 1, 514, "00000007 00000005 00000014");
	wire_ipfix(w, 1, 256, "00000002");
	wire_ipfix(w, 7, 256, "00000002");
	wire_ipfix(w, 1, 258, "00000003 00000002");
	wire_ipfix(w, 7, 257, "00000005 00000002");
	sampled(w, 0, WIRE_NULL, 2);
	sampled(w, 1, 8, 16);
	sampled(w, 2, WIRE_NULL, 2);
	sampled(w, 3, 20, 40);
	/* Its own word goes before another's; and domain 1 has one at last. */
	wire_ipfix(w, 1, 512, "00000001 00000004");
	wire_ipfix(w, 7, 3, rate);
	wire_ipfix(w, 7, 512, "00000007 00000002");
	wire_ipfix(w, 1, 512, "00000007 00000008");
	wire_ipfix(w, 1, 256, "00000002");
	wire_ipfix(w, 7, 256, "00000002");
	sampled(w, 4, 4, 8);
	sampled(w, 5, 2, 4);
	/* What no domain can be, and no rate. */
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 0);
	wire_ipfix(w, 1, 512, "00000007 00000000");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 1);
	wire_ipfix(w, 1, 3, "0203 0002 0001 0095 0008 0022 0004");
	wire_ipfix(w, 1, 515, "0000000100000007 00000003");
	is_uint(wire_count(w, FLOW_COUNT_OPTION_BAD), 2);
}

/* Domains that disagree lend nothing to a third, however often they say so; once they agree they do. */
static void
test_domains_disagree(struct wire *w)
{
	static const char rate[] = "0200 0002 0001 0095 0004 0022 0004";

	wire_ipfix(w, 1, 3, rate);
	wire_ipfix(w, 2, 3, rate);
	wire_ipfix(w, 3, 2, "0100 0001 0002 0004");
	wire_ipfix(w, 1, 512, "00000001 00000040");
	wire_ipfix(w, 3, 256, "00000003");
	sampled(w, 0, 64, 192);
	wire_ipfix(w, 2, 512, "00000002 00000008");
	wire_ipfix(w, 3, 256, "00000003");
	wire_ipfix(w, 2, 512, "00000002 00000008");
	wire_ipfix(w, 3, 256, "00000003");
	sampled(w, 1, WIRE_NULL, 3);
	sampled(w, 2, WIRE_NULL, 3);
	wire_ipfix(w, 1, 512, "00000001 00000008");
	wire_ipfix(w, 3, 256, "00000003");
	sampled(w, 3, 8, 24);
	/* Booted, domain 1 comes from another port and has another rate; the old one is heard no more. */
	w->dg.port = 2000;
	wire_ipfix(w, 2, 3, rate);
	wire_ipfix(w, 2, 512, "00000002 00000010");
	wire_ipfix(w, 3, 2, "0100 0001 0002 0004");
	wire_ipfix(w, 3, 256, "00000003");
	sampled(w, 4, 16, 48);
}

/* Two senders of one address and domain: the last one's rate is not the third's. */
static void
test_senders_disagree(struct wire *w)
{
	static const char rate[] = "0200 0002 0001 0095 0004 0022 0004";
	uint16_t port;

	for (port = 1001; port <= 1003; port++) {
		w->dg.port = port;
		wire_ipfix(w, 1, 3, rate);
		wire_ipfix(w, 1, 2, "0100 0001 0002 0004");
	}
	w->dg.port = 1001;
	wire_ipfix(w, 1, 512, "00000001 00000040");
	w->dg.port = 1002;
	wire_ipfix(w, 1, 512, "00000001 00000008");
	wire_ipfix(w, 1, 256, "00000003");
	w->dg.port = 1003;
	wire_ipfix(w, 1, 256, "00000003");
	sampled(w, 0, 8, 24);
	sampled(w, 1, WIRE_NULL, 3);
}

int
main(void)
{
	const struct flow_decoder_options by_default = { .sampling = 50 };

	wire_run(test_line_cards, NULL);
	wire_run(test_no_default, NULL);
	wire_run(test_default, &by_default);
	wire_run(test_points, NULL);
	wire_run(test_other_domain, NULL);
	wire_run(test_domains_disagree, NULL);
	wire_run(test_senders_disagree, NULL);
	return tap_done();
}
