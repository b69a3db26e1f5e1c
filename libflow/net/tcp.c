/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64

static int
open_socket(const struct addrinfo *a, enum udp_family family)
{
	int on = 1, v6_only = family != UDP_ANY, keep;
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

	if (fd < 0)
		return -1;
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	keep = errno;
	(void)close(fd);
	errno = keep;
	return -1;
}

/* Without a host and family, IPv6 first: it takes both families. */
static int
open_first(const struct addrinfo *list, enum udp_family family, bool any_host)
{
	const struct addrinfo *a;
	int fd = -1;

	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		if (!any_host || family != UDP_ANY || a->ai_family == AF_INET6)
			fd = open_socket(a, family);
	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		fd = open_socket(a, family);
	return fd;
}

enum flow_status
tcp_adopt(int fd, struct flow_error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return flow_fail_errno(err, "socket %d", fd);
	return FLOW_OK;
}

enum flow_status
tcp_listen(const char *host, uint16_t port, enum udp_family family, int *fd, struct flow_error *err)
{
	struct addrinfo hints = {
		.ai_family = family == UDP_IPV4 ? AF_INET : family == UDP_IPV6 ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	}, *list;
	char service[8];
	int rc, got;

	(void)snprintf(service, sizeof(service), "%u", port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: %s",
		    host != NULL ? host : "any address", gai_strerror(rc));
	got = open_first(list, family, host == NULL);
	freeaddrinfo(list);
	if (got < 0 && port == 0)
		return flow_fail_errno(err, "%s", host != NULL ? host : "any address");
	if (got < 0)
		return flow_fail_errno(err, "%s TCP port %u", host != NULL ? host : "any address", port);
	*fd = got;
	return FLOW_OK;
}

int
tcp_accept(int listener, struct addr *peer, uint16_t *port)
{
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(from);
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	int on = 1, fd = accept4(listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (from.ss_family == AF_INET) {
		memcpy(&v4, &from, sizeof(v4));
		*peer = addr_from_v4(ntohl(v4.sin_addr.s_addr));
		*port = ntohs(v4.sin_port);
	} else {
		memcpy(&v6, &from, sizeof(v6));
		*peer = addr_from_v6(v6.sin6_addr.s6_addr);
		*port = ntohs(v6.sin6_port);
	}
	return fd;
}
