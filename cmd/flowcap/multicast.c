/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/multicast.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cli.h"
#include "flowcap/program_log.h"

bool
multicast_is_group(const struct addr *a)
{
	return addr_is_v4(a) ? (a->b[12] & 0xf0) == 0xe0 : a->b[0] == 0xff;
}

unsigned
multicast_interface(const char *name)
{
	unsigned index = if_nametoindex(name);
	char text[IF_NAMESIZE];
	uint64_t number = 0;

	/* An index, as in fe80::1%2. */
	for (const char *c = name; index == 0 && *c >= '0' && *c <= '9' && number < INT32_MAX; c++)
		number = number * 10 + (uint64_t)(*c - '0');
	if (index == 0 && number > 0 && number < INT32_MAX && if_indextoname((unsigned)number, text) != NULL)
		index = (unsigned)number;
	return index;
}

int
join_parse(const char *text, struct join_group *join)
{
	const char *percent = strchr(text, '%');
	size_t len = percent != NULL ? (size_t)(percent - text) : strlen(text);

	*join = (struct join_group){ .text = text };
	if (!addr_parse(text, len, &join->group) || !multicast_is_group(&join->group))
		return cli_misuse("-J: '%s' is no multicast group, such as 239.1.1.1 or ff05::9995%%eth0", text);
	if (percent == NULL)
		return CLI_OK;
	join->interface = multicast_interface(percent + 1);
	return join->interface != 0 ? CLI_OK : cli_misuse("-J: there is no interface '%s'", percent + 1);
}

/* RFC 3678 5.1 */
static bool
join(int udp, const struct join_group *j)
{
	struct group_req request = { .gr_interface = j->interface };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_scope_id = j->interface };
	bool is_v4 = addr_is_v4(&j->group);

	memcpy(&v4.sin_addr, j->group.b + 12, 4);
	memcpy(&v6.sin6_addr, j->group.b, 16);
	memcpy(&request.gr_group, is_v4 ? (const void *)&v4 : (const void *)&v6, is_v4 ? sizeof(v4) : sizeof(v6));
	return setsockopt(udp, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP, &request, sizeof(request)) == 0;
}

bool
multicast_join(const struct options *options, int udp)
{
	int off = 0;

	/* By default, Linux delivers groups that any socket of the machine has joined. */
#if defined(IP_MULTICAST_ALL)
	if (options->joins > 0)
		(void)setsockopt(udp, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));
#endif
#if defined(IPV6_MULTICAST_ALL)
	if (options->joins > 0)
		(void)setsockopt(udp, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off));
#endif
	for (size_t i = 0; i < options->joins; i++)
		if (!join(udp, &options->join[i]) && errno != EADDRINUSE) {
			log_line(LOG_LEVEL_ERROR, "-J %s: %s%s", options->join[i].text, strerror(errno),
			    errno == ENODEV ? " (no route to it: GROUP%INTERFACE names one)" : "");
			return false;
		}
	(void)off;
	return true;
}

void
multicast_send_by(int fd, int family, unsigned interface, unsigned ttl)
{
	struct ip_mreqn by = { .imr_ifindex = (int)interface };
	int index = (int)interface, hops = (int)ttl;

	if (family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index));
		if (ttl != 0)
			(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
		return;
	}
	(void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof(by));
	if (ttl != 0)
		(void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops));
}
