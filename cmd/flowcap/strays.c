/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/strays.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#endif

#include "base/clock.h"
#include "flow.h"

/* Most senders and ports that are reported. */
#define PORTS_MAX 8
#define LINE_BYTES 4096
#define PACKET_BYTES 65536

/* What came to a port. */
struct stray {
	uint16_t port;
	struct addr from;
	unsigned datagrams;
};

/*
 * The value of NAME in a table of /proc/net, whose lines are "Group: name name ..." followed by "Group: value
 * value ...", or "name value"; 0 where there is none.
 */
static uint64_t
counter_in(const char *path, const char *group, const char *name)
{
	char names[LINE_BYTES], values[LINE_BYTES], *n, *v, *np, *vp;
	FILE *f = fopen(path, "re");
	uint64_t found = 0;

	while (f != NULL && fgets(names, sizeof(names), f) != NULL) {
		if (group == NULL) {
			n = strtok_r(names, " \t\n", &np);
			v = strtok_r(NULL, " \t\n", &np);
			if (n != NULL && v != NULL && strcmp(n, name) == 0)
				found = strtoull(v, NULL, 10);
			continue;
		}
		if (strncmp(names, group, strlen(group)) != 0 || fgets(values, sizeof(values), f) == NULL)
			continue;
		n = strtok_r(names, " \n", &np);
		v = strtok_r(values, " \n", &vp);
		while (n != NULL && v != NULL) {
			if (strcmp(n, name) == 0)
				found = strtoull(v, NULL, 10);
			n = strtok_r(NULL, " \n", &np);
			v = strtok_r(NULL, " \n", &vp);
		}
	}
	if (f != NULL)
		(void)fclose(f);
	return found;
}

struct counters {
	uint64_t no_port;	/* datagrams to closed ports */
	uint64_t wrong_way;	/* packets that rp_filter dropped */
};

static struct counters
count(void)
{
	return (struct counters){
		.no_port = counter_in("/proc/net/snmp", "Udp:", "NoPorts") +
		    counter_in("/proc/net/snmp6", NULL, "Udp6NoPorts"),
		.wrong_way = counter_in("/proc/net/netstat", "TcpExt:", "IPReversePathFilter"),
	};
}

/* -1 without permission, or where the system has none. */
static int
packet_socket(void)
{
#if defined(__linux__)
	return socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
#else
	return -1;
#endif
}

/* Whether a datagram is probably an export: does not check templates and counts. */
static bool
is_export(const struct frame *f)
{
	const struct flow_datagram d = { .bytes = f->bytes, .len = f->len, .exporter = f->src };

	return f->len >= 16 && flow_datagram_is_export(&d);
}

static void
take_stray(struct stray *stray, size_t *strays, const struct frame *f)
{
	for (size_t i = 0; i < *strays; i++)
		if (stray[i].port == f->dst_port && addr_equal(&stray[i].from, &f->src)) {
			stray[i].datagrams++;
			return;
		}
	if (*strays < PORTS_MAX)
		stray[(*strays)++] = (struct stray){ f->dst_port, f->src, 1 };
}

#if defined(__linux__)
/* Counts packets to this machine; loopback shows each one twice, and outgoing ones also come in. */
static void
take_packets(int fd, uint16_t port, uint8_t *bytes, struct stray *stray, size_t *strays)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	struct frame f;
	ssize_t n;

	while ((n = recvfrom(fd, bytes, PACKET_BYTES, MSG_DONTWAIT, (struct sockaddr *)&from, &len)) > 0) {
		bool ours = from.sll_pkttype == PACKET_HOST || from.sll_pkttype == PACKET_MULTICAST ||
		    from.sll_pkttype == PACKET_BROADCAST;

		len = sizeof(from);
		if (ours && frame_parse(FRAME_RAW, bytes, (size_t)n, &f) == FRAME_UDP && f.dst_port != port &&
		    is_export(&f))
			take_stray(stray, strays, &f);
	}
}
#else
static void
take_packets(int fd, uint16_t port, uint8_t *bytes, struct stray *stray, size_t *strays)
{
	(void)fd;
	(void)port;
	(void)bytes;
	(void)stray;
	(void)strays;
}
#endif

static void
tell_strays(const struct stray *stray, size_t strays, uint16_t port, struct findings *out)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < strays; i++) {
		int len = (int)addr_format(&stray[i].from, text);

		findings_add(out, FINDING_NOTE, "%.*s sends what looks like exports to port %u: flowcap is to "
		    "listen at %u: change the one or the other, unless another "
		    "collector is meant", len, text, stray[i].port, port);
	}
}

static void
tell_counters(const struct counters *a, const struct counters *b, int wait_ms, bool seen, uint16_t port,
    struct findings *out)
{
	if (b->no_port > a->no_port && !seen)
		findings_add(out, FINDING_NOTE, "%" PRIu64 " datagrams came in %d ms to UDP ports at which nobody "
		    "listens: if an exporter sends to another port than %u they are its: tcpdump -ni any udp and "
		    "not port %u", b->no_port - a->no_port, wait_ms, port, port);
	if (b->wrong_way > a->wrong_way)
		findings_add(out, FINDING_WARNING, "%" PRIu64 " packets were dropped in %d ms by rp_filter, as "
		    "answers to them would leave by another interface: if exporters are among the senders: sysctl -w "
		    "net.ipv4.conf.all.rp_filter=2", b->wrong_way - a->wrong_way, wait_ms);
}

void
strays_look(uint16_t port, int wait_ms, struct findings *out)
{
	struct counters before = count(), after;
	struct stray stray[PORTS_MAX];
	struct pollfd wait = { .fd = packet_socket(), .events = POLLIN };
	uint8_t *bytes = wait.fd >= 0 ? malloc(PACKET_BYTES) : NULL;
	int64_t end_ms = clock_steady_ms() + wait_ms, left;
	size_t strays = 0;

	while ((left = end_ms - clock_steady_ms()) > 0)
		if (poll(&wait, bytes != NULL, (int)left) > 0)
			take_packets(wait.fd, port, bytes, stray, &strays);
	after = count();
	tell_strays(stray, strays, port, out);
	tell_counters(&before, &after, wait_ms, strays > 0, port, out);
	free(bytes);
	if (wait.fd >= 0)
		(void)close(wait.fd);
}
