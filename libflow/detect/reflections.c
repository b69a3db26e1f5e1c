/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reflection: services of UDP that answer much to little are asked in the name of a victim, and all answer to it.
 * (Rossow, "Amplification Hell: Revisiting Network Protocols for DDoS Abuse", NDSS 2014; CISA alert TA14-017A has
 * the services and their factors.)
 *
 * A victim gets from one service's port, of many hosts within a minute, far more than it asked for.  Who asks by itself
 * gets less: answers of DNS have some five times the bytes of questions, and the victim's questions, where somebody
 * else sent them past the exporter, have a factor of 28 and more.
 */
#include "detect/contacts.h"
#include "detect/detector.h"
#include "detect/minutes.h"

#include <math.h>
#include <stdlib.h>

/* Bytes of answers, by those of questions, are at least so many. */
#define FACTOR_LEAST 10
/* Where questions are not seen it takes so many times the threshold. */
#define UNSEEN 10

/* Chargen, QOTD and others to game servers and cameras: what was abused so, by the port that it answers from. */
static const uint16_t services[] = { 17, 19, 53, 69, 111, 123, 137, 161, 177, 389, 427, 520, 623, 1434, 1900, 3283,
    3478, 3702, 5093, 5353, 5683, 6881, 10001, 10074, 11211, 17185, 20800, 27015, 27960, 30718, 32414, 33848, 37810,
    47808 };

struct reflection_record {
	uint64_t hash;
	struct addr victim, reflector;
	int64_t minute;
	uint64_t packets, bytes;
	int64_t first_ms, last_ms;	/* of the row */
	uint16_t port;
	bool asked;		/* the victim's question */
	bool begins;		/* the row's first part */
};

static bool
is_service(uint16_t port)
{
	size_t low = 0, high = ARRAY_LEN(services);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (services[mid] == port)
			return true;
		if (services[mid] < port)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static uint64_t
victim_key(uint64_t victim, uint16_t port)
{
	return detect_key(victim, (uint64_t)port << 8 | 3);
}

static uint64_t
kib(uint64_t bytes)
{
	return (bytes >> 10) + 1;
}

static double
bytes_least(const struct flow_detect_options *o)
{
	return o->reflection_bps * 60 / 8;
}

static uint64_t
least(const struct flow_detect_options *options)
{
	double most = bytes_least(options) / 1024;

	/* What is added at once never is more than this. */
	return most < 1 ? 1 : most < 1 << 20 ? (uint64_t)most : 1 << 20;
}

static void
count(const struct detect_context *c, const struct detect_rows *r)
{
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (r->proto[i] != PROTO_UDP || !is_service(r->sport[i]))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_add(c->tally, detect_key(victim_key(r->dst_hash[i], r->sport[i]), (uint64_t)part.minute),
			    kib(part.bytes));
	}
}

static enum flow_status
keep_row(const struct detect_context *c, const struct detect_rows *r, uint32_t i, bool asked,
    struct evidence_log *log)
{
	uint16_t port = asked ? r->dport[i] : r->sport[i];
	uint64_t hash = victim_key(asked ? r->src_hash[i] : r->dst_hash[i], port);
	struct minutes m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
	struct minutes_part part;
	bool begins = true;

	for (; detect_is_kept(c, hash) && minutes_next(&m, &part); begins = false) {
		struct reflection_record *e;

		if (tally_most(c->tally, detect_key(hash, (uint64_t)part.minute)) < least(c->options))
			continue;
		e = evidence_log_add(log, hash);
		if (e == NULL)
			return FLOW_ENOMEM;
		*e = (struct reflection_record){ .hash = hash, .victim = asked ? *r->src[i] : *r->dst[i],
			.reflector = asked ? *r->dst[i] : *r->src[i], .minute = part.minute, .packets = part.packets,
			.bytes = part.bytes, .first_ms = r->first_ms[i], .last_ms = r->last_ms[i], .port = port,
			.asked = asked, .begins = begins };
	}
	return FLOW_OK;
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		if (r->proto[i] != PROTO_UDP)
			continue;
		if (is_service(r->sport[i]))
			st = keep_row(c, r, i, false, log);
		if (st == FLOW_OK && is_service(r->dport[i]))
			st = keep_row(c, r, i, true, log);
	}
	return st;
}

