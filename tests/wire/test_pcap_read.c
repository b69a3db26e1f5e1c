/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures worked out by hand from the formats' documents, and cut at every byte. */
#include "capture/pcap_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"
#include "capture/pcap_write.h"

/* IPv4 with an option of 4 bytes, 192.0.2.1:2055 -> 192.0.2.2:9995, "abc" */
static const uint8_t ip4[] = {
	0x46, 0, 0, 35, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 0,
	0x08, 0x07, 0x27, 0x0b, 0, 11, 0, 0, 'a', 'b', 'c',
};

/* IPv6 with hop-by-hop options and a routing header, 2001:db8::1 -> ::2, "xy" */
static const uint8_t ip6[] = {
	0x60, 0, 0, 0, 0, 26, 0, 64, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0,
	0x08, 0x07, 0x27, 0x0b, 0, 10, 0, 0, 'x', 'y',
};

struct writer {
	struct buf b;
	bool big;
};

static void
put16(struct writer *w, uint16_t v)
{
	if (w->big)
		buf_append_be16(&w->b, v);
	else
		buf_append_le16(&w->b, v);
}

static void
put32(struct writer *w, uint32_t v)
{
	if (w->big)
		buf_append_be32(&w->b, v);
	else
		buf_append_le32(&w->b, v);
}

static void
classic(struct writer *w, bool big, uint32_t magic, uint32_t link)
{
	*w = (struct writer){ BUF_INIT, big };
	put32(w, magic);
	put16(w, 2);
	put16(w, 4);
	put32(w, 0);
	put32(w, 0);
	put32(w, 65535);
	put32(w, link);
}

static void
record(struct writer *w, uint32_t s, uint32_t fraction, const void *a, size_t a_len,
    const void *b, size_t b_len)
{
	put32(w, s);
	put32(w, fraction);
	put32(w, (uint32_t)(a_len + b_len));
	put32(w, (uint32_t)(a_len + b_len));
	buf_append(&w->b, a, a_len);
	buf_append(&w->b, b, b_len);
}

static struct pcap_reader *
reader(const struct writer *w)
{
	struct pcap_reader *r = NULL;
	struct input *in = input_memory(w->b.data, w->b.len);

	if (in == NULL || pcap_reader_new(in, &r, NULL) != FLOW_OK)
		return NULL;
	return r;
}

/* Reads a capture of one packet, which is "abc" or "xy". */
static void
one(struct writer *w, int64_t time_ms, const char *text)
{
	struct pcap_reader *r = reader(w);
	struct pcap_packet p = { .time_ms = -1 };

	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_OK);
	is_int(p.time_ms, time_ms);
	is_mem(p.bytes, p.len, text, strlen(text));
	is_uint(p.src_port, 2055);
	is_uint(p.dst_port, 9995);
	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_END);
	pcap_reader_free(r);
	buf_release(&w->b);
}

static void
test_links(void)
{
	static const uint8_t ethernet[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x88, 0xa8, 0,
		7, 0x81, 0, 0, 9, 8, 0 };
	static const uint8_t sll[] = { 0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x86, 0xdd };
	static const uint8_t sll2[] = { 0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6,
		0, 0 };
	static const uint8_t null_le[] = { 2, 0, 0, 0 }, loop[] = { 0, 0, 0, 24 };
	struct writer w;

	classic(&w, false, 0xa1b2c3d4, 101);
	record(&w, 100, 250000, ip4, sizeof(ip4), NULL, 0);
	one(&w, 100250, "abc");
	classic(&w, true, 0xa1b23c4d, 1);
	record(&w, 100, 250999999, ethernet, sizeof(ethernet), ip4, sizeof(ip4));
	one(&w, 100250, "abc");
	classic(&w, true, 0xa1b2c3d4, 113);
	record(&w, 4294967295, 0, sll, sizeof(sll), ip6, sizeof(ip6));
	one(&w, INT64_C(4294967295000), "xy");
	classic(&w, false, 0xa1b23c4d, 276);
	record(&w, 1, 2000000, sll2, sizeof(sll2), ip6, sizeof(ip6));
	one(&w, 1002, "xy");
	classic(&w, false, 0xa1b2c3d4, 0);
	record(&w, 1, 0, null_le, sizeof(null_le), ip4, sizeof(ip4));
	one(&w, 1000, "abc");
	classic(&w, false, 0xa1b2c3d4, 108);
	record(&w, 1, 0, loop, sizeof(loop), ip6, sizeof(ip6));
	one(&w, 1000, "xy");
}

