/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scans in ordinary traffic, ten times, and nothing in traffic without: recall and precision.  Beside the scans there
 * are hosts that must not be taken for scanners: a client of 443 of 2000 hosts, a resolver of whose 1500 servers one in
 * twenty is dead, a traceroute, a program that shares files with peers at ports all over, and a client of a few
 * dead hosts, and a source of a flood of all ports.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>

#include "detect/traffic.h"
#include "tap.h"

#define SEEDS 10
#define SCANS 9

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static uint64_t state;

static struct addr
outside(void)
{
	return addr_from_v4((uint32_t)(0xc6336400 - (1 << 20) + traffic_random(&state, 1 << 20)));
}

static int64_t
some_time(void)
{
	return TRAFFIC_START_MS + (int64_t)traffic_random(&state, 24 * (uint64_t)TRAFFIC_HOUR_MS);
}

/* A probe of one packet: answered means that the target talks back. */
static void
probe(struct traffic *t, struct addr src, struct addr dst, uint8_t proto, uint16_t port, int64_t time_ms,
    bool answered)
{
	struct traffic_flow f = { .src = src, .dst = dst, .proto = proto,
		.sport = (uint16_t)(40000 + traffic_random(&state, 20000)), .dport = port, .flags = proto == 6 ? SYN :
		    0,
		.icmp_type = proto == 1 ? 8 : 0, .first_ms = time_ms, .last_ms = time_ms, .packets = 1, .bytes = 40 };

	if (proto == 1)
		f.sport = 0;
	if (!answered) {
		traffic_add(t, &f);
		return;
	}
	if (proto == 6) {
		f.flags = SYN | ACK | PSH | FIN;
		f.packets = 6;
		f.bytes = 900;
	}
	traffic_talk(t, f, 5, 2000);
}

/* n hosts on one port, a few of which answer. */
static void
sweep(struct traffic *t, const char *src, uint8_t proto, uint16_t port, unsigned n, unsigned answering_percent,
    int64_t gap_ms)
{
	int64_t time_ms = TRAFFIC_START_MS + 1000;

	for (unsigned i = 0; i < n; i++, time_ms += gap_ms)
		probe(t, traffic_addr(src), addr_from_v4(0xcb007100 + i), proto, port, time_ms,
		    traffic_random(&state, 100) < answering_percent);
}

/* n ports of one host, which refuses. */
static void
try_ports(struct traffic *t, const char *src, const char *dst, uint8_t proto, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		probe(t, traffic_addr(src), traffic_addr(dst), proto, (uint16_t)(1 + i * 7), some_time(), false);
}

static void
scans(struct traffic *t)
{
	sweep(t, "192.0.2.1", 6, 22, 200, 0, 50);
	sweep(t, "192.0.2.2", 6, 445, 100, 20, 1000);
	sweep(t, "192.0.2.3", 17, 161, 250, 3, 20);
	sweep(t, "192.0.2.4", 1, 0, 254, 10, 10);
	sweep(t, "192.0.2.5", 6, 3389, 64, 5, 1200000);	/* a slow one: all day */
	sweep(t, "2001:db8::5", 6, 23, 48, 0, 500);
	try_ports(t, "192.0.2.6", "198.51.100.9", 6, 400);
	try_ports(t, "192.0.2.7", "198.51.100.9", 17, 120);
	try_ports(t, "2001:db8::6", "2001:db8::1", 6, 60);
}

static const char *const truth[SCANS] = { " 192.0.2.1 6 22 ", " 192.0.2.2 6 445 ", " 192.0.2.3 17 161 ",
    " 192.0.2.4 1 0 ", " 192.0.2.5 6 3389 ", " 2001:db8::5 6 23 ", " 192.0.2.6 198.51.100.9 6 ",
    " 192.0.2.7 198.51.100.9 17 ", " 2001:db8::6 2001:db8::1 6 " };

