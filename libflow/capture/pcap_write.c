/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/pcap_write.h"

#include "base/bytes.h"

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define LINKTYPE_ETHERNET 1
#define SNAPLEN 262144

#define RECORD_HEADER 16
#define ETHERNET_HEADER 14
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER 8

#define PROTO_UDP 17
#define TTL 64

/* RFC 1071: the one's complement sum of 16-bit words; the order of bytes does not matter to it. */
static uint64_t
sum16(uint64_t sum, const uint8_t *p, size_t len)
{
	for (; len >= 4; p += 4, len -= 4)
		sum += load_be32(p);
	if (len >= 2) {
		sum += load_be16(p);
		p += 2;
		len -= 2;
	}
	if (len > 0)
		sum += (uint32_t)*p << 8;
	return sum;
}

static uint16_t
fold16(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
pcap_write_header(struct buf *out)
{
	buf_append_le32(out, PCAP_MAGIC_US);
	buf_append_le16(out, 2);
	buf_append_le16(out, 4);
	buf_append_le32(out, 0);
	buf_append_le32(out, 0);
	buf_append_le32(out, SNAPLEN);
	buf_append_le32(out, LINKTYPE_ETHERNET);
}

static uint8_t *
put_record_header(uint8_t *p, int64_t time_us, size_t len)
{
	store_le32(p, (uint32_t)(time_us / 1000000));
	store_le32(p + 4, (uint32_t)(time_us % 1000000));
	store_le32(p + 8, (uint32_t)len);
	store_le32(p + 12, (uint32_t)len);
	return p + RECORD_HEADER;
}

/* Locally administered addresses that tell the two ends apart. */
static uint8_t *
put_ethernet(uint8_t *p, bool v4)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };

	memcpy(p, macs, sizeof(macs));
	store_be16(p + 12, v4 ? 0x0800 : 0x86dd);
	return p + ETHERNET_HEADER;
}

static uint8_t *
put_ipv4(uint8_t *p, const struct pcap_datagram *d, size_t payload)
{
	memset(p, 0, IPV4_HEADER);
	p[0] = 0x45;
	store_be16(p + 2, (uint16_t)(IPV4_HEADER + payload));
	store_be16(p + 6, 0x4000);	/* do not fragment */
	p[8] = TTL;
	p[9] = PROTO_UDP;
	memcpy(p + 12, d->src.b + 12, 4);
	memcpy(p + 16, d->dst.b + 12, 4);
	store_be16(p + 10, fold16(sum16(0, p, IPV4_HEADER)));
	return p + IPV4_HEADER;
}

static uint8_t *
put_ipv6(uint8_t *p, const struct pcap_datagram *d, size_t payload)
{
	store_be32(p, 6u << 28);
	store_be16(p + 4, (uint16_t)payload);
	p[6] = PROTO_UDP;
	p[7] = TTL;
	memcpy(p + 8, d->src.b, 16);
	memcpy(p + 24, d->dst.b, 16);
	return p + IPV6_HEADER;
}

/* The addresses lie before the UDP header in both families: 8 or 32 bytes of pseudo-header. */
static void
put_udp(uint8_t *p, const struct pcap_datagram *d, size_t addresses)
{
	size_t len = UDP_HEADER + d->len;
	uint16_t sum;

	store_be16(p, d->src_port);
	store_be16(p + 2, d->dst_port);
	store_be16(p + 4, (uint16_t)len);
	store_be16(p + 6, 0);
	memcpy(p + UDP_HEADER, d->bytes, d->len);
	sum = fold16(sum16(PROTO_UDP + len, p - addresses, addresses + len));
	store_be16(p + 6, sum != 0 ? sum : 0xffff);
}

void
pcap_write_datagram(struct buf *out, const struct pcap_datagram *d)
{
	bool v4 = addr_is_v4(&d->src) && addr_is_v4(&d->dst);
	size_t ip = v4 ? IPV4_HEADER : IPV6_HEADER, udp = UDP_HEADER + d->len;
	size_t captured = ETHERNET_HEADER + ip + udp;
	uint8_t *p;

	if (!buf_reserve(out, RECORD_HEADER + captured))
		return;
	p = put_record_header(buf_end(out), d->time_us, captured);
	p = put_ethernet(p, v4);
	p = v4 ? put_ipv4(p, d, udp) : put_ipv6(p, d, udp);
	put_udp(p, d, v4 ? 8 : 32);
	out->len += RECORD_HEADER + captured;
}
