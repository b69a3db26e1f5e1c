/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Beacons, floods, amplification and exfiltration in ordinary traffic, ten times, and nothing in traffic without:
 * recall and precision of each.  Beside the events there is what must not be taken for one; each function says what.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detect/traffic.h"
#include "tap.h"

#define SEEDS 10
#define FULL (FLOW_DETECT_ALL & ~(unsigned)FLOW_DETECT_SCANS)

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

static uint64_t state;

/* From 0 up to 1. */
static double
part(void)
{
	return (double)traffic_random(&state, 1000000) / 1e6;
}

static struct traffic_flow
flow(const char *src, const char *dst, uint8_t proto, uint16_t dport, int64_t time_ms)
{
	return (struct traffic_flow){ .src = traffic_addr(src), .dst = traffic_addr(dst), .proto = proto,
		.sport = (uint16_t)(40000 + traffic_random(&state, 20000)), .dport = dport,
		.flags = proto == 6 ? SYN | ACK | PSH | FIN : 0, .first_ms = time_ms, .last_ms = time_ms + 200,
		.packets = 8, .bytes = 900 };
}

/* n connections, gaps of gap_s seconds that differ by jitter to either side; in a hundred some are missing. */
static void
beacon(struct traffic *t, const char *src, uint8_t proto, uint16_t port, unsigned n, double gap_s, double jitter,
    unsigned missing_percent)
{
	double at_ms = (double)TRAFFIC_START_MS + 1000;

	for (unsigned i = 0; i < n; i++) {
		struct traffic_flow f = flow(src, "203.0.113.7", proto, port, (int64_t)at_ms);

		f.bytes = 700 + (int64_t)traffic_random(&state, 100);
		if (traffic_random(&state, 100) >= missing_percent)
			traffic_talk(t, f, 6, 1200);
		at_ms += 1000 * gap_s * (1 + jitter * (2 * part() - 1));
	}
}

static void
beacon_events(struct traffic *t)
{
	beacon(t, "192.0.2.1", 6, 443, 280, 300, 0, 0);
	beacon(t, "192.0.2.2", 6, 8080, 280, 300, 0.2, 5);
	beacon(t, "192.0.2.3", 6, 443, 1400, 60, 0.5, 0);
	beacon(t, "192.0.2.4", 17, 53, 140, 600, 0.1, 8);
	beacon(t, "2001:db8::4", 6, 443, 48, 1800, 0.1, 0);
}

/* By chance, conversations that routers cut, time servers, and downloads at fixed hours. */
static void
beacon_harmless(struct traffic *t)
{
	char host[32];

	for (unsigned h = 0; h < 60; h++) {
		double at_ms = (double)TRAFFIC_START_MS;

		(void)snprintf(host, sizeof(host), "192.0.2.%u", 100 + h);
		for (unsigned i = 0; i < 40 + 3 * h; i++) {
			at_ms -= 300000 * log(1 - part());
			traffic_talk(t, flow(host, "203.0.113.7", 6, 443, (int64_t)at_ms), 6, 1200);
		}
	}
	for (unsigned i = 0; i < 1000; i++) {
		struct traffic_flow f = flow("192.0.2.20", "203.0.113.8", 6, 443, TRAFFIC_START_MS + i * 60000);

		f.sport = 50000;
		f.flags = i == 0 ? SYN | ACK : ACK;
		f.last_ms = f.first_ms + 59999;
		traffic_talk(t, f, 8, 900);
		f = flow("192.0.2.21", "203.0.113.9", 17, 123, TRAFFIC_START_MS + i * 64000);
		traffic_talk(t, f, 1, 76);
	}
	/* What announces itself to all. */
	for (unsigned i = 0; i < 500; i++)
		traffic_add(t, &(struct traffic_flow){ .src = traffic_addr("192.0.2.23"),
		    .dst = traffic_addr("224.0.0.251"),
		    .proto = 17, .sport = (uint16_t)(9000 + i), .dport = 8612, .first_ms = TRAFFIC_START_MS + i * 7000,
		    .last_ms = TRAFFIC_START_MS + i * 7000, .packets = 1, .bytes = 44 });
	for (unsigned i = 0; i < 96; i++) {
		struct traffic_flow f = flow("192.0.2.22", "203.0.113.10", 6, 443, TRAFFIC_START_MS + i * 900000);

		f.bytes = 500 + (int64_t)traffic_random(&state, 100000);
		traffic_talk(t, f, 60, 90000);
	}
}

