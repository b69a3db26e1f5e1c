/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands before an IP packet in captures, byte by byte from the documents named; and cut at every byte. */
#include "capture/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

/* 192.0.2.1:2055 -> 192.0.2.2:9995, "abc" */
static const uint8_t ip4[] = {
	0x45, 0, 0, 31, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	0x08, 0x07, 0x27, 0x0b, 0, 11, 0, 0, 'a', 'b', 'c',
};

/* Destination and source of an Ethernet header. */
#define MACS 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1
#define ETHER_IP MACS, 0x08, 0x00
/* An IPv4 header of 10.0.0.1 -> 10.0.0.2 with that protocol; no total length, as offload leaves it. */
#define OUTER(proto) 0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2
#define OUTER_UDP(high, low) OUTER(17), 0xc0, 0, high, low, 0, 0, 0, 0
#define VXLAN 0x08, 0, 0, 0, 0, 0, 42, 0

struct sample {
	const char *what;
	uint32_t link;
	uint8_t len;
	uint8_t head[100];
};

#define SAMPLE(what, link, ...) { what, link, sizeof((uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ } }

static const struct sample samples[] = {
	SAMPLE("plain Ethernet", FRAME_ETHERNET, ETHER_IP),
	SAMPLE("QinQ with the old and the new types", FRAME_ETHERNET, MACS, 0x88, 0xa8, 0, 7, 0x91, 0, 0, 8,
	    0x81, 0, 0, 9, 8, 0),
	SAMPLE("MPLS, one label (RFC 3032)", FRAME_ETHERNET, MACS, 0x88, 0x47, 0, 6, 0x41, 64),
	SAMPLE("MPLS, three labels", FRAME_ETHERNET, MACS, 0x88, 0x48, 0, 6, 0x40, 64, 0, 7, 0x40, 64,
	    0, 8, 0x41, 64),
	SAMPLE("MPLS, pseudowire with control word (RFC 4448)", FRAME_ETHERNET, MACS, 0x88, 0x47, 0, 6,
	    0x41, 64, 0, 0, 0, 0, ETHER_IP),
	SAMPLE("MPLS, pseudowire without, MAC 02", FRAME_ETHERNET, MACS, 0x88, 0x47, 0, 6, 0x41, 64, ETHER_IP),
	SAMPLE("MPLS, pseudowire without, MAC 44 looks like IPv4", FRAME_ETHERNET, MACS, 0x88, 0x47, 0, 6,
	    0x41, 64, 0x44, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0),
	SAMPLE("MPLS, pseudowire with VLAN in a VLAN", FRAME_ETHERNET, MACS, 0x81, 0, 0, 5, 0x88, 0x47, 0, 6,
	    0x41, 64, 0, 0, 0, 0, MACS, 0x81, 0, 0, 6, 8, 0),
	SAMPLE("PPPoE (RFC 2516)", FRAME_ETHERNET, MACS, 0x88, 0x64, 0x11, 0, 0, 1, 0, 33, 0, 0x21),
	SAMPLE("PPPoE in two VLANs", FRAME_ETHERNET, MACS, 0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 0x88, 0x64, 0x11,
	    0, 0, 1, 0, 33, 0, 0x21),
	SAMPLE("PPPoE, compressed protocol (RFC 1661 6.5)", FRAME_ETHERNET, MACS, 0x88, 0x64, 0x11, 0, 0, 1,
	    0, 32, 0x21),
	SAMPLE("PPPoE in a pseudowire in MPLS", FRAME_ETHERNET, MACS, 0x88, 0x47, 0, 6, 0x41, 64, 0, 0, 0, 0,
	    MACS, 0x81, 0, 0, 6, 0x88, 0x64, 0x11, 0, 0, 1, 0, 33, 0, 0x21),
	SAMPLE("MPLS in PPP (RFC 3032 4.3)", FRAME_PPP, 0xff, 3, 0x02, 0x81, 0, 6, 0x41, 64),
	SAMPLE("LLC and SNAP (RFC 1042)", FRAME_ETHERNET, MACS, 0, 39, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0),
	SAMPLE("SNAP of a bridge tunnel (802.1H)", FRAME_ETHERNET, MACS, 0, 39, 0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0),
	SAMPLE("SNAP in a VLAN", FRAME_ETHERNET, MACS, 0x81, 0, 0, 5, 0, 39, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0),
	SAMPLE("LLC of IP", FRAME_ETHERNET, MACS, 0, 34, 6, 6, 3),
	SAMPLE("bridged Ethernet over ATM (RFC 2684 5.2)", FRAME_LLC, 0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0,
	    ETHER_IP),
	SAMPLE("Cisco HDLC", FRAME_CISCO_HDLC, 0x0f, 0, 8, 0),
	SAMPLE("PPP in HDLC", FRAME_PPP_HDLC, 0xff, 3, 0, 0x21),
	SAMPLE("PPP with a direction", FRAME_PPP_DIRECTION, 1, 0, 0x21),
	SAMPLE("PPPoE session as link type", FRAME_PPP_ETHERNET, 0x11, 0, 0, 1, 0, 33, 0, 0x21),
	SAMPLE("MPLS as link type", FRAME_MPLS, 0, 6, 0x41, 64),
	SAMPLE("802.1ah", FRAME_ETHERNET, MACS, 0x88, 0xe7, 0, 0, 0, 9, ETHER_IP),
	SAMPLE("VN-Tag", FRAME_ETHERNET, MACS, 0x89, 0x26, 0, 0, 0, 0, 8, 0),
	SAMPLE("IP in IP (RFC 2003)", FRAME_RAW, OUTER(4)),
	SAMPLE("MPLS in IP (RFC 4023)", FRAME_RAW, OUTER(137), 0, 6, 0x41, 64),
	SAMPLE("EtherIP (RFC 3378)", FRAME_RAW, OUTER(97), 0x30, 0, ETHER_IP),
	SAMPLE("GRE (RFC 2784)", FRAME_RAW, OUTER(47), 0, 0, 8, 0),
	SAMPLE("GRE with checksum", FRAME_RAW, OUTER(47), 0x80, 0, 8, 0, 0x12, 0x34, 0, 0),
	SAMPLE("GRE with key and sequence (RFC 2890)", FRAME_RAW, OUTER(47), 0x30, 0, 8, 0, 0, 0, 0, 7, 0, 0, 0, 8),
	SAMPLE("GRE with all three", FRAME_RAW, OUTER(47), 0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8),
	SAMPLE("Ethernet in GRE", FRAME_RAW, OUTER(47), 0x20, 0, 0x65, 0x58, 0, 0, 0, 7, ETHER_IP),
	SAMPLE("MPLS in GRE", FRAME_RAW, OUTER(47), 0, 0, 0x88, 0x47, 0, 6, 0x41, 64),
	SAMPLE("PPTP's GRE (RFC 2637)", FRAME_RAW, OUTER(47), 0x30, 0x81, 0x88, 0x0b, 0, 35, 0, 1, 0, 0, 0, 2,
	    0, 0, 0, 3, 0xff, 3, 0, 0x21),
	SAMPLE("ERSPAN I", FRAME_RAW, OUTER(47), 0, 0, 0x88, 0xbe, ETHER_IP),
	SAMPLE("ERSPAN II", FRAME_RAW, OUTER(47), 0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 7, 0, 0, 0, 0,
	    MACS, 0x81, 0, 0, 5, 8, 0),
	SAMPLE("ERSPAN III", FRAME_RAW, OUTER(47), 0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 7, 0, 0, 0, 0,
	    0, 0, 0, 0, ETHER_IP),
	SAMPLE("ERSPAN III with a platform's header", FRAME_RAW, OUTER(47), 0x10, 0, 0x22, 0xeb, 0, 0, 0, 1,
	    0x20, 5, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0x0c, 0, 0, 0, 0, 0, 0, 0, ETHER_IP),
	SAMPLE("ERSPAN III of IP", FRAME_RAW, OUTER(47), 0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 7,
	    0, 0, 0, 0, 0, 0, 0x08, 0),
	SAMPLE("VXLAN (RFC 7348)", FRAME_RAW, OUTER_UDP(0x12, 0xb5), VXLAN, ETHER_IP),
	SAMPLE("VXLAN in a VLAN, a VLAN in it", FRAME_ETHERNET, MACS, 0x81, 0, 0, 5, 8, 0, OUTER_UDP(0x12, 0xb5),
	    VXLAN, MACS, 0x81, 0, 0, 6, 8, 0),
	SAMPLE("VXLAN, Linux's first port", FRAME_RAW, OUTER_UDP(0x21, 0x18), VXLAN, ETHER_IP),
	SAMPLE("VXLAN-GPE of IPv4", FRAME_RAW, OUTER_UDP(0x12, 0xb6), 0x0c, 0, 0, 1, 0, 0, 42, 0),
	SAMPLE("VXLAN in GRE", FRAME_RAW, OUTER(47), 0, 0, 8, 0, OUTER_UDP(0x12, 0xb5), VXLAN, ETHER_IP),
	SAMPLE("Geneve (RFC 8926)", FRAME_RAW, OUTER_UDP(0x17, 0xc1), 0, 0, 0x65, 0x58, 0, 0, 42, 0, ETHER_IP),
	SAMPLE("Geneve with an option", FRAME_RAW, OUTER_UDP(0x17, 0xc1), 2, 0, 0x65, 0x58, 0, 0, 42, 0,
	    1, 2, 3, 1, 0, 0, 0, 0, ETHER_IP),
};

