/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/pcap_write.h"

#include "base/bytes.h"
#include "net/checksum.h"

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define LINKTYPE_ETHERNET 1
#define SNAPLEN 262144

#define RECORD_HEADER 16
#define ETHERNET_HEADER 14
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV6_JUMBO 8
#define UDP_HEADER 8
#define TCP_HEADER 20
#define IP_MAX 65535

#define HOP_BY_HOP 0
#define OPTION_JUMBO 0xc2
#define PROTO_TCP 6
#define PROTO_UDP 17
#define TCP_FIN 0x01
#define TCP_PSH_ACK 0x18
#define TCP_WINDOW 65535
#define TTL 64

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

/* Writes an Ethernet header with locally administered addresses, one for each end. */
static uint8_t *
put_ethernet(uint8_t *p, bool v4)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };

	memcpy(p, macs, sizeof(macs));
	store_be16(p + 12, v4 ? 0x0800 : 0x86dd);
	return p + ETHERNET_HEADER;
}

static uint8_t
protocol(const struct pcap_datagram *d)
{
	return d->tcp ? PROTO_TCP : PROTO_UDP;
}

static uint8_t *
put_ipv4(uint8_t *p, const struct pcap_datagram *d, size_t payload)
{
	size_t total = IPV4_HEADER + payload;

	memset(p, 0, IPV4_HEADER);
	p[0] = 0x45;
	store_be16(p + 2, (uint16_t)(total > IP_MAX ? 0 : total));
	store_be16(p + 6, 0x4000);	/* do not fragment */
	p[8] = TTL;
	p[9] = protocol(d);
	memcpy(p + 12, d->src.b + 12, 4);
	memcpy(p + 16, d->dst.b + 12, 4);
	store_be16(p + 10, checksum_end(checksum_add(0, p, IPV4_HEADER)));
	return p + IPV4_HEADER;
}

static uint8_t *
put_ipv6(uint8_t *p, const struct pcap_datagram *d, size_t payload)
{
	store_be32(p, 6u << 28);
	store_be16(p + 4, (uint16_t)(payload > IP_MAX ? 0 : payload));
	p[6] = protocol(d);
	p[7] = TTL;
	memcpy(p + 8, d->src.b, 16);
	memcpy(p + 24, d->dst.b, 16);
	if (payload <= IP_MAX)
		return p + IPV6_HEADER;
	p[6] = HOP_BY_HOP;
	p += IPV6_HEADER;
	p[0] = protocol(d);
	p[1] = 0;
	p[2] = OPTION_JUMBO;
	p[3] = 4;
	store_be32(p + 4, (uint32_t)(IPV6_JUMBO + payload));
	return p + IPV6_JUMBO;
}

/* The sum of the pseudo-header without length and protocol.  `ip` is the packet. */
static uint64_t
add_addresses(uint64_t sum, const uint8_t *ip, bool v4)
{
	return v4 ? checksum_add(sum, ip + 12, 8) : checksum_add(sum, ip + 8, 32);
}

static void
put_udp(uint8_t *p, const struct pcap_datagram *d, uint64_t addresses)
{
	size_t len = UDP_HEADER + d->len;
	uint16_t sum;

	store_be16(p, d->src_port);
	store_be16(p + 2, d->dst_port);
	store_be16(p + 4, (uint16_t)len);
	store_be16(p + 6, 0);
	memcpy(p + UDP_HEADER, d->bytes, d->len);
	sum = checksum_end(checksum_add(addresses + PROTO_UDP + len, p, len));
	store_be16(p + 6, sum != 0 ? sum : 0xffff);
}

/* RFC 9293 3.1; the acknowledgement number is 0, as the other direction is unknown. */
static void
put_tcp(uint8_t *p, const struct pcap_datagram *d, uint64_t addresses)
{
	size_t len = TCP_HEADER + d->len;

	memset(p, 0, TCP_HEADER);
	store_be16(p, d->src_port);
	store_be16(p + 2, d->dst_port);
	store_be32(p + 4, d->sequence);
	p[12] = (TCP_HEADER / 4) << 4;
	p[13] = (uint8_t)(TCP_PSH_ACK | (d->fin ? TCP_FIN : 0));
	store_be16(p + 14, TCP_WINDOW);
	if (d->len > 0)
		memcpy(p + TCP_HEADER, d->bytes, d->len);
	store_be16(p + 16, checksum_end(checksum_add(addresses + PROTO_TCP + len, p, len)));
}

static bool
is_v4(const struct pcap_datagram *d)
{
	return addr_is_v4(&d->src) && addr_is_v4(&d->dst);
}

size_t
pcap_record_bytes(const struct pcap_datagram *d)
{
	size_t payload = (size_t)(d->tcp ? TCP_HEADER : UDP_HEADER) + d->len;

	return RECORD_HEADER + ETHERNET_HEADER + payload + (size_t)(is_v4(d) ? IPV4_HEADER :
	    payload > IP_MAX ? IPV6_HEADER + IPV6_JUMBO : IPV6_HEADER);
}

void
pcap_record_put(uint8_t *out, const struct pcap_datagram *d)
{
	bool v4 = is_v4(d);
	size_t payload = (size_t)(d->tcp ? TCP_HEADER : UDP_HEADER) + d->len;
	uint8_t *p = put_record_header(out, d->time_us, pcap_record_bytes(d) - RECORD_HEADER), *ip;
	uint64_t addresses;

	ip = put_ethernet(p, v4);
	p = v4 ? put_ipv4(ip, d, payload) : put_ipv6(ip, d, payload);
	addresses = add_addresses(0, ip, v4);
	if (d->tcp)
		put_tcp(p, d, addresses);
	else
		put_udp(p, d, addresses);
}

void
pcap_write_datagram(struct buf *out, const struct pcap_datagram *d)
{
	size_t bytes = pcap_record_bytes(d);

	if (!buf_reserve(out, bytes))
		return;
	pcap_record_put(buf_end(out), d);
	out->len += bytes;
}