/* From each of many sources one flow in the minute that begins at time_ms. */
static void
flood(struct traffic *t, const char *dst, uint8_t proto, uint16_t port, unsigned sources, int64_t packets,
    int64_t bytes, int64_t time_ms)
{
	for (unsigned i = 0; i < sources; i++) {
		struct traffic_flow f = flow("0.0.0.0", dst, proto, port,
		    time_ms + (int64_t)traffic_random(&state, 50000));

		f.src = addr_from_v4(0x0a000000 + (uint32_t)traffic_random(&state, 1 << 24));
		f.flags = proto == 6 ? SYN : 0;
		f.icmp_type = proto == 1 ? 8 : 0;
		f.packets = packets;
		f.bytes = bytes;
		traffic_add(t, &f);
	}
}

static void
flood_events(struct traffic *t)
{
	flood(t, "192.0.2.80", 6, 443, 9000, 1, 40, TRAFFIC_START_MS + TRAFFIC_HOUR_MS);
	flood(t, "2001:db8::80", 6, 25, 4500, 1, 60, TRAFFIC_START_MS + 5 * TRAFFIC_HOUR_MS);
	flood(t, "192.0.2.81", 17, 5000, 60, 10000, 14000000, TRAFFIC_START_MS + 2 * TRAFFIC_HOUR_MS);
	flood(t, "192.0.2.82", 17, 27016, 200, 3000, 180000, TRAFFIC_START_MS + 3 * TRAFFIC_HOUR_MS);
	flood(t, "192.0.2.83", 1, 0, 500, 1000, 64000, TRAFFIC_START_MS + 4 * TRAFFIC_HOUR_MS);
}

/* A crowd that is served, a QUIC server, a stream of one sender, television by multicast. */
static void
flood_harmless(struct traffic *t)
{
	struct traffic_flow f;

	for (unsigned i = 0; i < 6000; i++) {
		f = flow("0.0.0.0", "192.0.2.87", 6, 443, TRAFFIC_START_MS + TRAFFIC_HOUR_MS + i * 10);
		f.src = addr_from_v4(0x0b000000 + i);
		traffic_talk(t, f, 9, 40000);
	}
	for (unsigned i = 0; i < 300; i++) {
		f = flow("0.0.0.0", "192.0.2.88", 17, 443, TRAFFIC_START_MS + TRAFFIC_HOUR_MS + i * 100);
		f.src = addr_from_v4(0x0c000000 + i);
		f.packets = 4000;
		f.bytes = 4800000;
		traffic_talk(t, f, 2000, 100000);
	}
	f = flow("192.0.2.89", "192.0.2.90", 17, 5004, TRAFFIC_START_MS + TRAFFIC_HOUR_MS);
	f.last_ms = f.first_ms + 600000;
	f.packets = 3600000;
	f.bytes = INT64_C(5000000000);
	traffic_add(t, &f);
	for (unsigned i = 0; i < 20; i++) {
		f.dst = addr_from_v4(0xe0000105);
		f.src = addr_from_v4(0x0d000000 + i);
		traffic_add(t, &f);
	}
}

/* Many servers answer a victim that asked nothing. */
static void
reflect(struct traffic *t, const char *victim, uint16_t port, unsigned servers, int64_t packets, int64_t bytes_each)
{
	for (unsigned i = 0; i < servers; i++) {
		struct traffic_flow f = flow("0.0.0.0", victim, 17, (uint16_t)(1024 + traffic_random(&state, 60000)),
		    TRAFFIC_START_MS + 7 * TRAFFIC_HOUR_MS);

		f.src = addr_from_v4(0x0e000000 + i * 77);
		f.sport = port;
		f.packets = packets;
		f.bytes = packets * bytes_each;
		f.last_ms = f.first_ms + 50000;
		traffic_add(t, &f);
	}
}