static void
harmless(struct traffic *t)
{
	/* Never answered are 4 % of 443's, as they are of the resolver's servers. */
	for (unsigned i = 0; i < 2000; i++)
		probe(t, traffic_addr("192.0.2.20"), addr_from_v4(0xc6120000 + i), 6, 443, some_time(), i % 25 != 0);
	for (unsigned i = 0; i < 1500; i++)
		probe(t, traffic_addr("192.0.2.21"), addr_from_v4(0xc6130000 + i), 17, 53, some_time(), i % 20 != 0);
	for (unsigned i = 0; i < 90; i++)
		probe(t, traffic_addr("192.0.2.22"), traffic_addr("198.51.100.10"), 17, (uint16_t)(33434 + i),
		    some_time(), false);
	for (unsigned i = 0; i < 400; i++)
		probe(t, traffic_addr("192.0.2.23"), outside(), i % 2 == 0 ? 6 : 17,
		    (uint16_t)(1024 + traffic_random(&state, 60000)), some_time(), i % 3 == 0);
	for (unsigned i = 0; i < 20; i++)
		probe(t, traffic_addr("192.0.2.24"), addr_from_v4(0xc6140000 + i), 6, 25, some_time(), false);
	/* A server's answers to sources that were made up. */
	for (unsigned i = 0; i < 500; i++) {
		struct traffic_flow f = { .src = traffic_addr("192.0.2.25"), .dst = outside(), .proto = 6, .sport = 80,
			.dport = (uint16_t)(1024 + traffic_random(&state, 60000)), .flags = i % 2 == 0 ? SYN | ACK :
			    RST | ACK,
			.first_ms = some_time(), .packets = 1, .bytes = 40 };

		f.last_ms = f.first_ms;
		traffic_add(t, &f);
	}
	/* A flood of large datagrams to all ports of one host. */
	for (unsigned i = 0; i < 300; i++) {
		struct traffic_flow f = { .src = traffic_addr("192.0.2.27"), .dst = traffic_addr("198.51.100.11"),
		    .proto = 17,
			.sport = 5000, .dport = (uint16_t)(1 + i * 200), .first_ms = some_time(), .packets = 1500,
			.bytes = 1800000 };

		f.last_ms = f.first_ms;
		traffic_add(t, &f);
	}
	/* Sampled: most clients' packets and answers are not seen. */
	for (unsigned i = 0; i < 300; i++) {
		struct traffic_flow f = { .src = traffic_addr("192.0.2.26"), .dst = outside(), .proto = 17,
			.sport = 5000, .dport = 443, .sampling = 1000, .first_ms = some_time(), .packets = 1000,
			.bytes = 1200000 };

		f.last_ms = f.first_ms;
		traffic_add(t, &f);
	}
}

static unsigned
lines(const char *text, const char *with)
{
	unsigned n = 0;

	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return with == NULL ? n : strstr(text, with) != NULL;
}

static struct flow_detect_options
wanted(uint64_t seed)
{
	struct flow_detect_options o = FLOW_DETECT_OPTIONS_INIT;

	o.what = FLOW_DETECT_SCANS;
	o.seed = seed;
	return o;
}

static void
by_seed(uint64_t seed, unsigned *found, unsigned *alarms, unsigned *false_alarms)
{
	static char text[65536], other[65536];
	struct flow_detect_options o = wanted(seed);
	struct traffic *t = traffic_new();
	struct flow_detect *d;

	state = seed;
	traffic_ordinary(t, seed, 60000, 24);
	d = traffic_detect(t, &o, 1, 1);
	*false_alarms += (unsigned)(flow_detect_rows(d, 0) + flow_detect_rows(d, 1));
	flow_detect_free(d);
	harmless(t);
	scans(t);
	d = traffic_detect(t, &o, 1, 1);
	traffic_text(d, o.what, text, sizeof(text));
	flow_detect_free(d);
	for (unsigned i = 0; i < SCANS; i++)
		*found += lines(text, truth[i]);
	*alarms += lines(text, NULL) - 2;
	/* Other workers, shares and hashes: the same. */
	o.seed = seed * 77;
	d = traffic_detect(t, &o, 3, 5);
	traffic_text(d, o.what, other, sizeof(other));
	is_str(other, text);
	flow_detect_free(d);
	traffic_free(t);
}

/* Numbers that can be counted by hand: 40 hosts, of which 4 answer. */
static void
exact(void)
{
	struct flow_detect_options o = wanted(1);
	struct traffic *t = traffic_new();
	struct flow_detect *d;
	char text[2048];

	state = 1;
	for (unsigned i = 0; i < 40; i++)
		for (unsigned again = 0; again < 2; again++)
			probe(t, traffic_addr("192.0.2.1"), addr_from_v4(0xcb007100 + i), 6, 22,
			    TRAFFIC_START_MS + i * 1000 + again, i >= 36);
	o.command = "flowcat -r 'a b'";
	o.filter = "proto tcp or host 'x'";
	d = traffic_detect(t, &o, 1, 1);
	traffic_text(d, o.what, text, sizeof(text));
	/* 36 first contacts fail and then 4 succeed: the walk's highest place is 36 ln 4. */
	is_str(text, "scans of hosts\n90.0 192.0.2.1 6 22 36 40 4 80 49.9 1767225600000 1767225639001 flowcat -r 'a b' "
	    "'(proto tcp or host '\\''x'\\'') and (src host 192.0.2.1 and proto 6 and dst port 22)' \n"
	    "scans of ports\n");
	flow_detect_free(d);
	o.scan_targets = 37;
	d = traffic_detect(t, &o, 1, 1);
	is_uint(flow_detect_rows(d, 0), 0);
	flow_detect_free(d);
	traffic_free(t);
}

int
main(void)
{
	unsigned found = 0, alarms = 0, false_alarms = 0;
	double recall, precision;

	exact();
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		by_seed(seed, &found, &alarms, &false_alarms);
	recall = found / (double)(SEEDS * SCANS);
	precision = alarms > 0 ? found / (double)alarms : 0;
	printf("# scans: %u of %u found, %u alarms: recall %.3f, precision %.3f; %u alarms in ordinary traffic\n",
	    found,
	    SEEDS * SCANS, alarms, recall, precision, false_alarms);
	ok(recall >= 0.95);
	ok(precision >= 0.95);
	is_uint(false_alarms, 0);
	return tap_done();
}
