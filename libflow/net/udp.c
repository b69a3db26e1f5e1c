/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_BYTES 128

struct udp_receiver {
	size_t batch;
	uint8_t *bytes;			/* batch times UDP_DATAGRAM_MAX */
	struct mmsghdr *message;
	struct iovec *vector;
	struct sockaddr_storage *from;
	uint8_t (*control)[CONTROL_BYTES];
	struct udp_datagram *datagram;
	uint32_t drops_seen;		/* the kernel's counter wraps */
	uint64_t drops;
};

static void
set_options(int fd, size_t buffer_bytes)
{
	int on = 1, size = buffer_bytes > INT32_MAX ? INT32_MAX : (int)buffer_bytes;

	/* Without these, only times and drop counts are less exact. */
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	if (size > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int
open_socket(const struct addrinfo *a, enum udp_family family, size_t buffer_bytes)
{
	int on = 1, off = 0;
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

	if (fd < 0)
		return -1;
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, family == UDP_ANY ? &off : &on,
		    sizeof(on));
	set_options(fd, buffer_bytes);
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0) {
		int keep = errno;

		(void)close(fd);
		errno = keep;
		return -1;
	}
	return fd;
}

/* In the order of preference: without a host and family, IPv6 (for both) comes first. */
static int
open_first(const struct addrinfo *list, enum udp_family family, bool any_host, size_t buffer_bytes)
{
	const struct addrinfo *a;
	int fd = -1, pass;

	for (pass = 0; pass < 2 && fd < 0; pass++) {
		for (a = list; a != NULL && fd < 0; a = a->ai_next) {
			bool preferred = !any_host || family != UDP_ANY || a->ai_family == AF_INET6;

			if (preferred == (pass == 0))
				fd = open_socket(a, family, buffer_bytes);
		}
	}
	return fd;
}

enum flow_status
udp_bind(const char *host, uint16_t port, enum udp_family family, size_t buffer_bytes, int *fd,
    struct flow_error *err)
{
	struct addrinfo hints = {
		.ai_family = family == UDP_IPV4 ? AF_INET : family == UDP_IPV6 ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	}, *list;
	char service[8];
	int rc, got;

	(void)snprintf(service, sizeof(service), "%u", port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: %s",
		    host != NULL ? host : "any address", gai_strerror(rc));
	got = open_first(list, family, host == NULL, buffer_bytes);
	freeaddrinfo(list);
	if (got < 0 && port == 0)
		return flow_fail_errno(err, "%s", host != NULL ? host : "any address");
	if (got < 0)
		return flow_fail_errno(err, "%s port %u", host != NULL ? host : "any address", port);
	*fd = got;
	return FLOW_OK;
}

enum flow_status
udp_adopt(int fd, size_t buffer_bytes, struct flow_error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return flow_fail_errno(err, "socket %d", fd);
	set_options(fd, buffer_bytes);
	return FLOW_OK;
}

uint16_t
udp_port(int fd)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(a);
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		return 0;
	if (a.ss_family == AF_INET) {
		memcpy(&v4, &a, sizeof(v4));
		return ntohs(v4.sin_port);
	}
	memcpy(&v6, &a, sizeof(v6));
	return a.ss_family == AF_INET6 ? ntohs(v6.sin6_port) : 0;
}

void
udp_receiver_free(struct udp_receiver *r)
{
	if (r == NULL)
		return;
	free(r->bytes);
	free(r->message);
	free(r->vector);
	free(r->from);
	free(r->control);
	free(r->datagram);
	free(r);
}

struct udp_receiver *
udp_receiver_new(size_t batch)
{
	struct udp_receiver *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->batch = batch;
	r->bytes = malloc(batch * UDP_DATAGRAM_MAX);
	r->message = calloc(batch, sizeof(*r->message));
	r->vector = calloc(batch, sizeof(*r->vector));
	r->from = calloc(batch, sizeof(*r->from));
	r->control = calloc(batch, sizeof(*r->control));
	r->datagram = calloc(batch, sizeof(*r->datagram));
	if (r->bytes == NULL || r->message == NULL || r->vector == NULL || r->from == NULL ||
	    r->control == NULL || r->datagram == NULL) {
		udp_receiver_free(r);
		return NULL;
	}
	return r;
}