static void
reflection_events(struct traffic *t)
{
	reflect(t, "192.0.2.60", 53, 100, 200, 1400);
	reflect(t, "192.0.2.61", 123, 40, 1000, 468);
	reflect(t, "192.0.2.62", 11211, 8, 2000, 1400);
	reflect(t, "2001:db8::62", 389, 60, 150, 1400);
}

/* A resolver at work, and a monitor that reads a lot from devices. */
static void
reflection_harmless(struct traffic *t)
{
	for (unsigned i = 0; i < 3000; i++) {
		struct traffic_flow f = flow("192.0.2.65", "0.0.0.0", 17, 53,
		    TRAFFIC_START_MS + 7 * TRAFFIC_HOUR_MS + i * 20);

		f.dst = addr_from_v4(0x0f000000 + (uint32_t)traffic_random(&state, 500));
		f.packets = 10;
		f.bytes = 700;
		traffic_talk(t, f, 10, 5000);
		f = flow("192.0.2.66", "0.0.0.0", 17, 161, TRAFFIC_START_MS + 7 * TRAFFIC_HOUR_MS + i * 20);
		f.dst = addr_from_v4(0x10000000 + (uint32_t)traffic_random(&state, 100));
		f.packets = 20;
		f.bytes = 2000;
		traffic_talk(t, f, 20, 9000);
	}
}

/* n flows to one peer within some hours. */
static void
upload(struct traffic *t, const char *src, const char *dst, unsigned n, int64_t bytes, int64_t back, unsigned hours)
{
	for (unsigned i = 0; i < n; i++) {
		struct traffic_flow f = flow(src, dst, 6, 443,
		    TRAFFIC_START_MS + (int64_t)traffic_random(&state, hours * (uint64_t)TRAFFIC_HOUR_MS));

		f.packets = bytes / 1000;
		f.bytes = bytes;
		f.last_ms = f.first_ms + 20000;
		traffic_talk(t, f, bytes / 2000, back);
	}
}

static void
leak_events(struct traffic *t)
{
	upload(t, "192.0.2.40", "203.0.113.40", 1, 500000000, 3000000, 1);
	upload(t, "192.0.2.41", "203.0.113.41", 60, 10000000, 100000, 2);
	upload(t, "2001:db8::41", "2001:db8:f::1", 200, 2000000, 40000, 20);
	/* Beside what it does all day. */
	upload(t, "192.0.2.42", "203.0.113.42", 300, 20000, 900000, 24);
	upload(t, "192.0.2.42", "203.0.113.43", 10, 40000000, 900000, 1);
}

/* Who saves to many, or the same all day; a call; downloads; a server that serves. */
static void
leak_harmless(struct traffic *t)
{
	char peer[32];

	for (unsigned i = 0; i < 8; i++) {
		(void)snprintf(peer, sizeof(peer), "203.0.113.%u", 60 + i);
		upload(t, "192.0.2.50", peer, 20, 12000000, 100000, 24);
	}
	upload(t, "192.0.2.51", "203.0.113.51", 5, 60000000, 50000000, 3);
	upload(t, "192.0.2.52", "203.0.113.52", 100, 1000000, 90000000, 3);
	upload(t, "192.0.2.53", "203.0.113.53", 9, 9000000, 10000, 3);
	/* A scan: headers alone, however many bytes they are in all. */
	for (unsigned i = 0; i < 300; i++) {
		struct traffic_flow f = flow("192.0.2.82", "203.0.113.82", 6, 443, TRAFFIC_START_MS + i * 1000);

		f.packets = 10000;
		f.bytes = 440000;
		traffic_add(t, &f);
	}
	/* One of a flood's sources. */
	flood(t, "192.0.2.81", 17, 5000, 1, 400000, 400000000, TRAFFIC_START_MS);
}