static int
compare_key(const struct reflection_record *a, const struct reflection_record *b)
{
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->victim, &b->victim);
	return order != 0 ? order : (int)a->port - (int)b->port;
}

static int
compare(const void *pa, const void *pb)
{
	const struct reflection_record *a = pa, *b = pb;
	int order = compare_key(a, b);

	if (order != 0)
		return order;
	if (a->minute != b->minute)
		return a->minute < b->minute ? -1 : 1;
	return a->asked != b->asked ? (int)a->asked - (int)b->asked : addr_compare(&a->reflector, &b->reflector);
}

/* One minute of one victim: adds to the finding if it is reflection. */
static void
judge_minute(const struct detect_context *c, const struct reflection_record *e, size_t n, struct finding *f)
{
	uint64_t bytes = 0, packets = 0, asked = 0, hosts = 0;
	double times;

	for (size_t i = 0; i < n; i++) {
		if (e[i].asked) {
			asked += e[i].bytes;
			continue;
		}
		bytes += e[i].bytes;
		packets += e[i].packets;
		hosts += i == 0 || addr_compare(&e[i].reflector, &e[i - 1].reflector) != 0;
	}
	times = (double)bytes / bytes_least(c->options);
	if (times < 1 || (double)hosts < c->options->reflection_sources ||
	    (double)bytes < (double)FACTOR_LEAST * (double)asked || (!c->scope->answers_seen && times < UNSEEN))
		return;
	f->score = fmax(f->score, 100 - 50 / times);
	f->count[0] += bytes;
	f->count[1] += packets;
	f->count[3] = hosts > f->count[3] ? hosts : f->count[3];
	f->count[4] += asked;
	f->real[0] = fmax(f->real[0], (double)bytes * 8 / 60);
	for (size_t i = 0; i < n; i++) {
		if (e[i].asked)
			continue;
		f->first_ms = e[i].first_ms < f->first_ms ? e[i].first_ms : f->first_ms;
		f->last_ms = e[i].last_ms > f->last_ms ? e[i].last_ms : f->last_ms;
		f->count[2] += e[i].begins;
	}
}

static enum flow_status
judge_key(const struct detect_context *c, const struct reflection_record *e, size_t n, struct findings *out)
{
	struct finding f = { .a = e->victim, .port = e->port, .proto = PROTO_UDP, .first_ms = INT64_MAX,
		.last_ms = INT64_MIN };
	size_t from = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && e[i].minute == e[from].minute)
			continue;
		judge_minute(c, e + from, i - from, &f);
		from = i;
	}
	return f.score > 0 ? findings_add(out, &f) : FLOW_OK;
}

static enum flow_status
judge(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	struct reflection_record *e = evidence;
	enum flow_status st = FLOW_OK;
	size_t from = 0;

	qsort(e, n, sizeof(*e), compare);
	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_key(&e[i], &e[from]) == 0)
			continue;
		st = judge_key(c, e + from, i - from, out);
		from = i;
	}
	return st;
}

static void
filter(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "dst host ");
	detect_put_addr(out, &f->a);
	buf_printf(out, " and proto 17 and src port %u", f->port);
	detect_put_times(out, f);
}

static const struct finding_column columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "src_port", "Src port", FLOW_KIND_ID, true, FINDING_PORT, 0 },
	{ "bytes", "Bytes", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "packets", "Packets", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 },
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "sources", "Sources", FLOW_KIND_COUNT, false, FINDING_COUNT, 3 },
	{ "asked_bytes", "Bytes asked", FLOW_KIND_COUNT, false, FINDING_COUNT, 4 },
	{ "peak_bps", "Peak bps", FLOW_KIND_RATE, false, FINDING_REAL, 0 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector reflections = {
	.what = FLOW_DETECT_REFLECTION,
	.title = "amplification",
	.record = sizeof(struct reflection_record),
	.count = count,
	.least = least,
	.keep = keep,
	.judge = judge,
	.column = columns,
	.columns = ARRAY_LEN(columns),
	.filter = filter,
};
