/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floods: within a minute more reaches one destination than it is meant to take.
 *
 * SYN floods: attempts to connect, of many sources, of which nearly none goes on (RFC 4987, "TCP SYN Flooding Attacks
 * and Common Mitigations").  Other floods: packets or bits of UDP, ICMP and other protocols, of many sources, which the
 * destination hardly answers; the questions are those of V. Bernat, "DDoS detection and remediation with Akvorado and
 * Flowspec", 2023: bits, packets and sources a minute by destination.  A crowd that a popular server answers is none.
 */
#include "detect/contacts.h"
#include "detect/detector.h"
#include "detect/minutes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Percent of a destination's TCP flows in a minute that must be SYN alone. */
#define SYN_SHARE 80
/* Packets back, of a hundred that came, which are no answer. */
#define ANSWERED_MOST 5
/* So many times the threshold is a flood whoever sends it. */
#define BY_FEW 10
/* Of the tally one threshold. */
#define TALLY_UNIT 1024

enum flood_kind { FLOOD_IN, FLOOD_OTHER, FLOOD_BACK };

/* One row's part in one minute. */
struct flood_record {
	uint64_t hash;
	struct addr dst, src;
	int64_t minute;
	uint64_t packets, bytes;
	int64_t first_ms, last_ms;	/* of the row */
	uint8_t proto, kind;
	bool begins;			/* the row's first part */
};

static uint64_t
dst_key(uint64_t dst, uint8_t proto)
{
	return detect_key(dst, (uint64_t)proto << 8 | 7);
}

static uint64_t
minute_key(uint64_t key, int64_t minute)
{
	return detect_key(key, (uint64_t)minute);
}

/* What of a threshold an amount is, rounded up. */
static uint64_t
part_of(uint64_t amount, double threshold)
{
	double part = ceil((double)amount * TALLY_UNIT / threshold);

	return part < TALLY_UNIT ? (uint64_t)part : TALLY_UNIT;
}

static double
packets_least(const struct flow_detect_options *o)
{
	return o->flood_pps * 60;
}

static double
bytes_least(const struct flow_detect_options *o)
{
	return o->flood_bps * 60 / 8;
}

static uint64_t
least(const struct flow_detect_options *options)
{
	UNUSED(options);
	return TALLY_UNIT;
}

static bool
is_syn(const struct detect_rows *r, uint32_t i)
{
	return (r->flags[i] & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

static void
count_syn(const struct detect_context *c, const struct detect_rows *r)
{
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (r->proto[i] != PROTO_TCP || !is_syn(r, i))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_add(c->tally, minute_key(dst_key(r->dst_hash[i], PROTO_TCP), part.minute),
			    part_of(part.packets, c->options->flood_syn * 60));
	}
}

static void
count_others(const struct detect_context *c, const struct detect_rows *r)
{
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (r->proto[i] == PROTO_TCP || detect_is_multicast(r->dst[i]))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_add(c->tally, minute_key(dst_key(r->dst_hash[i], r->proto[i]), part.minute),
			    part_of(part.packets, packets_least(c->options)) +
			    part_of(part.bytes, bytes_least(c->options)));
	}
}

/* The parts of a row in minutes that may have enough; back: the row is what a destination sends. */
static enum flow_status
keep_row(const struct detect_context *c, const struct detect_rows *r, uint32_t i, enum flood_kind kind,
    struct evidence_log *log)
{
	bool back = kind == FLOOD_BACK, begins = true;
	uint64_t hash = dst_key(back ? r->src_hash[i] : r->dst_hash[i], r->proto[i]);
	struct minutes m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
	struct minutes_part part;

	for (; detect_is_kept(c, hash) && minutes_next(&m, &part); begins = false) {
		struct flood_record *e;

		if (tally_most(c->tally, minute_key(hash, part.minute)) < TALLY_UNIT)
			continue;
		e = evidence_log_add(log, hash);
		if (e == NULL)
			return FLOW_ENOMEM;
		*e = (struct flood_record){ .hash = hash, .dst = back ? *r->src[i] : *r->dst[i],
			.src = back ? *r->dst[i] : *r->src[i], .minute = part.minute, .packets = part.packets,
			.bytes = part.bytes, .first_ms = r->first_ms[i], .last_ms = r->last_ms[i], .proto = r->proto[i],
			.kind = (uint8_t)kind, .begins = begins };
	}
	return FLOW_OK;
}

static enum flow_status
keep_syn(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++)
		if (r->proto[i] == PROTO_TCP)
			st = keep_row(c, r, i, is_syn(r, i) ? FLOOD_IN : FLOOD_OTHER, log);
	return st;
}