struct kind {
	const char *name;
	unsigned what;
	size_t tables;
	void (*events)(struct traffic *t);
	void (*harmless)(struct traffic *t);
	const char *truth[8];	/* the beginning of a row after its score */
};

static const struct kind kinds[] = {
	{ "beacons", FLOW_DETECT_BEACONS, 1, beacon_events, beacon_harmless, { " 192.0.2.1 203.0.113.7 6 443 ",
	    " 192.0.2.2 203.0.113.7 6 8080 ", " 192.0.2.3 203.0.113.7 6 443 ", " 192.0.2.4 203.0.113.7 17 53 ",
	    " 2001:db8::4 203.0.113.7 6 443 " } },
	{ "floods", FLOW_DETECT_FLOODS, 2, flood_events, flood_harmless, { " 192.0.2.80 9000 360000 9000 ",
	    " 2001:db8::80 4500 270000 4500 ", " 192.0.2.81 17 600000 840000000 60 ",
	    " 192.0.2.82 17 600000 36000000 200 ", " 192.0.2.83 1 500000 32000000 500 " } },
	{ "amplification", FLOW_DETECT_REFLECTION, 1, reflection_events, reflection_harmless,
	    { " 192.0.2.60 53 28000000 20000 100 100 0 ", " 192.0.2.61 123 18720000 40000 40 40 0 ",
	    " 192.0.2.62 11211 22400000 16000 8 8 0 ", " 2001:db8::62 389 12600000 9000 60 60 0 " } },
	{ "exfiltration", FLOW_DETECT_LEAKS, 1, leak_events, leak_harmless,
	    { " 192.0.2.40 203.0.113.40 500000000 3000000 ", " 192.0.2.41 203.0.113.41 600000000 6000000 ",
	    " 2001:db8::41 2001:db8:f::1 400000000 8000000 ", " 192.0.2.42 203.0.113.43 400000000 9000000 " } },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct flow_detect_options
wanted(unsigned what, uint64_t seed)
{
	struct flow_detect_options o = FLOW_DETECT_OPTIONS_INIT;

	o.what = what;
	o.seed = seed;
	return o;
}

static unsigned
rows(const struct flow_detect *d, size_t tables)
{
	unsigned n = 0;

	for (size_t i = 0; i < tables; i++)
		n += (unsigned)flow_detect_rows(d, i);
	return n;
}

struct result {
	unsigned events, found, alarms, false_alarms;
};

static void
by_seed(const struct kind *k, uint64_t seed, struct result *result)
{
	static char text[65536], other[65536];
	struct flow_detect_options o = wanted(k->what, seed);
	struct traffic *t = traffic_new();
	struct flow_detect *d;

	state = seed;
	traffic_ordinary(t, seed, 40000, 24);
	k->harmless(t);
	d = traffic_detect(t, &o, 1, 1);
	result->false_alarms += rows(d, k->tables);
	flow_detect_free(d);
	k->events(t);
	d = traffic_detect(t, &o, 1, 1);
	traffic_text(d, k->what, text, sizeof(text));
	result->alarms += rows(d, k->tables);
	flow_detect_free(d);
	for (size_t i = 0; k->truth[i] != NULL; i++) {
		result->events++;
		result->found += strstr(text, k->truth[i]) != NULL;
	}
	if (seed == 1)
		printf("# %s", text);
	o.seed = seed * 77;
	d = traffic_detect(t, &o, 3, 5);
	traffic_text(d, k->what, other, sizeof(other));
	is_str(other, text);
	flow_detect_free(d);
	traffic_free(t);
}

int
main(void)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct result r = { 0 };
		double recall, precision;

		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			by_seed(&kinds[k], seed, &r);
		recall = r.found / (double)r.events;
		precision = r.alarms > 0 ? r.found / (double)r.alarms : 0;
		printf("# %s: %u of %u found, %u alarms: recall %.3f, precision %.3f; %u alarms without events\n",
		    kinds[k].name, r.found, r.events, r.alarms, recall, precision, r.false_alarms);
		ok(recall >= 0.95);
		ok(precision >= 0.95);
		is_uint(r.false_alarms, 0);
	}
	return tap_done();
}
