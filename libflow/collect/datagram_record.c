/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/datagram_record.h"

#include "base/bytes.h"
#include "net/checksum.h"
#include "capture/pcap_write.h"

#define RECORD_HEADER 16
#define ETHERNET_HEADER 14
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV6_JUMBO 8
#define OPTION_JUMBO 0xc2
#define HOP_BY_HOP 0
#define UDP_HEADER 8
#define TCP_HEADER 20
#define FRAME_MAX (DATAGRAM_RECORD_MAX - RECORD_HEADER)

#define PROTO_TCP 6
#define PROTO_UDP 17

static struct pcap_datagram
as_pcap(const struct flow_datagram *d, uint16_t port, uint32_t sequence)
{
	static const struct addr any6 = { { 0 } };

	return (struct pcap_datagram){ .time_us = d->received_ms * 1000, .src = d->exporter,
		.dst = addr_is_v4(&d->exporter) ? addr_any4 : any6, .src_port = d->port,
		.dst_port = port, .bytes = d->bytes, .len = d->len, .tcp = d->transport == FLOW_TCP,
		.fin = d->transport == FLOW_TCP && d->len == 0, .sequence = sequence };
}

size_t
datagram_record_bytes(const struct flow_datagram *d)
{
	const struct pcap_datagram p = as_pcap(d, 0, 0);

	return pcap_record_bytes(&p);
}

void
datagram_record_put(uint8_t *out, const struct flow_datagram *d, uint16_t port, uint32_t sequence)
{
	const struct pcap_datagram p = as_pcap(d, port, sequence);

	pcap_record_put(out, &p);
}

void
datagram_record(struct buf *out, const struct flow_datagram *d, uint16_t port)
{
	const struct pcap_datagram p = as_pcap(d, port, 0);

	pcap_write_datagram(out, &p);
}

/* A length field; 0 where the number does not fit. */
static bool
length_is(uint16_t field, size_t len)
{
	return field == (len > UINT16_MAX ? 0 : len);
}

/* RFC 2675 2: the only option of its header. */
static bool
get_jumbo(const uint8_t *ip, size_t len, const uint8_t **payload, uint8_t *protocol)
{
	const uint8_t *p = ip + IPV6_HEADER;

	*payload = p + IPV6_JUMBO;
	*protocol = p[0];
	return ip[6] == HOP_BY_HOP && p[1] == 0 && p[2] == OPTION_JUMBO &&
	    load_be32(p + 4) == len - IPV6_HEADER;
}

/* The IP header; *payload is what follows it, *protocol what that is.  False where it is none of ours. */
static bool
get_ip(const uint8_t *ip, size_t len, struct flow_datagram *out, const uint8_t **payload,
    uint8_t *protocol)
{
	if (ip[0] == 0x45 && len >= IPV4_HEADER) {
		out->exporter = addr_from_v4(load_be32(ip + 12));
		*payload = ip + IPV4_HEADER;
		*protocol = ip[9];
		return load_be16(ip - 2) == 0x0800 && length_is(load_be16(ip + 2), len) &&
		    checksum_end(checksum_add(0, ip, IPV4_HEADER)) == 0;
	}
	if (ip[0] == 0x60 && len >= IPV6_HEADER) {
		out->exporter = addr_from_v6(ip + 8);
		*payload = ip + IPV6_HEADER;
		*protocol = ip[6];
		if (load_be16(ip - 2) != 0x86dd || !length_is(load_be16(ip + 4), len - IPV6_HEADER))
			return false;
		return len - IPV6_HEADER <= UINT16_MAX || get_jumbo(ip, len, payload, protocol);
	}
	return false;
}

/* Of the pseudo-header. */
static uint64_t
add_addresses(uint64_t sum, const uint8_t *ip)
{
	return ip[0] == 0x45 ? checksum_add(sum, ip + 12, 8) : checksum_add(sum, ip + 8, 32);
}

static bool
get_frame(const uint8_t *frame, size_t len, bool check, struct flow_datagram *out)
{
	const uint8_t *ip = frame + ETHERNET_HEADER, *p;
	size_t left, header;
	uint8_t protocol;

	if (!get_ip(ip, len - ETHERNET_HEADER, out, &p, &protocol))
		return false;
	left = len - (size_t)(p - frame);
	header = protocol == PROTO_TCP ? TCP_HEADER : UDP_HEADER;
	if ((protocol != PROTO_TCP && protocol != PROTO_UDP) || left < header)
		return false;
	if (protocol == PROTO_UDP ? load_be16(p + 4) != left : p[12] != (TCP_HEADER / 4) << 4)
		return false;
	if (check && checksum_end(checksum_add(add_addresses(protocol + left, ip), p, left)) != 0)
		return false;
	out->port = load_be16(p);
	out->transport = protocol == PROTO_TCP ? FLOW_TCP : FLOW_UDP;
	out->bytes = p + header;
	out->len = left - header;
	return true;
}

enum flow_status
datagram_record_get(const uint8_t *bytes, size_t len, bool check, struct flow_datagram *out,
    size_t *size)
{
	size_t captured;

	if (len < RECORD_HEADER)
		return FLOW_ETRUNCATED;
	captured = load_le32(bytes + 8);
	if (captured != load_le32(bytes + 12) || captured > FRAME_MAX ||
	    captured < ETHERNET_HEADER + IPV4_HEADER + UDP_HEADER || load_le32(bytes + 4) >= 1000000)
		return FLOW_ECORRUPT;
	if (len - RECORD_HEADER < captured)
		return FLOW_ETRUNCATED;
	out->received_ms = (int64_t)load_le32(bytes) * 1000 + load_le32(bytes + 4) / 1000;
	if (!get_frame(bytes + RECORD_HEADER, captured, check, out))
		return FLOW_ECORRUPT;
	*size = RECORD_HEADER + captured;
	return FLOW_OK;
}

size_t
datagram_record_size(const uint8_t *bytes)
{
	return RECORD_HEADER + load_le32(bytes + 8);
}
