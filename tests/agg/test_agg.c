/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions over six flows whose sums can be done by hand:
 *
 *	   source      destination  proto ports       ms          packets bytes AS
 *	0  10.0.0.1    10.0.0.2     tcp   40000 443   1000-3000        10  1000 1 2
 *	1  10.0.0.2    10.0.0.1     tcp   443 40000   1500-2500        20 30000 2 1
 *	2  10.0.0.1    10.0.1.9     udp   5353 53     2000-2000         1    80 1 1
 *	3  2001:db8::1 2001:db8::2  udp   1000 53     9000-9500         2   300 - 3
 *	4  (none)      10.0.0.2     icmp  - -         4000-4100         4   400 - 2
 *	5  10.0.0.1    10.0.0.1     tcp   22 22       7000-8000         3   120 1 1
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "agg/agg.h"

#include "agg/rig.h"
#include "net/geo_file.h"
#include "tap.h"

static const struct rig_flow flows[] = {
	{ "10.0.0.1", "10.0.0.2", 6, 40000, 443, 1000, 3000, 10, 1000, 1, 2, 24, "ann" },
	{ "10.0.0.2", "10.0.0.1", 6, 443, 40000, 1500, 2500, 20, 30000, 2, 1, 16, NULL },
	{ "10.0.0.1", "10.0.1.9", 17, 5353, 53, 2000, 2000, 1, 80, 1, 1, 24, "bob" },
	{ "2001:db8::1", "2001:db8::2", 17, 1000, 53, 9000, 9500, 2, 300, -1, 3, 32, "ann" },
	{ NULL, "10.0.0.2", 1, -1, -1, 4000, 4100, 4, 400, -1, 2, -1, NULL },
	{ "10.0.0.1", "10.0.0.1", 6, 22, 22, 7000, 8000, 3, 120, 1, 1, 8, "bob" },
};
#define FLOWS (sizeof(flows) / sizeof(flows[0]))

/*
 * One question, by one worker at once and by three that each see single rows; then again
 * by some that have no memory, so that all that can goes to a file after each batch; with a first pass; and
 * share by share.
 */
static void
check(const struct flow_agg_ask *ask, const char *want)
{
	is_str(rig_ask(ask, flows, FLOWS, 1, FLOWS), want);
	is_str(rig_ask(ask, flows, FLOWS, 3, 1), want);
	is_str(rig_ask(ask, flows, FLOWS, 2, 4), want);
	rig_limit = 1;
	is_str(rig_ask(ask, flows, FLOWS, 1, 2), want);
	is_str(rig_ask(ask, flows, FLOWS, 3, 1), want);
	rig_limit = 0;
	rig_sieves = true;
	is_str(rig_ask(ask, flows, FLOWS, 1, FLOWS), want);
	is_str(rig_ask(ask, flows, FLOWS, 3, 1), want);
	rig_sieves = false;
	/* Of whole parts, and of some that end within one. */
	for (rig_shares = 1; rig_shares <= 300; rig_shares *= 5) {
		is_str(rig_ask(ask, flows, FLOWS, 1, FLOWS), want);
		is_str(rig_ask(ask, flows, FLOWS, 3, 1), want);
	}
	rig_shares = 0;
}

static void
check_statistic(const char *statistic, const char *measures, const char *want)
{
	check(&(struct flow_agg_ask){ .statistic = statistic, .measures = measures }, want);
}

static void
check_keys(const char *keys, const char *measures, const char *want)
{
	check(&(struct flow_agg_ask){ .keys = keys, .measures = measures }, want);
}

