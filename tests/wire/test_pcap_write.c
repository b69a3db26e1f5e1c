/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/pcap_write.h"

#include <string.h>

#include "tap.h"

static struct pcap_datagram
datagram(const char *src, const char *dst, const char *payload)
{
	struct pcap_datagram d = { .time_us = INT64_C(1700000000123456), .src_port = 1000,
		.dst_port = 9995, .bytes = (const uint8_t *)payload, .len = strlen(payload) };

	ok(addr_parse(src, strlen(src), &d.src) && addr_parse(dst, strlen(dst), &d.dst));
	return d;
}

/*
 * Checksums by hand.  IPv4: 4500 + 001f + 4000 + 4011 + c000 + 0201 + c000 + 0202
 * = 24933, folded 4935, complement b6ca.  UDP: c000 + 0201 + c000 + 0202 + 0011 +
 * 000b + 03e8 + 270b + 000b + 6162 + 6300 = 2737f, folded 7381, complement 8c7e.
 */
static void
test_ipv4(void)
{
	static const uint8_t want[] = {
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
		0x00, 0xf1, 0x53, 0x65, 0x40, 0xe2, 0x01, 0x00, 45, 0, 0, 0, 45, 0, 0, 0,
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
		0x45, 0, 0, 31, 0, 0, 0x40, 0, 64, 17, 0xb6, 0xca, 192, 0, 2, 1, 192, 0, 2, 2,
		0x03, 0xe8, 0x27, 0x0b, 0, 11, 0x8c, 0x7e, 'a', 'b', 'c',
	};
	struct pcap_datagram d = datagram("192.0.2.1", "192.0.2.2", "abc");
	struct buf b = BUF_INIT;

	pcap_write_header(&b);
	pcap_write_datagram(&b, &d);
	is_int(buf_status(&b), FLOW_OK);
	is_mem(b.data, b.len, want, sizeof(want));
	buf_release(&b);
}

/*
 * UDP over IPv6, with a sum that comes out as 0 and is sent as ffff: 2 * (2001 + 0db8) +
 * 0001 + 0002 + 0011 + 000a + 03e8 + 270b + 000a = 868d, so the payload 7972 fills up.
 */
static void
test_ipv6(void)
{
	struct pcap_datagram d = datagram("2001:db8::1", "2001:db8::2", "\x79\x72");
	struct buf b = BUF_INIT;
	const uint8_t *ip;

	pcap_write_datagram(&b, &d);
	is_uint(b.len, 16 + 14 + 40 + 8 + 2);
	ip = b.data + 16 + 14;
	is_uint(load_be16(ip - 2), 0x86dd);
	is_uint(ip[0], 0x60);
	is_uint(load_be16(ip + 4), 10);
	is_uint(ip[6], 17);
	is_mem(ip + 8, 16, d.src.b, 16);
	is_mem(ip + 24, 16, d.dst.b, 16);
	is_uint(load_be16(ip + 46), 0xffff);
	buf_release(&b);
}

/* One end IPv4, the other IPv6: the former goes IPv4-mapped. */
static void
test_mixed(void)
{
	struct pcap_datagram d = datagram("192.0.2.1", "2001:db8::2", "x");
	struct buf b = BUF_INIT;

	pcap_write_datagram(&b, &d);
	is_uint(b.data[16 + 14], 0x60);
	is_mem(b.data + 16 + 14 + 8, 16, d.src.b, 16);
	buf_release(&b);
}

int
main(void)
{
	test_ipv4();
	test_ipv6();
	test_mixed();
	return tap_done();
}