static void
prepare(struct udp_receiver *r)
{
	size_t i;

	for (i = 0; i < r->batch; i++) {
		r->vector[i] = (struct iovec){ r->bytes + i * UDP_DATAGRAM_MAX, UDP_DATAGRAM_MAX };
		r->message[i].msg_hdr = (struct msghdr){
			.msg_name = &r->from[i], .msg_namelen = sizeof(r->from[i]),
			.msg_iov = &r->vector[i], .msg_iovlen = 1,
			.msg_control = r->control[i], .msg_controllen = sizeof(r->control[i]),
		};
	}
}

static void
take_address(const struct sockaddr_storage *from, struct udp_datagram *d)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from->ss_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		d->src = addr_from_v4(ntohl(v4.sin_addr.s_addr));
		d->src_port = ntohs(v4.sin_port);
	} else {
		/* IPv4 through an IPv6 socket comes as ::ffff:a.b.c.d, which is what struct addr wants. */
		memcpy(&v6, from, sizeof(v6));
		d->src = addr_from_v6(v6.sin6_addr.s6_addr);
		d->src_port = ntohs(v6.sin6_port);
	}
}

static int64_t
to_ms(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

/* A queued datagram may carry an older count than the kernel's last answer. */
static void
take_drops(struct udp_receiver *r, uint32_t seen)
{
	if ((int32_t)(seen - r->drops_seen) <= 0)
		return;
	r->drops += seen - r->drops_seen;
	r->drops_seen = seen;
}

static void
take_control(struct udp_receiver *r, struct msghdr *h, struct udp_datagram *d)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SO_RXQ_OVFL && c->cmsg_len >= CMSG_LEN(sizeof(uint32_t))) {
			uint32_t seen;

			memcpy(&seen, CMSG_DATA(c), sizeof(seen));
			take_drops(r, seen);
		} else if (c->cmsg_type == SCM_TIMESTAMPNS &&
		    c->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof(t));
			d->received_ms = to_ms(&t);
		}
	}
}

enum flow_status
udp_receive(struct udp_receiver *r, int fd, const struct udp_datagram **datagrams, size_t *count,
    struct flow_error *err)
{
	struct timespec now;
	int n, i;

	*count = 0;
	*datagrams = r->datagram;
	prepare(r);
	n = recvmmsg(fd, r->message, (unsigned)r->batch, 0, NULL);
	/* An error of one peer (its closed port) does not concern the socket. */
	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED))
		return FLOW_OK;
	if (n < 0)
		return flow_fail_errno(err, "receive");
	(void)clock_gettime(CLOCK_REALTIME, &now);
	for (i = 0; i < n; i++) {
		struct udp_datagram *d = &r->datagram[i];

		d->bytes = r->vector[i].iov_base;
		d->len = r->message[i].msg_len;
		d->received_ms = to_ms(&now);
		take_address(&r->from[i], d);
		take_control(r, &r->message[i].msg_hdr, d);
	}
	*count = (size_t)n;
	return FLOW_OK;
}

uint64_t
udp_receiver_drops(const struct udp_receiver *r)
{
	return r->drops;
}

void
udp_receiver_ask(struct udp_receiver *r, int fd)
{
#if defined(SO_MEMINFO)
	/* linux/sock_diag.h: SK_MEMINFO_DROPS is the ninth of them. */
	uint32_t memory[9];
	socklen_t len = sizeof(memory);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &len) == 0 && len == sizeof(memory))
		take_drops(r, memory[8]);
#else
	(void)r;
	(void)fd;
#endif
}

uint64_t
udp_receiver_forget(struct udp_receiver *r, int fd)
{
	uint64_t drops;

	udp_receiver_ask(r, fd);
	drops = r->drops;
	r->drops = 0;
	return drops;
}