static void
test_statistics(void)
{
	const char *sums = "flows,packets,bytes";

	/* A tie in flows goes by the key; no value comes first. */
	check_statistic("srcip", sums,
	    "10.0.0.1 3 14 1200\n" "- 1 4 400\n" "10.0.0.2 1 20 30000\n" "2001:db8::1 1 2 300\n");
	check_statistic("src_addr/bytes", sums,
	    "10.0.0.2 1 20 30000\n" "10.0.0.1 3 14 1200\n" "- 1 4 400\n" "2001:db8::1 1 2 300\n");
	/* Either end: flow 5 counts once. */
	check_statistic("ip/packets", sums,
	    "10.0.0.1 4 34 31200\n" "10.0.0.2 3 34 31400\n" "- 1 4 400\n"
	    "2001:db8::1 1 2 300\n" "2001:db8::2 1 2 300\n" "10.0.1.9 1 1 80\n");
	check_statistic("proto", sums, "6 3 33 31120\n" "17 2 3 380\n" "1 1 4 400\n");
	check_statistic("port", sums,
	    "53 2 3 380\n" "443 2 30 31000\n" "40000 2 30 31000\n" "- 1 4 400\n"
	    "22 1 3 120\n" "1000 1 2 300\n" "5353 1 1 80\n");
	check_statistic("port:p/bytes", sums,
	    "443 6 2 30 31000\n" "40000 6 2 30 31000\n" "- 1 1 4 400\n" "53 17 2 3 380\n"
	    "1000 17 1 2 300\n" "22 6 1 3 120\n" "5353 17 1 1 80\n");
	check_statistic("as", sums,
	    "1 4 34 31200\n" "2 3 34 31400\n" "- 2 6 700\n" "3 1 2 300\n");
	check_statistic("srcas/bytes", sums, "2 1 20 30000\n" "1 3 14 1200\n" "- 2 6 700\n");
	check_statistic("username", sums, "- 2 24 30400\n" "ann 2 12 1300\n" "bob 2 4 200\n");
	check_statistic("record/tstart", "bytes",
	    "6 10.0.0.1 10.0.0.2 40000 443 1000\n" "6 10.0.0.2 10.0.0.1 443 40000 30000\n"
	    "17 10.0.0.1 10.0.1.9 5353 53 80\n" "1 - 10.0.0.2 - - 400\n"
	    "6 10.0.0.1 10.0.0.1 22 22 120\n" "17 2001:db8::1 2001:db8::2 1000 53 300\n");
}

static void
test_measures(void)
{
	/* tcp: 1000..8000 ms, 33 packets, 31120 bytes of 31900 */
	check_statistic("proto/bps", "first,last,duration,pps,bps,bpp,bytes_pct,rows",
	    "6 1000 8000 7000 4.7 35565.7 943.0 97.6 3\n"
	    "1 4000 4100 100 40.0 32000.0 100.0 1.3 1\n"
	    "17 2000 9500 7500 0.4 405.3 126.7 1.2 2\n");
	/* Shares and thresholds are those of all flows wherever the groups are. */
	check(&(struct flow_agg_ask){ .statistic = "src_addr,proto/bytes", .limit = 3,
	    .measures = "bytes_pct,packets", .min = "bytes_pct=1" },
	    "10.0.0.2 6 94.0 20\n" "10.0.0.1 6 3.5 13\n" "- 1 1.3 4\n");
	/* In no time the rate is 0. */
	check(&(struct flow_agg_ask){ .keys = "src_port", .measures = "pps,bytes", .min = "bytes=80",
	    .order = "bytes", .limit = 6 },
	    "443 20.0 30000\n" "40000 5.0 1000\n" "- 40.0 400\n" "1000 4.0 300\n"
	    "22 3.0 120\n" "5353 0.0 80\n");
	check_keys("proto", "min(src_port),max(src_port),avg(bytes),sum(src_as),count(src_as)",
	    "1 - - 400.0 - 0\n" "6 22 40000 10373.3 4 3\n" "17 1000 5353 190.0 1 1\n");
	check_keys("proto", "distinct(src_addr),distinct(src_port),distinct(username),count(src_addr)",
	    "1 0 0 0 0\n" "6 2 3 2 3\n" "17 2 2 2 2\n");
	check_keys("src_addr,proto", "distinct(dst_addr),distinct(bytes)",
	    "- 1 1 1\n" "10.0.0.1 6 2 2\n" "10.0.0.1 17 1 1\n" "10.0.0.2 6 1 1\n"
	    "2001:db8::1 17 1 1\n");
	check_statistic("ip/distinct(src_port)", "distinct(src_port),median(bytes)",
	    "10.0.0.1 4 120\n" "10.0.0.2 2 1000\n" "10.0.1.9 1 80\n" "2001:db8::1 1 300\n"
	    "2001:db8::2 1 300\n" "- 0 400\n");
	/* Bytes of tcp: 120 1000 30000; of udp: 80 300. */
	check_keys("proto", "median(bytes),p33.4(bytes),p33.3(bytes),p95(bytes),p100(first),p50(src_as)",
	    "1 400 400 400 400 4000 -\n" "6 1000 1000 120 30000 7000 1\n"
	    "17 80 80 80 300 9000 1\n");
	check_keys("proto", "tcp_flags,rev_bytes", "1 - 0\n" "6 - 0\n" "17 - 0\n");
}