static enum flow_status
keep_others(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		if (r->proto[i] == PROTO_TCP || detect_is_multicast(r->dst[i]))
			continue;
		st = keep_row(c, r, i, FLOOD_IN, log);
		if (st == FLOW_OK)
			st = keep_row(c, r, i, FLOOD_BACK, log);
	}
	return st;
}

static int
compare_key(const struct flood_record *a, const struct flood_record *b)
{
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->dst, &b->dst);
	return order != 0 ? order : (int)a->proto - (int)b->proto;
}

static int
compare(const void *pa, const void *pb)
{
	const struct flood_record *a = pa, *b = pb;
	int order = compare_key(a, b);

	if (order != 0)
		return order;
	if (a->minute != b->minute)
		return a->minute < b->minute ? -1 : 1;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : addr_compare(&a->src, &b->src);
}

/* What one minute of a destination has. */
struct flood_minute {
	uint64_t packets, bytes, flows, sources;
	uint64_t others;	/* TCP: flows that are not SYN alone */
	uint64_t back;		/* packets */
};

static struct flood_minute
sum_minute(const struct flood_record *e, size_t n)
{
	struct flood_minute m = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (e[i].kind == FLOOD_OTHER)
			m.others++;
		else if (e[i].kind == FLOOD_BACK)
			m.back += e[i].packets;
		if (e[i].kind != FLOOD_IN)
			continue;
		m.packets += e[i].packets;
		m.bytes += e[i].bytes;
		m.flows++;
		m.sources += i == 0 || e[i - 1].kind != FLOOD_IN || addr_compare(&e[i].src, &e[i - 1].src) != 0;
	}
	return m;
}

/* By how much it is a flood: 0: it is none, 1 and above: of the threshold. */
static double
syn_excess(const struct detect_context *c, const struct flood_minute *m)
{
	double times = (double)m->packets / (c->options->flood_syn * 60);

	if (times < 1 || m->flows * 100 < SYN_SHARE * (m->flows + m->others) ||
	    ((double)m->sources < c->options->flood_sources && times < BY_FEW))
		return 0;
	return times;
}

static double
other_excess(const struct detect_context *c, const struct flood_minute *m)
{
	double packets = (double)m->packets / packets_least(c->options);
	double bytes = (double)m->bytes / bytes_least(c->options);
	double times = packets > bytes ? packets : bytes;

	if (times < 1 || (double)m->back * 100 > (double)ANSWERED_MOST * (double)m->packets)
		return 0;
	/* Where answers are not seen, what is usual is not told from what is not. */
	if (((double)m->sources < c->options->flood_sources || !c->scope->answers_seen) && times < BY_FEW)
		return 0;
	return times;
}

