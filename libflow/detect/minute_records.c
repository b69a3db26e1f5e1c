/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/minute_records.h"

#include <math.h>
#include <stdlib.h>

enum flow_status
minute_records_keep(const struct detect_context *c, const struct detect_rows *r, uint32_t i,
    const struct minute_key *key, struct evidence_log *log)
{
	struct minutes m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
	struct minutes_part part;
	bool begins = true;

	for (; detect_is_kept(c, key->hash) && minutes_next(&m, &part); begins = false) {
		struct minute_record *e;

		if (!tally_enough(c->tally, minute_hash(key->hash, part.minute)))
			continue;
		e = evidence_log_add(log, key->hash);
		if (e == NULL)
			return FLOW_ENOMEM;
		*e = (struct minute_record){ .hash = key->hash, .key = key->is_source ? *r->src[i] : *r->dst[i],
			.peer = key->is_source ? *r->dst[i] : *r->src[i], .minute = part.minute,
			.packets = part.packets, .bytes = part.bytes, .first_ms = r->first_ms[i],
			.last_ms = r->last_ms[i], .port = key->port, .proto = r->proto[i], .kind = key->kind,
			.begins = begins };
	}
	return FLOW_OK;
}

static int
compare_key(const void *pa, const void *pb)
{
	const struct minute_record *a = pa, *b = pb;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->key, &b->key);
	if (order == 0)
		order = (int)a->proto - (int)b->proto;
	return order != 0 ? order : (int)a->port - (int)b->port;
}

static int
compare(const void *pa, const void *pb)
{
	const struct minute_record *a = pa, *b = pb;
	int order = compare_key(a, b);

	if (order != 0)
		return order;
	if (a->minute != b->minute)
		return a->minute < b->minute ? -1 : 1;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : addr_compare(&a->peer, &b->peer);
}

static uint64_t
number(const void *record)
{
	return evidence_signed(((const struct minute_record *)record)->minute);
}

static struct minute_sum
sum_up(const struct minute_record *e, size_t n)
{
	struct minute_sum sum = { .peers = 0 };

	for (size_t i = 0; i < n; i++) {
		sum.packets[e[i].kind] += e[i].packets;
		sum.bytes[e[i].kind] += e[i].bytes;
		sum.flows[e[i].kind]++;
		sum.peers += e[i].kind == 0 && (i == 0 || addr_compare(&e[i].peer, &e[i - 1].peer) != 0);
	}
	return sum;
}

static void
add_minute(struct finding *f, const struct minute_record *e, size_t n, double times)
{
	f->score = fmax(f->score, 100 - 50 / times);
	for (size_t i = 0; i < n && e[i].kind == 0; i++) {
		f->first_ms = e[i].first_ms < f->first_ms ? e[i].first_ms : f->first_ms;
		f->last_ms = e[i].last_ms > f->last_ms ? e[i].last_ms : f->last_ms;
		f->count[MINUTE_FLOWS] += e[i].begins;
	}
}

static enum flow_status
judge_key(const struct detect_context *c, const struct minute_record *e, size_t n, minute_judge *judge,
    struct findings *out)
{
	struct finding f = { .a = e->key, .port = e->port, .proto = e->proto, .first_ms = INT64_MAX,
		.last_ms = INT64_MIN };
	size_t from = 0;

	for (size_t i = 1; i <= n; i++) {
		struct minute_sum sum;
		double times;

		if (i < n && e[i].minute == e[from].minute)
			continue;
		sum = sum_up(e + from, i - from);
		times = judge(c, &sum, &f);
		if (times >= 1)
			add_minute(&f, e + from, i - from, times);
		from = i;
	}
	return f.score > 0 ? findings_add(out, &f) : FLOW_OK;
}

enum flow_status
minute_records_judge(const struct detect_context *c, struct minute_record *e, size_t n, minute_judge *judge,
    struct findings *out)
{
	static const struct evidence_order order = { sizeof(*e), number, compare, compare_key };
	enum flow_status st = evidence_sort(&order, e, n);
	size_t from = 0;

	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_key(&e[i], &e[from]) == 0)
			continue;
		st = judge_key(c, e + from, i - from, judge, out);
		from = i;
	}
	return st;
}