static void
put_sample(const struct sample *s, struct buf *out)
{
	buf_clear(out);
	buf_append(out, s->head, s->len);
	buf_append(out, ip4, sizeof(ip4));
}

static void
test_samples(void)
{
	struct addr src = addr_from_v4(0xc0000201), dst = addr_from_v4(0xc0000202);
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		struct frame f = { .cut = true };
		enum frame_kind kind;

		put_sample(&samples[i], &b);
		kind = frame_parse(samples[i].link, b.data, b.len, &f);
		if (kind != FRAME_UDP || f.dst_port != 9995)
			printf("# %s: kind %d, port %u\n", samples[i].what, (int)kind, f.dst_port);
		ok(kind == FRAME_UDP && addr_equal(&f.src, &src) && addr_equal(&f.dst, &dst));
		is_uint(f.dst_port, 9995);
		if (kind == FRAME_UDP)
			is_mem(f.bytes, f.len, "abc", 3);
		ok(frame_link_known(samples[i].link));
	}
	buf_release(&b);
}

/* However it is cut, nothing behind the end is read: each copy ends where its block of memory does. */
static void
test_cuts(void)
{
	struct buf b = BUF_INIT;
	size_t i, len, whole = 0;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		put_sample(&samples[i], &b);
		for (len = 0; len < b.len; len++) {
			uint8_t *copy = malloc(len > 0 ? len : 1);
			struct frame f = { .cut = false };

			if (copy == NULL)
				continue;
			memcpy(copy, b.data, len);
			whole += frame_parse(samples[i].link, copy, len, &f) == FRAME_UDP && !f.cut &&
			    f.dst_port == 9995;
			free(copy);
		}
	}
	is_uint(whole, 0);
	buf_release(&b);
}