static void
block(struct writer *w, uint32_t type, const struct buf *body)
{
	put32(w, type);
	put32(w, (uint32_t)body->len + 12);
	buf_append(&w->b, body->data, body->len);
	put32(w, (uint32_t)body->len + 12);
}

/* A section, an interface of link type 101 with that resolution and offset, one packet. */
static void
ng(struct writer *w, bool big, uint8_t tsresol, int64_t offset_s, uint64_t time)
{
	struct writer b = { BUF_INIT, big };

	*w = (struct writer){ BUF_INIT, big };
	put32(&b, 0x1a2b3c4d);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, 0xffffffff);
	put32(&b, 0xffffffff);
	block(w, 0x0a0d0d0a, &b.b);
	buf_clear(&b.b);
	put16(&b, 101);
	put16(&b, 0);
	put32(&b, 0);
	put16(&b, 9);
	put16(&b, 1);
	buf_append_u8(&b.b, tsresol);
	buf_append(&b.b, "\0\0\0", 3);
	put16(&b, 14);
	put16(&b, 8);
	put32(&b, (uint32_t)((uint64_t)offset_s >> (big ? 32 : 0)));
	put32(&b, (uint32_t)((uint64_t)offset_s >> (big ? 0 : 32)));
	put32(&b, 0);
	block(w, 1, &b.b);
	buf_clear(&b.b);
	put32(&b, 0);
	put32(&b, (uint32_t)(time >> 32));
	put32(&b, (uint32_t)time);
	put32(&b, sizeof(ip4));
	put32(&b, sizeof(ip4));
	buf_append(&b.b, ip4, sizeof(ip4));
	buf_append_u8(&b.b, 0);
	block(w, 6, &b.b);
	buf_release(&b.b);
}

static void
test_ng(void)
{
	struct writer w;

	ng(&w, false, 6, 0, UINT64_C(1795424851250999));
	one(&w, INT64_C(1795424851250), "abc");
	ng(&w, true, 9, 0, UINT64_C(1795424851250999999));
	one(&w, INT64_C(1795424851250), "abc");
	ng(&w, false, 0, -1, 1000);
	one(&w, 999000, "abc");
	/* 2^-10 s: 512 units are half a second */
	ng(&w, true, 0x8a, 2, 1024 * 5 + 512);
	one(&w, 7500, "abc");
	ng(&w, false, 0x7f, 0, UINT64_MAX);
	one(&w, 0, "abc");
	ng(&w, false, 0, 0, UINT64_MAX);
	one(&w, INT64_C(253402300799999), "abc");
}

static void
test_not_udp(void)
{
	struct writer w;
	struct pcap_reader *r;
	struct pcap_counts c;
	struct pcap_packet p;
	uint8_t tcp[sizeof(ip4)], lie[sizeof(ip4)];

	memcpy(tcp, ip4, sizeof(ip4));
	tcp[9] = 6;
	memcpy(lie, ip4, sizeof(ip4));
	lie[0] = 0x4f;
	classic(&w, false, 0xa1b2c3d4, 101);
	record(&w, 1, 0, tcp, sizeof(tcp), NULL, 0);
	record(&w, 1, 0, lie, sizeof(lie), NULL, 0);
	record(&w, 1, 0, NULL, 0, NULL, 0);
	record(&w, 1, 0, ip4, sizeof(ip4) - 1, NULL, 0);
	r = reader(&w);
	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_OK && p.cut);
	is_mem(p.bytes, p.len, "ab", 2);
	ok(pcap_reader_next(r, &p, NULL) == FLOW_END);
	pcap_reader_counts(r, &c);
	is_uint(c.frames, 4);
	is_uint(c.packets, 1);
	is_uint(c.other, 1);
	is_uint(c.bad, 2);
	is_uint(c.cut, 1);
	pcap_reader_free(r);
	buf_release(&w.b);
}

