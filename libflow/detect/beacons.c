/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Beacons: a host connects to another at regular intervals, with the same few bytes, as malware does that polls its
 * command server.
 *
 * Method: gaps between connections, and their sizes, are scored by how little skewed they are (Bowley's skewness, from
 * quartiles: Bowley, "Elements of Statistics", 1901), and by how close to their median they are (median absolute
 * deviation: Hampel, "The Influence Curve and its Role in Robust Estimation", 1974), as the tool RITA does.  Both
 * tolerate some missing or late connections.  Gaps are also scored by how much of the time they cover, sizes by how
 * small they are.
 *
 * Different from RITA: random connections (a Poisson process) have gaps whose 10th to 90th percentile span 3.2
 * medians; beyond GAPS_WIDE it is no beacon, however good the mean of scores is.  A conversation that routers cut into
 * flows of the same length is one connection.
 */
#include "detect/contacts.h"
#include "detect/detector.h"
#include "detect/spread_sample.h"

#include <math.h>
#include <stdlib.h>

/*
 * In medians: the most from the 10th to the 90th percentile of gaps (a jitter of half an interval has 0.8), and their
 * most deviation.
 */
#define GAPS_WIDE 1.2
#define GAPS_MADM 0.4
/* Most deviation of sizes, in medians. */
#define SIZES_MADM 0.25
/* The size whose score for smallness is 0. */
#define SIZE_MOST 65536.0
/* Connections at shorter gaps count as one conversation. */
#define GAP_LEAST_MS 1000

/* NTP and SNMP clients ask at fixed intervals by design. */
enum { PORT_NTP = 123, PORT_SNMP = 161 };

struct beacon_record {
	uint64_t hash;
	struct addr src, dst;
	int64_t first_ms, last_ms;
	uint64_t bytes;
	uint16_t port, sport;
	uint8_t proto, flags;
};

/* Whether a row, as far as it shows, begins a connection and its sender is the client. */
static bool
is_begin(const struct detect_rows *r, uint32_t i)
{
	if (r->sampled[i] || r->dport[i] >= r->sport[i] || detect_is_multicast(r->dst[i]))
		return false;
	if (r->proto[i] == PROTO_UDP)
		return r->dport[i] != PORT_NTP && r->dport[i] != PORT_SNMP;
	/* A refused or unanswered connection belongs to a scan, which may be as regular. */
	return r->proto[i] == PROTO_TCP &&
	    (r->flags[i] == 0 || (r->flags[i] & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK));
}

static uint64_t
key(const struct detect_rows *r, uint32_t i)
{
	return detect_key(r->src_hash[i] + (r->dst_hash[i] << 1 | r->dst_hash[i] >> 63),
	    (uint64_t)r->proto[i] << 16 | r->dport[i]);
}

static uint64_t
least(const struct flow_detect_options *options)
{
	return (uint64_t)ceil(options->beacon_count);
}

static void
count(const struct detect_context *c, const struct detect_rows *r)
{
	struct tally_list list = { .n = 0 };

	for (uint32_t i = 0; i < r->n; i++)
		if (is_begin(r, i))
			tally_list_put(&list, c->tally, c->tally->count, key(r, i), 1);
	tally_list_flush(&list);
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct beacon_record *e;
		uint64_t hash;

		if (!is_begin(r, i))
			continue;
		hash = key(r, i);
		if (!detect_is_kept(c, hash) || !tally_enough(c->tally, hash))
			continue;
		e = evidence_log_add(log, hash);
		if (e == NULL)
			return FLOW_ENOMEM;
		*e = (struct beacon_record){ .hash = hash, .src = *r->src[i], .dst = *r->dst[i],
			.first_ms = r->first_ms[i], .last_ms = r->last_ms[i], .bytes = r->bytes[i], .port = r->dport[i],
			.sport = r->sport[i], .proto = r->proto[i], .flags = (uint8_t)r->flags[i] };
	}
	return FLOW_OK;
}

static int
compare_key(const void *pa, const void *pb)
{
	const struct beacon_record *a = pa, *b = pb;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->src, &b->src);
	if (order == 0)
		order = addr_compare(&a->dst, &b->dst);
	if (order == 0)
		order = (int)a->proto - (int)b->proto;
	return order != 0 ? order : (int)a->port - (int)b->port;
}

