/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts that talk to addresses on lists: who began, whether it was answered, what went to and fro; told by hand. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/traffic.h"
#include "tap.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static void
unexpected(void *context, const char *message)
{
	(void)context;
	(void)message;
	abort();
}

static struct net_lists *
lists_of(const char *const text[][2], size_t n)
{
	struct net_lists *l = net_lists_new();
	struct flow_error err;

	for (size_t i = 0; i < n; i++)
		if (net_lists_add_bytes(l, text[i][0], text[i][1], strlen(text[i][1]), unexpected, NULL,
		    &err) != FLOW_OK)
			abort();
	if (net_lists_end(l, &err) != FLOW_OK)
		abort();
	return l;
}

static struct traffic_flow
flow(const char *src, const char *dst, uint8_t proto, uint16_t dport, uint16_t flags, unsigned second)
{
	return (struct traffic_flow){ .src = traffic_addr(src), .dst = traffic_addr(dst), .proto = proto,
	    .sport = 50000,
		.dport = dport, .flags = flags, .icmp_type = proto == 1 ? 8 : 0,
		    .first_ms = TRAFFIC_START_MS + second * 1000,
		.last_ms = TRAFFIC_START_MS + second * 1000 + 500, .packets = 3, .bytes = 1000 };
}

/* 203.0.113.0/24 is on list a, 203.0.113.128/25 on list b, too, 2001:db8:bad::/48 on b. */
static void
make(struct traffic *t)
{
	struct traffic_flow f;

	/* Asked and answered, twice, for 2000 bytes out and 8999 in. */
	traffic_talk(t, flow("198.51.100.1", "203.0.113.1", 6, 443, SYN | ACK | PSH, 1), 5, 7999);
	traffic_talk(t, flow("198.51.100.1", "203.0.113.1", 6, 443, SYN | ACK | PSH, 9), 5, 1000);
	/* Asked in vain: refused, and by UDP. */
	traffic_add(t, &(struct traffic_flow){ .src = traffic_addr("198.51.100.2"), .dst = traffic_addr("203.0.113.2"),
		.proto = 6, .sport = 50000, .dport = 25, .flags = SYN, .first_ms = TRAFFIC_START_MS + 2000,
		.last_ms = TRAFFIC_START_MS + 2000, .packets = 1, .bytes = 40 });
	traffic_add(t, &(struct traffic_flow){ .src = traffic_addr("203.0.113.2"), .dst = traffic_addr("198.51.100.2"),
		.proto = 6, .sport = 25, .dport = 50000, .flags = RST | ACK, .first_ms = TRAFFIC_START_MS + 2001,
		.last_ms = TRAFFIC_START_MS + 2001, .packets = 1, .bytes = 40 });
	f = flow("198.51.100.3", "203.0.113.200", 17, 53, 0, 3);
	traffic_add(t, &f);
	/* A peer comes in, and one knocks. */
	traffic_talk(t, flow("203.0.113.4", "198.51.100.4", 6, 22, SYN | ACK | PSH, 4), 5, 3000);
	f = flow("203.0.113.5", "198.51.100.5", 6, 23, SYN, 5);
	traffic_add(t, &f);
	/* By IPv6, of pings, and of a tunnel both ways. */
	traffic_talk(t, flow("2001:db8::1", "2001:db8:bad::9", 17, 53, 0, 6), 1, 500);
	f = flow("198.51.100.6", "203.0.113.6", 1, 0, 0, 7);
	f.sport = 0;
	traffic_talk(t, f, 3, 1000);
	f = flow("198.51.100.7", "203.0.113.7", 50, 0, 0, 8);
	f.sport = 0;
	traffic_talk(t, f, 3, 1000);
	/* Nobody's: a private peer, multicast, and what is on no list. */
	traffic_talk(t, flow("198.51.100.8", "10.0.0.1", 6, 443, SYN | ACK, 10), 5, 1000);
	traffic_talk(t, flow("198.51.100.8", "224.0.0.9", 17, 520, 0, 10), 5, 1000);
	traffic_talk(t, flow("198.51.100.8", "192.0.2.9", 6, 443, SYN | ACK, 10), 5, 1000);
}

#define AT(second) "17672256" second
/* Scores: 80, 60, 50 or 20; 5 for a second list; log10(bytes + 1), at most 9. */
static const char knocked[] =
    "23.0 198.51.100.5 a 203.0.113.5 peer no 0 1000 1 " AT("05000 ") AT("05500 ");