static void
test_keys(void)
{
	check_keys("srcip4/24,srcip6/48", "flows",
	    "- 1\n" "10.0.0.0/24 4\n" "2001:db8::/48 1\n");
	check_keys("dst_addr/23,/32,proto", "bytes",
	    "10.0.0.0/23 1 400\n" "10.0.0.0/23 6 31120\n" "10.0.0.0/23 17 80\n"
	    "2001:db8::/32 17 300\n");
	check_keys("srcnet", "flows",
	    "- 1\n" "10.0.0.0/8 1\n" "10.0.0.0/16 1\n" "10.0.0.0/24 2\n" "2001:db8::/32 1\n");
	check_keys("first/5s", "flows,bytes", "0 4 31480\n" "5000 2 420\n");
	check_keys("service", "flows", "- 1\n" "22 1\n" "53 2\n" "443 2\n");
	check_keys("src_as,dst_as", "bytes",
	    "- 2 400\n" "- 3 300\n" "1 1 200\n" "1 2 1000\n" "2 1 30000\n");
	check_keys("username,proto", "flows",
	    "- 1 1\n" "- 6 1\n" "ann 6 1\n" "ann 17 1\n" "bob 6 1\n" "bob 17 1\n");
	check_keys("first,src_port", "bytes",
	    "1000 40000 1000\n" "1500 443 30000\n" "2000 5353 80\n" "4000 - 400\n" "7000 22 120\n"
	    "9000 1000 300\n");
	check(&(struct flow_agg_ask){ .keys = "src_addr", .measures = "flows", .order = "-key",
	    .limit = 2 }, "2001:db8::1 1\n" "10.0.0.2 1\n");
	check(&(struct flow_agg_ask){ .keys = "src_addr", .measures = "flows", .order = "-bytes",
	    .limit = 2 }, "2001:db8::1 1\n" "- 1\n");
}

static void
test_pairing(void)
{
	const char *five = "proto,src_addr,dst_addr,src_port,dst_port";

	/* Flow 1 answers flow 0. */
	check(&(struct flow_agg_ask){ .keys = five, .pairing = FLOW_AGG_TWO_WAY, .order = "flows",
	    .limit = 1, .measures = "first,last,flows,packets,rev_packets,bytes,rev_bytes" },
	    "6 10.0.0.1 10.0.0.2 40000 443 1000 3000 2 10 20 1000 30000\n");
	/* 1000 -> 53 is no server's port below 1024 against one above it. */
	check(&(struct flow_agg_ask){ .keys = five, .pairing = FLOW_AGG_CLIENT_SERVER,
	    .order = "key", .measures = "bytes,rev_bytes" },
	    "1 - 10.0.0.2 - - 400 0\n"
	    "6 10.0.0.1 10.0.0.1 22 22 120 0\n" "6 10.0.0.1 10.0.0.2 40000 443 1000 30000\n"
	    "17 10.0.0.1 10.0.1.9 5353 53 80 0\n" "17 2001:db8::1 2001:db8::2 1000 53 300 0\n");
	check(&(struct flow_agg_ask){ .keys = "src_addr,dst_addr", .pairing = FLOW_AGG_TWO_WAY },
	    "error: two-way rows need the keys proto,src_addr,dst_addr,src_port,dst_port");
}

