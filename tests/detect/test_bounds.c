/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the first pass counts for a key is never less than what the key has, whichever way flows run and in whichever
 * order they come: a key that is left out by mistake is a finding that nobody sees.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>

#include "detect/traffic.h"
#include "tap.h"

enum { SYN = 2, PSH = 8, ACK = 16 };

static struct flow_detect_options
wanted(unsigned what)
{
	struct flow_detect_options o = FLOW_DETECT_OPTIONS_INIT;

	o.what = what;
	o.seed = 1;
	return o;
}

/* Whether the answer, which text gets, has a row with this. */
static bool
finds(const struct traffic *t, unsigned what, const char *row)
{
	struct flow_detect_options o = wanted(what);
	struct flow_detect *d = traffic_detect(t, &o, 1, 1);
	char text[4096];

	traffic_text(d, what, text, sizeof(text));
	flow_detect_free(d);
	printf("# %s: %s", row, text);
	return strstr(text, row) != NULL;
}

/* Conversations of UDP, so that answers are known to be among the flows. */
static void
answered_udp(struct traffic *t)
{
	for (uint32_t i = 0; i < 400; i++) {
		struct traffic_flow f = { .src = addr_from_v4(0xc6336400 + i % 100),
		    .dst = traffic_addr("203.0.113.53"),
			.proto = 17, .sport = (uint16_t)(30000 + i), .dport = 53, .first_ms = TRAFFIC_START_MS + i * 10,
			.last_ms = TRAFFIC_START_MS + i * 10 + 5, .packets = 1, .bytes = 70 };

		traffic_talk(t, f, 1, 200);
	}
}

static struct traffic_flow
ping(struct addr src, struct addr dst, uint8_t type, int64_t time_ms)
{
	return (struct traffic_flow){ .src = src, .dst = dst, .proto = 1, .icmp_type = type, .first_ms = time_ms,
		.last_ms = time_ms, .packets = 1, .bytes = 84 };
}

/*
 * A host pings 36 others, which are silent, and answers the pings of 12 (RFC 792: echo 8, echo reply 0).  Exporters may
 * send the flow of an answer before that of its question: that takes nothing from what the host asked itself.
 */
static void
answers_before_questions(bool answers_first)
{
	struct addr host = traffic_addr("192.0.2.1");
	struct traffic *t = traffic_new();

	answered_udp(t);
	for (uint32_t i = 0; i < 36; i++) {
		struct traffic_flow ask = ping(host, addr_from_v4(0xcb007100 + i), 8, TRAFFIC_START_MS + i * 1000);

		traffic_add(t, &ask);
	}
	for (uint32_t i = 36; i < 48; i++) {
		struct addr other = addr_from_v4(0xcb007100 + i);
		struct traffic_flow ask = ping(other, host, 8, TRAFFIC_START_MS + i * 1000);
		struct traffic_flow reply = ping(host, other, 0, TRAFFIC_START_MS + i * 1000);

		traffic_add(t, answers_first ? &reply : &ask);
		traffic_add(t, answers_first ? &ask : &reply);
	}
	/* Score, source, protocol, port, failed, hosts, answered, flows. */
	ok(finds(t, FLOW_DETECT_SCANS, "\n100.0 192.0.2.1 1 0 36 36 0 36 "));
	traffic_free(t);
}

/* One TCP conversation of 500 MB out and 1 MB in, as flows of both ways, or a biflow that runs either way. */
static void
bytes_out(bool biflow, bool from_server)
{
	struct traffic_flow client = { .src = traffic_addr("192.0.2.40"), .dst = traffic_addr("203.0.113.40"),
	    .proto = 6,
		.sport = 50000, .dport = 443, .flags = SYN | ACK | PSH, .first_ms = TRAFFIC_START_MS,
		.last_ms = TRAFFIC_START_MS + 60000, .packets = 400000, .bytes = 500000000 };
	struct traffic_flow server = client;
	struct traffic *t = traffic_new();

	server.src = client.dst;
	server.dst = client.src;
	server.sport = client.dport;
	server.dport = client.sport;
	server.packets = 20000;
	server.bytes = 1000000;
	if (biflow) {
		client.rev_packets = server.packets;
		client.rev_bytes = server.bytes;
		server.rev_packets = client.packets;
		server.rev_bytes = client.bytes;
	}
	if (!biflow || !from_server)
		traffic_add(t, &client);
	if (!biflow || from_server)
		traffic_add(t, &server);
	ok(finds(t, FLOW_DETECT_LEAKS, " 192.0.2.40 203.0.113.40 500000000 1000000 500.0 1 "));
	traffic_free(t);
}

int
main(void)
{
	answers_before_questions(false);
	answers_before_questions(true);
	bytes_out(false, false);
	bytes_out(true, false);
	bytes_out(true, true);
	return tap_done();
}