/* An IPv4 header of 20 bytes before `len` bytes from `offset` on. */
static void
ip4_header(uint8_t *p, uint8_t id, uint8_t next, size_t offset, size_t len, bool last)
{
	static const uint8_t head[20] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2 };

	memcpy(p, head, sizeof(head));
	store_be16(p + 2, (uint16_t)(20 + len));
	store_be16(p + 4, id);
	store_be16(p + 6, (uint16_t)((last ? 0 : 0x2000) | offset / 8));
	p[9] = next;
}

/* A fragment of an IPv4 packet: the UDP header and 3000 bytes 'A' + i % 26 in it. Returns its length. */
static size_t
make_fragment(uint8_t *p, uint8_t id, size_t from, size_t to, bool last)
{
	static const uint8_t udp[8] = { 8, 7, 0x27, 0x0b, 3008 >> 8, 3008 & 255, 0, 0 };
	uint8_t whole[3008];
	size_t i;

	for (i = 8; i < sizeof(whole); i++)
		whole[i] = (uint8_t)('A' + i % 26);
	memcpy(whole, udp, 8);
	ip4_header(p, id, 17, from, to - from, last);
	memcpy(p + 20, whole + from, to - from);
	return 20 + to - from;
}

static void
fragment(struct writer *w, uint8_t id, size_t from, size_t to, bool last)
{
	uint8_t p[20 + 3008];
	size_t len = make_fragment(p, id, from, to, last);

	record(w, 1, 0, p, len, NULL, 0);
}

static void
test_fragments(void)
{
	struct pcap_counts c;
	struct pcap_packet p;
	struct pcap_reader *r;
	struct writer w;

	classic(&w, false, 0xa1b2c3d4, 101);
	fragment(&w, 1, 1480, 2960, false);
	fragment(&w, 2, 0, 1480, false);
	fragment(&w, 1, 2960, 3008, true);
	fragment(&w, 1, 1480, 2960, false);
	fragment(&w, 1, 0, 1480, false);
	r = reader(&w);
	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_OK);
	is_uint(p.len, 3000);
	is_uint(p.bytes[2999], 'A' + 3007 % 26);
	is_uint(p.dst_port, 9995);
	ok(pcap_reader_next(r, &p, NULL) == FLOW_END);
	pcap_reader_counts(r, &c);
	is_uint(c.fragments, 4);
	is_uint(c.fragments_lost, 1);
	pcap_reader_free(r);
	buf_release(&w.b);
}

/* The same fragment in a packet of IP in IP (RFC 2003) that is in two parts. */
static void
tunnelled(struct writer *w, uint8_t id, size_t from, size_t to, bool last)
{
	uint8_t inner[20 + 3008], p[20 + 1000];
	size_t len = make_fragment(inner, 1, from, to, last);

	ip4_header(p, id, 4, 0, 800, false);
	memcpy(p + 20, inner, 800);
	record(w, 1, 0, p, 820, NULL, 0);
	ip4_header(p, id, 4, 800, len - 800, true);
	memcpy(p + 20, inner + 800, len - 800);
	record(w, 1, 0, p, 20 + len - 800, NULL, 0);
}

