/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exfiltration: a client sends much to one peer, hardly gets anything from it, and does not usually send that much.
 *
 * Clients mostly receive.  Two things are compared: bytes out with bytes in for one peer, and the rate of bytes out to
 * that peer with the rate to all other peers in the same flows, the host's own baseline.  (The ratio is the
 * producer-consumer ratio of Bullard and Gerth, "PCR: A New Flow Metric", FloCon 2014, in another form.)  The client is
 * the end with the higher port.
 */
#include "detect/contacts.h"
#include "detect/detector.h"

#include <math.h>

#define HOUR_MS 3600000.0

/* Packets of fewer bytes are headers (IPv6 40, TCP 20 and options) without data: a scan carries nothing away. */
#define HEADER_BYTES 80

struct leak_record {
	uint64_t hash;
	struct addr host, peer;
	int64_t first_ms, last_ms;
	uint64_t bytes;
	bool out;
	bool handshake;		/* TCP: the peer accepted the connection */
};

static uint64_t
host_key(uint64_t host)
{
	return detect_key(host, 11);
}

static uint64_t
least(const struct flow_detect_options *options)
{
	double kib = options->leak_bytes / 1024;

	return kib < 1 ? 1 : kib < TALLY_MOST ? (uint64_t)kib : TALLY_MOST;
}

static bool
has_ports(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP;
}

/* The hash of a host and its peer. */
static uint64_t
pair_key(uint64_t host, uint64_t peer)
{
	return detect_key(host + (peer << 1 | peer >> 63), 13);
}

/* The client (the end with the higher port) and peer of a row, and the bytes that the client sent; false: none. */
static bool
goes_out(const struct detect_rows *r, uint32_t i, uint64_t *host, uint64_t *peer, uint64_t *bytes)
{
	bool backwards = r->sport[i] < r->dport[i];

	*host = backwards ? r->dst_hash[i] : r->src_hash[i];
	*peer = backwards ? r->src_hash[i] : r->dst_hash[i];
	*bytes = backwards ? r->rev_bytes[i] : r->bytes[i];
	return has_ports(r->proto[i]) && r->sport[i] != r->dport[i] && *bytes > 0;
}

/*
 * The threshold is for a pair, but all that its host sends is evidence, so bits are of hosts: the row with which a
 * pair's counter reaches the threshold marks the host.
 */
static void
count(const struct detect_context *c, const struct detect_rows *r)
{
	uint64_t host[DETECT_ROWS], pair, peer, bytes, enough = least(c->options);
	struct tally_list list = { .n = 0 };

	for (uint32_t i = 0; i < r->n; i++)
		if (goes_out(r, i, &host[list.n], &peer, &bytes)) {
			pair = pair_key(host[list.n], peer);
			tally_list_put(&list, c->tally, c->tally->count, pair, tally_amount((bytes >> 10) + 1));
		}
	for (uint32_t i = 0; i < list.n; i++)
		if (tally_add(list.at[i], list.amount[i]) >= enough)
			tally_mark(c->tally, host_key(host[i]));
}

/* Adds the bytes of row i that one end sent; backwards: the row's sender is the peer. */
static enum flow_status
add(const struct detect_context *c, const struct detect_rows *r, uint32_t i, bool backwards, bool out, uint64_t packets,
    uint64_t bytes, struct evidence_log *log)
{
	uint64_t hash = host_key(backwards ? r->dst_hash[i] : r->src_hash[i]);
	struct leak_record *e;

	if (bytes == 0 || (out && bytes / HEADER_BYTES < packets) || !detect_is_kept(c, hash) ||
	    !tally_enough(c->tally, hash))
		return FLOW_OK;
	e = evidence_log_add(log, hash);
	if (e == NULL)
		return FLOW_ENOMEM;
	*e = (struct leak_record){ .hash = hash, .host = backwards ? *r->dst[i] : *r->src[i],
		.peer = backwards ? *r->src[i] : *r->dst[i], .first_ms = r->first_ms[i], .last_ms = r->last_ms[i],
		.bytes = bytes, .out = out, .handshake = r->proto[i] == PROTO_TCP };
	return FLOW_OK;
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		bool backwards = r->sport[i] < r->dport[i];

		if (!has_ports(r->proto[i]) || r->sport[i] == r->dport[i])
			continue;
		st = add(c, r, i, backwards, !backwards, r->packets[i], r->bytes[i], log);
		if (st == FLOW_OK)
			st = add(c, r, i, backwards, backwards, r->rev_packets[i], r->rev_bytes[i], log);
	}
	return st;
}

static int
compare(const void *pa, const void *pb)
{
	const struct leak_record *a = pa, *b = pb;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->host, &b->host);
	return order != 0 ? order : addr_compare(&a->peer, &b->peer);
}