static const char loud[] = "listed peers\n"
    "84.0 198.51.100.1 a 203.0.113.1 host yes 2000 8999 4 " AT("01000 ") AT("09500 ") "\n"
    "83.3 198.51.100.6 a 203.0.113.6 host yes 1000 1000 2 " AT("07000 ") AT("07500 ") "\n"
    "83.3 198.51.100.7 a 203.0.113.7 both yes 1000 1000 2 " AT("08000 ") AT("08500 ") "\n"
    "83.2 2001:db8::1 b 2001:db8:bad::9 host yes 1000 500 2 " AT("06000 ") AT("06500 ") "\n"
    "63.6 198.51.100.4 a 203.0.113.4 peer yes 3000 1000 2 " AT("04000 ") AT("04500 ") "\n"
    "58.0 198.51.100.3 a 203.0.113.200 host no 1000 0 1 " AT("03000 ") AT("03500 ") "\n"
    "58.0 198.51.100.3 b 203.0.113.200 host no 1000 0 1 " AT("03000 ") AT("03500 ") "\n"
    "51.9 198.51.100.2 a 203.0.113.2 host no 40 40 2 " AT("02000 ") AT("02001 ") "\n";

/* All rows, without their commands, which begin with "flowcat". */
static void
told(const struct traffic *t, const struct flow_detect_options *o, size_t workers, unsigned shares, char out[8192])
{
	struct flow_detect *d = traffic_detect(t, o, workers, shares);
	char *to = out;

	traffic_text(d, o->what, out, 8192);
	for (const char *p = out; *p != '\0';) {
		if (strncmp(p, "flowcat", 7) == 0)
			p += strcspn(p, "\n");
		else
			*to++ = *p++;
	}
	*to = '\0';
	flow_detect_free(d);
}

int
main(void)
{
	static const char *const text[][2] = { { "a", "203.0.113.0/24\n10.0.0.0/8\n224.0.0.0/4\n" },
		{ "b", "2001:db8:bad::/48\n203.0.113.128-203.0.113.255\n" } };
	static const char *const own[][2] = { { "own", "198.51.100.4/31\n203.0.113.200\n10.0.0.0/8\n" } };
	struct flow_detect_options o = FLOW_DETECT_OPTIONS_INIT;
	struct net_lists *lists = lists_of(text, 2), *local = lists_of(own, 1);
	struct traffic *t = traffic_new();
	char got[8192];

	make(t);
	o.what = FLOW_DETECT_LISTED;
	o.lists = lists;
	told(t, &o, 1, 1, got);
	is_str(got, loud);
	/* What comes to a host is noise, until it is asked for. */
	o.listed_score = 0;
	told(t, &o, 3, 7, got);
	ok(strncmp(got, loud, sizeof(loud) - 1) == 0);
	ok(strstr(got, knocked) != NULL);
	o.listed_flows = 4;
	told(t, &o, 2, 1, got);
	is_uint((unsigned)(strchr(strchr(got, '\n') + 1, '\n') - got), strlen(got) - 1);
	o.listed_flows = 1;
	o.listed_bytes = 4000;
	told(t, &o, 2, 1, got);
	ok(strstr(got, "198.51.100.4 ") != NULL && strstr(got, "198.51.100.6 ") == NULL);
	o.most = 1;
	told(t, &o, 2, 1, got);
	ok(strstr(got, "198.51.100.1 ") != NULL && strstr(got, "198.51.100.4 ") == NULL);
	/* With own networks known, they are what is watched, and no peer. */
	o = FLOW_DETECT_OPTIONS_INIT;
	o.what = FLOW_DETECT_LISTED;
	o.lists = lists;
	o.own = local;
	o.listed_score = 0;
	told(t, &o, 1, 1, got);
	ok(strstr(got, "198.51.100.4 a 203.0.113.4 peer yes") != NULL);
	ok(strstr(got, "198.51.100.5 a 203.0.113.5 peer no") != NULL);
	ok(strstr(got, "198.51.100.1 ") == NULL && strstr(got, "203.0.113.200") == NULL);
	traffic_free(t);
	net_lists_free(lists);
	net_lists_free(local);
	return tap_done();
}