/* Only the answer was seen: -B turns it round, -b leaves it. */
static void
test_server_first(void)
{
	const char *five = "proto,src_addr,dst_addr,src_port,dst_port";
	struct flow_agg_ask ask = { .keys = five, .measures = "bytes,rev_bytes",
	    .pairing = FLOW_AGG_TWO_WAY };

	is_str(rig_ask(&ask, flows + 1, 1, 1, 1), "6 10.0.0.2 10.0.0.1 443 40000 30000 0\n");
	ask.pairing = FLOW_AGG_CLIENT_SERVER;
	is_str(rig_ask(&ask, flows + 1, 1, 1, 1), "6 10.0.0.1 10.0.0.2 40000 443 0 30000\n");
}

static void
test_series(void)
{
	struct flow_agg_ask ask = { .keys = "proto", .bin = "1s", .order = "bytes", .limit = 1,
	    .measures = "flows,packets,bytes,bps" };

	check(&ask, "1000 6 2 30 31000 248000.0\n" "2000 - 1 1 80 640.0\n" "4000 - 1 4 400 3200.0\n"
	    "7000 6 1 3 120 960.0\n" "9000 - 1 2 300 2400.0\n");
	/* Flow 0 lies in two bins evenly; flow 1 half a second in each. */
	ask.spread = true;
	check(&ask, "1000 6 2 15 15500 124000.0\n" "2000 6 0 15 15500 124000.0\n"
	    "2000 - 1 1 80 640.0\n" "4000 - 1 4 400 3200.0\n" "7000 6 1 3 120 960.0\n"
	    "9000 - 1 2 300 2400.0\n");
	/* 700 ms: flow 0 over [700,1400) 400, 700, 700, 200 of 2000 ms; flow 1 over 600, 400. */
	check(&(struct flow_agg_ask){ .keys = "src_addr", .bin = "700ms", .spread = true,
	    .measures = "bytes", .min = "bytes=1200" },
	    "700 10.0.0.1 200\n" "1400 10.0.0.1 430\n" "1400 10.0.0.2 18000\n"
	    "2100 10.0.0.1 350\n" "2100 10.0.0.2 12000\n" "2800 10.0.0.1 100\n"
	    "3500 - 400\n" "7000 10.0.0.1 84\n" "7700 10.0.0.1 36\n" "8400 - 60\n" "9100 - 240\n");
	check(&(struct flow_agg_ask){ .statistic = "ip/bytes", .bin = "10s", .limit = 2,
	    .measures = "bytes" },
	    "0 10.0.0.2 31400\n" "0 10.0.0.1 31200\n" "0 - 1080\n");
	check(&(struct flow_agg_ask){ .keys = "proto", .bin = "often" },
	    "error: often: not a length of time (as in 5m)");
	check(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .measures = "distinct(bytes)" },
	    "error: a series has no distinct counts and percentiles");
}

/*
 * Bins of 1 s from 1000 to 9000: nine, of which the seventh counts at 75 %.  Bytes of AS 1 in:
 * 500 580 120; AS 2 in: 15000 15000, out: 500 500 400; ...
 */
static void
test_billing(void)
{
	check(&(struct flow_agg_ask){ .statistic = "as", .billing = 75000, .bin = "1s" },
	    "2 30000 120000.0 0.0 1400 4000.0 3200.0 3200.0\n"
	    "1 1200 4640.0 960.0 30200 120640.0 960.0 960.0\n"
	    "- 700 3200.0 0.0 0 0.0 0.0 0.0\n" "3 0 0.0 0.0 300 2400.0 0.0 0.0\n");
	check(&(struct flow_agg_ask){ .statistic = "as", .billing = 100000, .bin = "10s",
	    .limit = 1 }, "1 1200 960.0 960.0 30200 24160.0 24160.0 24160.0\n");
	check(&(struct flow_agg_ask){ .statistic = "srcip", .billing = 95000 },
	    "error: srcip: not a word of two ends (as if, as)");
}