static int
compare_host(const void *pa, const void *pb)
{
	const struct leak_record *a = pa, *b = pb;

	return a->hash != b->hash ? (a->hash < b->hash ? -1 : 1) : addr_compare(&a->host, &b->host);
}

static uint64_t
number(const void *record)
{
	return evidence_addr(&((const struct leak_record *)record)->peer);
}

/* Bytes in both directions, and the time of those out. */
struct leak_sum {
	uint64_t out, in, flows;
	int64_t first_ms, last_ms;	/* of flows out */
	bool taken;			/* TCP, or the peer sent something: not a flood */
};

static struct leak_sum
sum_up(const struct leak_record *e, size_t n)
{
	struct leak_sum s = { .first_ms = INT64_MAX, .last_ms = INT64_MIN };

	for (size_t i = 0; i < n; i++) {
		detect_add_up(e[i].out ? &s.out : &s.in, e[i].bytes);
		s.taken |= e[i].handshake || !e[i].out;
		if (!e[i].out)
			continue;
		s.flows++;
		s.first_ms = e[i].first_ms < s.first_ms ? e[i].first_ms : s.first_ms;
		s.last_ms = e[i].last_ms > s.last_ms ? e[i].last_ms : s.last_ms;
	}
	return s;
}

/* Bytes per hour; a time of less than an hour counts as one. */
static double
hourly(uint64_t bytes, int64_t first_ms, int64_t last_ms)
{
	double hours = ((double)last_ms - (double)first_ms) / HOUR_MS;

	return (double)bytes / fmax(hours, 1);
}

static enum flow_status
judge_peer(const struct detect_context *c, const struct leak_record *e, size_t n, const struct leak_sum *all,
    struct findings *out)
{
	const struct flow_detect_options *o = c->options;
	struct leak_sum s = sum_up(e, n);
	struct finding f = { .a = e->host, .b = e->peer, .first_ms = s.first_ms, .last_ms = s.last_ms };
	double usual, rate, times;

	if (s.flows == 0 || !s.taken || (double)s.out < o->leak_bytes || (double)s.out < o->leak_ratio * (double)s.in)
		return FLOW_OK;
	usual = hourly(all->out - s.out, all->first_ms, all->last_ms);
	rate = hourly(s.out, s.first_ms, s.last_ms);
	if (rate < o->leak_factor * usual)
		return FLOW_OK;
	times = fmin((double)s.out / (o->leak_ratio * fmax((double)s.in, 1)),
	    rate / fmax(o->leak_factor * usual, 1));
	f.score = 100 - 50 / fmax(times, 1);
	f.count[0] = s.out;
	f.count[1] = s.in;
	f.count[2] = s.flows;
	f.real[0] = (double)s.out / fmax((double)s.in, 1);
	f.real[1] = rate * 8 / 3600;
	f.real[2] = usual * 8 / 3600;
	return findings_add(out, &f);
}

static enum flow_status
judge_host(const struct detect_context *c, const struct leak_record *e, size_t n, struct findings *out)
{
	struct leak_sum all = sum_up(e, n);
	enum flow_status st = FLOW_OK;
	size_t from = 0;

	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && addr_compare(&e[i].peer, &e[from].peer) == 0)
			continue;
		st = judge_peer(c, e + from, i - from, &all, out);
		from = i;
	}
	return st;
}

static enum flow_status
judge(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	static const struct evidence_order order = { sizeof(struct leak_record), number, compare, compare_host };
	struct leak_record *e = evidence;
	enum flow_status st = evidence_sort(&order, e, n);
	size_t from = 0;

	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_host(&e[i], &e[from]) == 0)
			continue;
		st = judge_host(c, e + from, i - from, out);
		from = i;
	}
	return st;
}

static void
filter(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "src host ");
	detect_put_addr(out, &f->a);
	buf_append_text(out, " and dst host ");
	detect_put_addr(out, &f->b);
}

static const struct finding_column columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "src_addr", "Src addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_B, 0 },
	{ "bytes_out", "Bytes out", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "bytes_in", "Bytes in", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 },
	{ "ratio", "Ratio", FLOW_KIND_RATIO, false, FINDING_REAL, 0 },
	{ "flows", "Flows out", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "bps", "bps", FLOW_KIND_RATE, false, FINDING_REAL, 1 },
	{ "usual_bps", "Usual bps", FLOW_KIND_RATE, false, FINDING_REAL, 2 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector leaks = {
	.what = FLOW_DETECT_LEAKS,
	.title = "exfiltration",
	.record = sizeof(struct leak_record),
	.use = TALLY_MARKS,
	.count = count,
	.least = least,
	.keep = keep,
	.judge = judge,
	.column = columns,
	.columns = ARRAY_LEN(columns),
	.filter = filter,
};