static void
add_minute(struct finding *f, const struct flood_record *e, size_t n, const struct flood_minute *m, double times)
{
	double share = 100.0 * (double)m->flows / (double)(m->flows + m->others);

	f->count[0] += m->packets;
	f->count[1] += m->bytes;
	f->count[3] = m->sources > f->count[3] ? m->sources : f->count[3];
	f->real[0] = (double)m->packets / 60 > f->real[0] ? (double)m->packets / 60 : f->real[0];
	f->real[1] = (double)m->bytes * 8 / 60 > f->real[1] ? (double)m->bytes * 8 / 60 : f->real[1];
	f->real[2] = share > f->real[2] ? share : f->real[2];
	/* 50 at the threshold, and nearer to 100 by half for each time that it is doubled. */
	f->score = fmax(f->score, 100 - 50 / times);
	for (size_t i = 0; i < n; i++) {
		if (e[i].kind != FLOOD_IN)
			continue;
		f->first_ms = e[i].first_ms < f->first_ms ? e[i].first_ms : f->first_ms;
		f->last_ms = e[i].last_ms > f->last_ms ? e[i].last_ms : f->last_ms;
		f->count[2] += e[i].begins;
	}
}

/* All minutes of one destination. */
static enum flow_status
judge_key(const struct detect_context *c, const struct flood_record *e, size_t n, bool syn, struct findings *out)
{
	struct finding f = { .a = e->dst, .proto = e->proto, .first_ms = INT64_MAX, .last_ms = INT64_MIN };
	size_t from = 0;

	for (size_t i = 1; i <= n; i++) {
		struct flood_minute m;
		double times;

		if (i < n && e[i].minute == e[from].minute)
			continue;
		m = sum_minute(e + from, i - from);
		times = syn ? syn_excess(c, &m) : other_excess(c, &m);
		if (times > 0)
			add_minute(&f, e + from, i - from, &m, times);
		from = i;
	}
	return f.score > 0 ? findings_add(out, &f) : FLOW_OK;
}

static enum flow_status
judge(const struct detect_context *c, struct flood_record *e, size_t n, bool syn, struct findings *out)
{
	enum flow_status st = FLOW_OK;
	size_t from = 0;

	qsort(e, n, sizeof(*e), compare);
	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_key(&e[i], &e[from]) == 0)
			continue;
		st = judge_key(c, e + from, i - from, syn, out);
		from = i;
	}
	return st;
}

static enum flow_status
judge_syn(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return judge(c, evidence, n, true, out);
}

static enum flow_status
judge_others(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return judge(c, evidence, n, false, out);
}

static void
filter_others(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "dst host ");
	detect_put_addr(out, &f->a);
	buf_printf(out, " and proto %u", f->proto);
	detect_put_times(out, f);
}

static void
filter_syn(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "dst host ");
	detect_put_addr(out, &f->a);
	buf_append_text(out, " and proto 6 and flags S and not flags A");
	detect_put_times(out, f);
}

#define FLOOD_COLUMNS \
	{ "packets", "Packets", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 }, \
	{ "bytes", "Bytes", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 }, \
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 }, \
	{ "sources", "Sources", FLOW_KIND_COUNT, false, FINDING_COUNT, 3 }, \
	{ "peak_pps", "Peak pps", FLOW_KIND_RATE, false, FINDING_REAL, 0 }, \
	{ "peak_bps", "Peak bps", FLOW_KIND_RATE, false, FINDING_REAL, 1 }

static const struct finding_column syn_columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	FLOOD_COLUMNS,
	{ "syn_pct", "SYN only", FLOW_KIND_PERCENT, false, FINDING_REAL, 2 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

static const struct finding_column other_columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "proto", "Proto", FLOW_KIND_PROTO, true, FINDING_PROTO, 0 },
	FLOOD_COLUMNS,
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector syn_floods = {
	.what = FLOW_DETECT_FLOODS,
	.title = "SYN floods",
	.record = sizeof(struct flood_record),
	.count = count_syn,
	.least = least,
	.keep = keep_syn,
	.judge = judge_syn,
	.column = syn_columns,
	.columns = ARRAY_LEN(syn_columns),
	.filter = filter_syn,
};

const struct detector other_floods = {
	.what = FLOW_DETECT_FLOODS,
	.title = "other floods",
	.record = sizeof(struct flood_record),
	.count = count_others,
	.least = least,
	.keep = keep_others,
	.judge = judge_others,
	.column = other_columns,
	.columns = ARRAY_LEN(other_columns),
	.filter = filter_others,
};