/* Bins of 1 s from 1000 to 9000; what is unusual is what exceeds 8 bins' average. */
static void
test_spikes(void)
{
	/* udp: 80 at 2000, 300 at 9000; usual 300 / 8 and 80 / 8.  tcp: 15500 15500 120 of 31120. */
	check(&(struct flow_agg_ask){ .keys = "proto", .spikes = 3000, .bin = "1s" },
	    "6 1000 15500 124000.0 15620.0 7.9\n" "6 2000 15500 124000.0 15620.0 7.9\n"
	    "1 4000 400 3200.0 0.0 -\n" "17 9000 300 2400.0 80.0 30.0\n");
	check(&(struct flow_agg_ask){ .keys = "proto", .spikes = 2000, .bin = "1s", .limit = 5 },
	    "6 1000 15500 124000.0 15620.0 7.9\n" "6 2000 15500 124000.0 15620.0 7.9\n"
	    "1 4000 400 3200.0 0.0 -\n" "17 9000 300 2400.0 80.0 30.0\n"
	    "17 2000 80 640.0 300.0 2.1\n");
	check(&(struct flow_agg_ask){ .keys = "proto", .spikes = 2000, .bin = "1h" }, "");
}

static void
check_period(const struct flow_agg_ask *ask, const struct flow_agg_period *period, const char *want,
    const char *notes)
{
	rig_period = period;
	check(ask, want);
	is_int(strncmp(rig_notes, notes, strlen(notes)), 0);
	rig_period = NULL;
}

/*
 * A window [1500, 2500) in bins of a second, of which it has half of two: of flow 0 it holds 250 and
 * 250 bytes, of flow 1 15000 and 15000, and flow 2 in the second.
 */
static void
test_window(void)
{
	const struct flow_agg_period window = { 1500, 2500, true, true, true };
	struct flow_agg_ask bill = { .statistic = "as", .billing = 100000, .bin = "1s" };

	check_period(&bill, &window, "1 580 5280.0 5280.0 30080 241280.0 241280.0 241280.0\n"
	    "2 30000 240000.0 240000.0 500 4000.0 4000.0 240000.0\n", "period 1500 2500 2 3\n");
	bill.billing = 50000;
	check_period(&bill, &window, "1 580 5280.0 4000.0 30080 241280.0 240000.0 240000.0\n"
	    "2 30000 240000.0 240000.0 500 4000.0 4000.0 240000.0\n", "period 1500 2500 2 3\n");
	check_period(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .spread = true,
	    .measures = "flows,bytes,bps" }, &window, "1000 6 1 15250 244000.0\n"
	    "2000 6 0 15250 244000.0\n" "2000 17 1 80 1280.0\n", "period 1500 2500 2 3\n");
	/* Beside these, only flows that begin in the window count. */
	check_period(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .measures = "flows,bytes" },
	    &window, "1000 6 1 30000\n" "2000 17 1 80\n", "period 1500 2500 2 0\n");
	check_period(&(struct flow_agg_ask){ .keys = "proto", .measures = "flows,bytes" }, &window,
	    "6 1 30000\n" "17 1 80\n", "flows 2\nbytes 30080\n");
}