/* An export that is sent to a tunnel's port is an export. */
static void
test_ports(void)
{
	static const uint8_t v5[] = { OUTER_UDP(0x12, 0xb5), 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t v9[] = { OUTER_UDP(0x17, 0xc1), 0, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t sflow[] = { OUTER_UDP(0x17, 0xc1), 0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1 };
	struct frame f = { .cut = false };

	ok(frame_parse(FRAME_RAW, v5, sizeof(v5), &f) == FRAME_UDP);
	is_uint(f.dst_port, 4789);
	is_uint(f.len, 12);
	ok(frame_parse(FRAME_RAW, v9, sizeof(v9), &f) == FRAME_UDP);
	is_uint(f.dst_port, 6081);
	ok(frame_parse(FRAME_RAW, sflow, sizeof(sflow), &f) == FRAME_UDP);
	is_uint(f.len, 12);
}

/* Labels or tunnels without an end. */
static void
test_depth(void)
{
	uint8_t labels[4 * 100] = { 0 }, nested[20 * 100];
	struct frame f;
	size_t i;

	ok(frame_parse(FRAME_MPLS, labels, sizeof(labels), &f) == FRAME_BAD);
	for (i = 0; i < 100; i++)
		memcpy(nested + 20 * i, (const uint8_t[]){ OUTER(4) }, 20);
	ok(frame_parse(FRAME_RAW, nested, sizeof(nested), &f) == FRAME_BAD);
}

/* Control protocols and mere neighbours of exports. */
static void
test_others(void)
{
	static const uint8_t discovery[] = { MACS, 0x88, 0x63, 0x11, 9, 0, 0, 0, 0 };
	static const uint8_t spanning[] = { MACS, 0, 38, 0x42, 0x42, 3, 0, 0, 0, 0, 0 };
	static const uint8_t cdp[] = { MACS, 0, 38, 0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0 };
	static const uint8_t lcp[] = { 0xff, 3, 0xc0, 0x21, 1, 1, 0, 4 };
	static const uint8_t routed[] = { OUTER(47), 0x40, 0, 8, 0, 0, 0, 0, 0 };
	struct frame f;

	ok(frame_parse(FRAME_ETHERNET, discovery, sizeof(discovery), &f) == FRAME_OTHER);
	ok(frame_parse(FRAME_ETHERNET, spanning, sizeof(spanning), &f) == FRAME_OTHER);
	ok(frame_parse(FRAME_ETHERNET, cdp, sizeof(cdp), &f) == FRAME_OTHER);
	ok(frame_parse(FRAME_PPP, lcp, sizeof(lcp), &f) == FRAME_OTHER);
	ok(frame_parse(FRAME_RAW, routed, sizeof(routed), &f) == FRAME_OTHER);
}

int
main(void)
{
	test_samples();
	test_cuts();
	test_ports();
	test_depth();
	test_others();
	return tap_done();
}