static int
compare(const void *pa, const void *pb)
{
	const struct beacon_record *a = pa, *b = pb;
	int order = compare_key(a, b);

	if (order != 0)
		return order;
	if (a->first_ms != b->first_ms)
		return a->first_ms < b->first_ms ? -1 : 1;
	if (a->sport != b->sport)
		return a->sport < b->sport ? -1 : 1;
	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

static uint64_t
number(const void *record)
{
	return evidence_signed(((const struct beacon_record *)record)->first_ms);
}

/* Whether a flow continues the previous flow's connection, or is a duplicate from another router. */
static bool
goes_on(const struct beacon_record *before, const struct beacon_record *e)
{
	return e->sport == before->sport &&
	    ((e->flags & TCP_SYN) == 0 || e->first_ms - before->first_ms < GAP_LEAST_MS);
}

static double
close_to_1(double part)
{
	return part < 1 ? 1 - part : 0;
}

/* Judges one key from its n flows in the order of time; gap and size have room for n values. */
static enum flow_status
judge_key(const struct detect_context *c, const struct beacon_record *e, size_t n, double *gap, double *size,
    struct findings *out)
{
	struct finding f = { .a = e->src, .b = e->dst, .port = e->port, .proto = e->proto, .first_ms = e->first_ms,
		.last_ms = e->last_ms };
	struct spread_sample gaps, sizes;
	const struct beacon_record *begin = e;
	size_t m = 0;
	double covered, gaps_madm, sizes_madm;

	size[0] = (double)e->bytes;
	for (size_t i = 1; i < n; i++) {
		f.last_ms = e[i].last_ms > f.last_ms ? e[i].last_ms : f.last_ms;
		if (goes_on(&e[i - 1], &e[i]))
			continue;
		gap[m++] = (double)(e[i].first_ms - begin->first_ms);
		size[m] = (double)e[i].bytes;
		begin = &e[i];
	}
	if (m == 0 || (double)(m + 1) < c->options->beacon_count)
		return FLOW_OK;
	/* Most keys' gaps are spread too widely, so that the rest need not be computed. */
	gaps = spread_sample(gap, m);
	if (gaps.median < GAP_LEAST_MS || gaps.tenths > GAPS_WIDE * gaps.median)
		return FLOW_OK;
	sizes = spread_sample(size, m + 1);
	gaps_madm = spread_madm(gap, m, gaps.median);
	sizes_madm = spread_madm(size, m + 1, sizes.median);
	if (gaps_madm > GAPS_MADM * gaps.median || sizes.median <= 0 || sizes_madm > SIZES_MADM * sizes.median)
		return FLOW_OK;
	covered = (double)m * gaps.median / (double)(begin->first_ms - e->first_ms);
	covered = covered < 1 ? covered : 1 / covered;
	f.score = 100 * (1 - fabs(gaps.skew) + close_to_1(gaps_madm / gaps.median) + covered + 1 - fabs(sizes.skew) +
	    close_to_1(sizes_madm / sizes.median) + close_to_1(sizes.median / SIZE_MOST)) / 6;
	if (f.score < c->options->beacon_score)
		return FLOW_OK;
	f.count[0] = m + 1;
	f.count[1] = (uint64_t)gaps.median;
	f.count[2] = (uint64_t)sizes.median;
	f.count[3] = n;
	f.real[0] = 100 * gaps_madm / gaps.median;
	return findings_add(out, &f);
}

static enum flow_status
judge(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	static const struct evidence_order order = { sizeof(struct beacon_record), number, compare, compare_key };
	struct beacon_record *e = evidence;
	double *gap = malloc((n + 1) * sizeof(*gap)), *size = malloc((n + 1) * sizeof(*size));
	enum flow_status st = gap != NULL && size != NULL ? FLOW_OK : FLOW_ENOMEM;
	size_t from = 0;

	if (st == FLOW_OK)
		st = evidence_sort(&order, e, n);
	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_key(&e[i], &e[from]) == 0)
			continue;
		st = judge_key(c, e + from, i - from, gap, size, out);
		from = i;
	}
	free(gap);
	free(size);
	return st;
}

static void
filter(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "src host ");
	detect_put_addr(out, &f->a);
	buf_append_text(out, " and dst host ");
	detect_put_addr(out, &f->b);
	buf_printf(out, " and proto %u and dst port %u", f->proto, f->port);
}

static const struct finding_column columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "src_addr", "Src addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_B, 0 },
	{ "proto", "Proto", FLOW_KIND_PROTO, true, FINDING_PROTO, 0 },
	{ "dst_port", "Dst port", FLOW_KIND_ID, true, FINDING_PORT, 0 },
	{ "connections", "Connections", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "interval", "Interval", FLOW_KIND_DURATION, false, FINDING_COUNT, 1 },
	{ "jitter_pct", "Jitter", FLOW_KIND_PERCENT, false, FINDING_REAL, 0 },
	{ "bytes_each", "Bytes each", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 3 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector beacons = {
	.what = FLOW_DETECT_BEACONS,
	.title = "beacons",
	.record = sizeof(struct beacon_record),
	.count = count,
	.least = least,
	.keep = keep,
	.judge = judge,
	.column = columns,
	.columns = ARRAY_LEN(columns),
	.filter = filter,
};