/* Flows were received from 1100 to 2600: bins 1000 and 2000, whatever flows say. */
static void
test_received_period(void)
{
	const struct flow_agg_period received = { 1100, 2601, false, false, false };
	const struct flow_agg_period from = { 1100, INT64_MAX, false, false, false };
	const struct flow_agg_period later = { 5000, 6000, false, false, false };
	struct flow_agg_ask spikes = { .keys = "proto", .spikes = 3000, .bin = "1s" };

	/* tcp 15500 and 15500, udp nothing and 80: of two bins nothing is unusual, of three udp's. */
	check_period(&spikes, &received, "", "period 1000 3000 2 3\n");
	check_period(&spikes, &(struct flow_agg_period){ 1100, 3001, false, false, false },
	    "17 2000 80 640.0 0.0 -\n", "period 1000 4000 3 3\n");
	check_period(&(struct flow_agg_ask){ .statistic = "as", .billing = 75000, .bin = "1s" }, &from,
	    "2 30000 120000.0 0.0 1400 4000.0 3200.0 3200.0\n"
	    "1 1200 4640.0 960.0 30200 120640.0 960.0 960.0\n"
	    "- 700 3200.0 0.0 0 0.0 0.0 0.0\n" "3 0 0.0 0.0 300 2400.0 0.0 0.0\n",
	    "period 1000 10000 9 0\n");
	/* A series shows its neighbours' bins too. */
	check_period(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .measures = "flows" }, &later,
	    "1000 6 2\n" "2000 17 1\n" "4000 1 1\n" "7000 6 1\n" "9000 17 1\n", "period 1000 10000 9 0\n");
	check_period(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .measures = "flows" },
	    &(struct flow_agg_period){ 86403000, 86403001, false, false, false },
	    "4000 1 1\n" "7000 6 1\n" "9000 17 1\n", "period 4000 86404000 86400 3\n");
	check_period(&(struct flow_agg_ask){ .keys = "proto", .bin = "1s", .measures = "flows" },
	    &(struct flow_agg_period){ 900000000, 900000001, false, false, false },
	    "", "period 900000000 900001000 1 6\n");
}

static void
test_selection(void)
{
	const bool keep[FLOWS] = { true, false, false, true, false, true };
	const bool none[FLOWS] = { false };
	struct flow_agg_ask ask = { .statistic = "srcip", .measures = "flows,bytes" };

	is_str(rig_ask_some(&ask, flows, FLOWS, keep), "10.0.0.1 2 1120\n" "2001:db8::1 1 300\n");
	is_str(rig_ask_some(&ask, flows, FLOWS, none), "");
	is_str(rig_ask(&ask, flows, 0, 2, 1), "");
}

static void
test_saturation(void)
{
	struct rig_flow big[] = {
		{ "10.0.0.1", "10.0.0.2", 6, 1, 2, 0, 0, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.1", "10.0.0.2", 6, 1, 2, 0, 0, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.1", "10.0.0.2", 6, 1, 2, 0, 0, 1, 5, 1, 2, 0, NULL },
	};
	struct flow_agg_ask ask = { .statistic = "srcip", .measures = "packets,bytes" };

	/* 2 (2^63 - 1) + 1 just fits in 64 bits, + 5 does not. */
	is_str(rig_ask(&ask, big, 3, 1, 3), "10.0.0.1 18446744073709551615 18446744073709551615\n");
	big[2].packets = 0;
	is_str(rig_ask(&ask, big, 3, 3, 1), "10.0.0.1 18446744073709551614 18446744073709551615\n");
}

