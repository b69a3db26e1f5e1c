/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/raw_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/bytes.h"
#include "flow.h"

/* Bytes before the packet in a capture's record: headers of pcap and Ethernet. */
#define BEFORE_PACKET (16 + 14)

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV6_FRAGMENT 8		/* RFC 8200 4.5 */
#define NEXT_FRAGMENT 44
#define MORE_FRAGMENTS 0x2000	/* of IPv4 */

/*
 * Every IPv6 link has an MTU of at least 1280 (RFC 8200 5), and so has any IPv4 link in use; fragments are
 * multiples of 8.
 */
#define PART_BYTES 1232

static bool
fits(const struct raw_datagram *d)
{
	return addr_is_v4(&d->src) == addr_is_v4(&d->dst) && d->len <= PCAP_UDP_MAX - 40;
}

int
raw_socket_open(int family)
{
	int on = 1, fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW), size = 4 << 20;

	if (fd < 0)
		return -1;
#if defined(IPV6_HDRINCL)
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof(on));
#endif
	if (family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static bool
send_packet(int fd, const struct raw_datagram *d, const uint8_t *packet, size_t len)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_scope_id = d->dst_scope };
	bool is_v4 = addr_is_v4(&d->dst);
	const void *to = is_v4 ? (const void *)&v4 : (const void *)&v6;

	memcpy(&v4.sin_addr, d->dst.b + 12, 4);
	memcpy(&v6.sin6_addr, d->dst.b, 16);
	return sendto(fd, packet, len, MSG_NOSIGNAL, to, is_v4 ? sizeof(v4) : sizeof(v6)) >= 0;
}

/* The kernel sets an IPv4 header's checksum, and an identification of 0, which would differ between fragments. */
static uint8_t *
begin_part(uint8_t *part, const uint8_t *packet, bool v4, size_t offset, size_t len, bool more, uint32_t id)
{
	memcpy(part, packet, v4 ? IPV4_HEADER : IPV6_HEADER);
	if (v4) {
		store_be16(part + 2, (uint16_t)(IPV4_HEADER + len));
		store_be16(part + 4, (uint16_t)id);
		store_be16(part + 6, (uint16_t)((more ? MORE_FRAGMENTS : 0) | offset / 8));
		return part + IPV4_HEADER;
	}
	store_be16(part + 4, (uint16_t)(IPV6_FRAGMENT + len));
	part[IPV6_HEADER] = part[6];
	part[6] = NEXT_FRAGMENT;
	part[IPV6_HEADER + 1] = 0;
	store_be16(part + IPV6_HEADER + 2, (uint16_t)(offset | more));
	store_be32(part + IPV6_HEADER + 4, id);
	return part + IPV6_HEADER + IPV6_FRAGMENT;
}

static bool
send_parts(int fd, const struct raw_datagram *d, const uint8_t *packet, size_t len)
{
	static uint32_t last_id;	/* of the one thread that receives */
	bool v4 = addr_is_v4(&d->dst);
	size_t header = v4 ? IPV4_HEADER : IPV6_HEADER, payload = len - header, at, some;
	uint8_t part[IPV6_HEADER + IPV6_FRAGMENT + PART_BYTES], *body;

	if ((uint16_t)++last_id == 0)
		last_id++;
	for (at = 0; at < payload; at += some) {
		some = payload - at < PART_BYTES ? payload - at : PART_BYTES;
		body = begin_part(part, packet, v4, at, some, at + some < payload, last_id);
		memcpy(body, packet + header + at, some);
		if (!send_packet(fd, d, part, (size_t)(body - part) + some))
			return false;
	}
	return true;
}

bool
raw_socket_send(int fd, const struct raw_datagram *d, uint8_t *packet)
{
	const struct pcap_datagram p = { .src = d->src, .dst = d->dst, .src_port = d->src_port, .dst_port = d->dst_port,
		.bytes = d->bytes, .len = d->len };
	bool v4 = addr_is_v4(&d->dst);
	size_t len = pcap_record_bytes(&p) - BEFORE_PACKET;
	uint8_t *ip = packet + BEFORE_PACKET;

	if (!fits(d)) {
		errno = addr_is_v4(&d->src) == v4 ? EMSGSIZE : EAFNOSUPPORT;
		return false;
	}
	pcap_record_put(packet, &p);
	ip[v4 ? 8 : 7] = d->hops;
	if (v4)
		store_be16(ip + 6, 0);		/* routers may fragment it */
	return send_packet(fd, d, ip, len) || (errno == EMSGSIZE && send_parts(fd, d, ip, len));
}

bool
raw_socket_drop_capability(void)
{
#if defined(__linux__)
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_NET_RAW, 0, 0);
	/*
	 * Keeps child processes run as root from regaining it.  Fails without CAP_SETPCAP, where they could
	 * not regain it.
	 */
	(void)prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0);
	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	data[0].effective &= ~(1u << CAP_NET_RAW);
	data[0].permitted &= ~(1u << CAP_NET_RAW);
	data[0].inheritable &= ~(1u << CAP_NET_RAW);
	return syscall(SYS_capset, &header, data) == 0;
#else
	return true;
#endif
}