/* A tunnel whose packets are fragmented carries fragments; ids are a protocol's own (RFC 791 3.2). */
static void
test_fragments_in_fragments(void)
{
	struct pcap_counts c;
	struct pcap_packet p;
	struct pcap_reader *r;
	struct writer w;

	classic(&w, false, 0xa1b2c3d4, 101);
	tunnelled(&w, 2, 1480, 2960, false);
	tunnelled(&w, 1, 0, 1480, false);
	fragment(&w, 3, 0, 1480, false);
	tunnelled(&w, 3, 1480, 2400, false);
	tunnelled(&w, 4, 2136, 3008, true);
	r = reader(&w);
	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_OK);
	is_uint(p.len, 3000);
	is_uint(p.bytes[0], 'A' + 8);
	is_uint(p.bytes[1471], 'A' + 1479 % 26);
	is_uint(p.bytes[2999], 'A' + 3007 % 26);
	is_uint(p.dst_port, 9995);
	ok(pcap_reader_next(r, &p, NULL) == FLOW_END);
	pcap_reader_counts(r, &c);
	is_uint(c.frames, 9);
	is_uint(c.bad, 0);
	is_uint(c.fragments, 8);
	is_uint(c.fragments_lost, 1);
	pcap_reader_free(r);
	buf_release(&w.b);
}

/* However a capture is cut, reading ends, and says so unless the cut is between its records. */
static void
test_cut(struct writer *w, size_t between, size_t also)
{
	size_t len, wrong = 0;

	for (len = 0; len <= w->b.len; len++) {
		uint8_t *copy = malloc(len + 1);
		struct pcap_reader *r = NULL;
		struct pcap_packet p;
		enum flow_status status = FLOW_ENOMEM;

		if (copy != NULL) {
			memcpy(copy, w->b.data, len);
			status = pcap_reader_new(input_memory(copy, len), &r, NULL);
		}
		while (status == FLOW_OK)
			status = pcap_reader_next(r, &p, NULL);
		wrong += status != (len == between || len == also || len == w->b.len ?
		    FLOW_END : FLOW_ETRUNCATED);
		pcap_reader_free(r);
		free(copy);
	}
	is_uint(wrong, 0);
	buf_release(&w->b);
}

static void
test_refused(void)
{
	struct pcap_reader *r = NULL;
	struct pcap_packet p;
	struct flow_error err;
	struct writer w;

	ok(pcap_reader_new(input_memory("GET / HTTP/1.1\r\n", 16), &r, &err) == FLOW_EFORMAT);
	classic(&w, false, 0xa1b2c3d4, 147);
	ok(pcap_reader_new(input_memory(w.b.data, w.b.len), &r, &err) == FLOW_EUNSUPPORTED);
	buf_release(&w.b);
	classic(&w, false, 0xa1b2c3d4, 101);
	put32(&w, 0);
	put32(&w, 0);
	put32(&w, 0xfffffff0);
	put32(&w, 0);
	r = reader(&w);
	ok(r != NULL && pcap_reader_next(r, &p, &err) == FLOW_EFORMAT);
	pcap_reader_free(r);
	buf_release(&w.b);
	ok(pcap_reader_open("/nonexistent/x.pcap", &r, &err) == FLOW_EIO);
}

static void
test_own(void)
{
	struct pcap_datagram d = { .time_us = INT64_C(1795424851250000), .src = addr_from_v4(1),
		.dst = addr_from_v4(2), .src_port = 5, .dst_port = 6, .bytes = (const uint8_t *)"hello",
		.len = 5 };
	struct writer w = { BUF_INIT, false };
	struct pcap_reader *r;
	struct pcap_packet p;

	pcap_write_header(&w.b);
	pcap_write_datagram(&w.b, &d);
	r = reader(&w);
	ok(r != NULL && pcap_reader_next(r, &p, NULL) == FLOW_OK);
	is_mem(p.bytes, p.len, "hello", 5);
	is_int(p.time_ms, INT64_C(1795424851250));
	ok(addr_equal(&p.src, &d.src) && addr_equal(&p.dst, &d.dst));
	pcap_reader_free(r);
	test_cut(&w, 24, 24);
}

int
main(void)
{
	struct writer w;

	test_links();
	test_ng();
	test_not_udp();
	test_fragments();
	test_fragments_in_fragments();
	test_refused();
	test_own();
	ng(&w, false, 6, 0, 1);
	/* A section of 28 bytes, an interface of 44. */
	test_cut(&w, 28, 28 + 44);
	return tap_done();
}