/* What is computed from a sum that does not fit is left out, and the row keeps its place. */
static void
test_of_saturated(void)
{
	struct rig_flow some[] = {
		{ "10.0.0.1", "10.0.0.9", 6, 1, 2, 0, 1000, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.1", "10.0.0.9", 6, 1, 2, 0, 1000, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.1", "10.0.0.9", 6, 1, 2, 0, 1000, 1, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.2", "10.0.0.9", 6, 1, 2, 0, 1000, 2, 300, 1, 2, 0, NULL },
	};
	struct flow_agg_ask ask = { .keys = "src_addr", .order = "avg(bytes)",
		.measures = "bytes,avg(bytes),bps,bpp,bytes_pct,max(bytes),duration" };
	const char *want = "10.0.0.1 18446744073709551615 - - - - 9223372036854775807 1000\n"
	    "10.0.0.2 300 300.0 2400.0 150.0 - 300 1000\n";

	is_str(rig_ask(&ask, some, 4, 1, 4), want);
	is_str(rig_ask(&ask, some, 4, 3, 1), want);
}

/* Each flow counts once in the totals, under however many keys it was counted. */
static void
test_totals(void)
{
	static const char *const statistics[] = { "srcip", "ip", "port", "as", "port:p", "proto" };
	const char *want = "flows 6\npackets 40\nbytes 31900\nfirst 1000\nlast 9500\n";

	for (size_t i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++) {
		struct flow_agg_ask ask = { .statistic = statistics[i],
			.measures = "flows,packets,bytes,first,last" };

		rig_ask(&ask, flows, FLOWS, 1, FLOWS);
		is_str(rig_notes, want);
		rig_ask(&ask, flows, FLOWS, 3, 1);
		is_str(rig_notes, want);
		rig_limit = 1;
		rig_ask(&ask, flows, FLOWS, 2, 2);
		is_str(rig_notes, want);
		rig_limit = 0;
		/* A worker that saw nothing; only some of the flows. */
		rig_ask(&ask, flows, FLOWS, 2, FLOWS);
		is_str(rig_notes, want);
		rig_ask_some(&ask, flows, FLOWS,
		    (const bool[FLOWS]){ true, false, false, false, false, true });
		is_str(rig_notes, "flows 2\npackets 13\nbytes 1120\nfirst 1000\nlast 8000\n");
	}
}

/* The list that is guessed is refuted: the group with most bytes has too few flows to be in it. */
static void
test_wrong_guess(void)
{
	struct flow_agg_ask ask = { .keys = "src_addr,dst_addr", .measures = "flows,bytes", .order = "bytes",
		.limit = 1, .min = "flows=2" };
	struct rig_flow few[] = {
		{ "10.0.0.1", "10.0.0.2", 6, 1, 2, 0, 0, 1, 90000, 1, 2, 0, NULL },
		{ "10.0.0.3", "10.0.0.2", 6, 1, 2, 0, 0, 1, 10, 1, 2, 0, NULL },
		{ "10.0.0.4", "10.0.0.2", 6, 1, 2, 0, 0, 1, 20, 1, 2, 0, NULL },
		{ "10.0.0.4", "10.0.0.2", 6, 1, 2, 0, 0, 1, 20, 1, 2, 0, NULL },
		{ "10.0.0.5", "10.0.0.2", 6, 1, 2, 0, 0, 1, 10, 1, 2, 0, NULL },
		{ "10.0.0.5", "10.0.0.2", 6, 1, 2, 0, 0, 1, 10, 1, 2, 0, NULL },
	};

	for (rig_sieves = false;; rig_sieves = true) {
		is_str(rig_ask(&ask, few, 6, 1, 6), "10.0.0.4 10.0.0.2 2 40\n");
		is_str(rig_ask(&ask, few, 6, 3, 1), "10.0.0.4 10.0.0.2 2 40\n");
		if (rig_sieves)
			break;
	}
	rig_sieves = false;
}

static void
test_total_saturation(void)
{
	struct rig_flow big[] = {
		{ "10.0.0.1", "10.0.0.2", 6, 1, 2, 0, 0, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.3", "10.0.0.4", 6, 3, 4, 0, 0, INT64_MAX, INT64_MAX, 1, 2, 0, NULL },
		{ "10.0.0.5", "10.0.0.5", 6, 5, 5, 0, 0, 0, 5, 1, 2, 0, NULL },
	};
	struct flow_agg_ask ask = { .statistic = "ip", .measures = "flows,packets,bytes,first,last" };

	/* Of packets twice the total does not fit in 64 bits, but the total, 2 (2^63 - 1), does. */
	rig_ask(&ask, big, 3, 1, 3);
	is_str(rig_notes, "flows 3\npackets 18446744073709551614\nbytes 18446744073709551615\n"
	    "first 0\nlast 0\n");
	ask.statistic = "port";
	big[2].packets = 2;
	rig_ask(&ask, big, 3, 3, 1);
	is_str(rig_notes, "flows 3\npackets 18446744073709551615\nbytes 18446744073709551615\n"
	    "first 0\nlast 0\n");
}

#ifdef HAVE_MAXMINDDB
static void
test_geo(void)
{
	/* Of 10.0.1.9 and 2001:db8::2 nothing is known. */
	static const struct geo_file_entry entry[] = {
		{ "10.0.0.1/32", "US", "Springfield", "One", false, NULL },
		{ "10.0.0.2/32", "DE", NULL, "Two", false, NULL },
		{ "2001:db8::1/128", "US", NULL, NULL, false, NULL },
	};
	struct flow_geo *geo = geo_file_open(entry, 3);

	ok(geo != NULL);
	rig_geo = geo;
	check_keys("src_country", "flows,bytes", "- 1 400\n" "DE 1 30000\n" "US 4 1500\n");
	check_keys("src_country,dst_country", "flows,bytes",
	    "- DE 1 400\n" "DE US 1 30000\n" "US - 2 380\n" "US DE 1 1000\n" "US US 1 120\n");
	check_keys("dst_as_org,proto,src_city", "bytes",
	    "- 17 - 300\n" "- 17 Springfield 80\n" "One 6 - 30000\n" "One 6 Springfield 120\n"
	    "Two 1 - 400\n" "Two 6 Springfield 1000\n");
	check_keys("src_addr,src_country", "flows",
	    "- - 1\n" "10.0.0.1 US 3\n" "10.0.0.2 DE 1\n" "2001:db8::1 US 1\n");
	/* Once under each distinct end: - has flows 2, 3 and 4. */
	check_statistic("country/bytes", "flows,bytes", "US 5 31500\n" "DE 3 31400\n" "- 3 780\n");
	check_statistic("srcgeo:p/flows", "flows,bytes",
	    "US 6 2 1120\n" "US 17 2 380\n" "- 1 1 400\n" "DE 6 1 30000\n");
	check_statistic("geo/flows", "flows", "US 5\n" "- 3\n" "DE 3\n");
	check_statistic("dstgeo/flows", "flows", "- 2\n" "DE 2\n" "US 2\n");
	check_statistic("as_org/flows", "flows", "One 4\n" "- 3\n" "Two 3\n");
	check_statistic("city/flows", "flows", "- 5\n" "Springfield 4\n");
	check(&(struct flow_agg_ask){ .keys = "src_country", .bin = "5s", .measures = "bytes" },
	    "0 - 400\n" "0 DE 30000\n" "0 US 1080\n" "5000 US 420\n");
	check_keys("country", NULL,
	    "error: country: counts both ends of a flow: a statistic (-s) of its own");
	check_keys("src_country/8", NULL, "error: src_country: takes no length");
	rig_geo = NULL;
	flow_geo_free(geo);
}
#else
static void
test_geo(void)
{
	tap_skip("built without libmaxminddb");
}
#endif

static void
test_errors(void)
{
	check_statistic("geo", NULL, "error: geo: needs a database of addresses (--geo FILE)");
	check_keys("src_city", NULL, "error: src_city: needs a database of addresses (--geo FILE)");
	check_statistic("nothing", NULL, "error: nothing: no such key or column");
	check_keys("proto,ja4s", NULL, "error: ja4s: JA4S is under a licence that is not free");
	check_statistic("srcip/nothing", NULL, "error: nothing: no such measure or order");
	check_keys("ip", NULL, "error: ip: counts both ends of a flow: a statistic (-s) of its own");
	check_keys("src_addr/33", NULL,
	    "error: 33: not a prefix length (as in src_addr/24 or src_addr/24/48)");
	check_keys("proto/3", NULL, "error: proto: neither an address nor a time");
	check_keys("", NULL, "error: : no such key or column");
	check_keys("proto", "min(src_addr)", "error: min(src_addr): not a column of numbers");
	check_keys("proto", "least(bytes)", "error: least: no such function");
	check(&(struct flow_agg_ask){ .keys = "proto", .min = "bytes=x" },
	    "error: bytes=x: not a number (as in bytes=10M)");
}

int
main(void)
{
	test_statistics();
	test_measures();
	test_keys();
	test_pairing();
	test_server_first();
	test_series();
	test_billing();
	test_spikes();
	test_window();
	test_received_period();
	test_selection();
	test_saturation();
	test_of_saturated();
	test_totals();
	test_wrong_guess();
	test_total_saturation();
	test_geo();
	test_errors();
	return tap_done();
}
