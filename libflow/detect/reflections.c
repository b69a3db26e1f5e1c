/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reflection: UDP services whose answers are larger than the questions get questions with a victim's address as the
 * source, and all answer to the victim.
 * (Rossow, "Amplification Hell: Revisiting Network Protocols for DDoS Abuse", NDSS 2014; CISA alert TA14-017A has
 * the services and their factors.)
 *
 * Within a minute, many hosts send from one service's port far more to a victim than it asked for.  A host with
 * questions of its own gets less: DNS answers have some five times the bytes of the questions, while forged questions,
 * if they passed the exporter, have a factor of 28 and more.
 */
#include "detect/contacts.h"
#include "detect/minute_records.h"

#include <math.h>

/* The least ratio of bytes of answers to bytes of questions. */
#define FACTOR_LEAST 10
/* The threshold is multiplied by this if questions are not seen. */
#define UNSEEN 10

/* The ports of services that were abused so: QOTD, chargen and others up to game servers and cameras. */
static const uint16_t services[] = { 17, 19, 53, 69, 111, 123, 137, 161, 177, 389, 427, 520, 623, 1434, 1900, 3283,
    3478, 3702, 5093, 5353, 5683, 6881, 10001, 10074, 11211, 17185, 20800, 27015, 27960, 30718, 32414, 33848, 37810,
    47808 };

enum reflection_kind { REFLECTION_ANSWER, REFLECTION_ASKED };

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

	return most < 1 ? 1 : most < TALLY_MOST ? (uint64_t)most : TALLY_MOST;
}

static void
count(const struct detect_context *c, const struct detect_rows *r)
{
	struct tally_list list = { .n = 0 };
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (r->proto[i] != PROTO_UDP || !is_service(r->sport[i]))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_list_put(&list, c->tally, c->tally->count,
			    minute_hash(victim_key(r->dst_hash[i], r->sport[i]), part.minute),
			    tally_amount(kib(part.bytes)));
	}
	tally_list_flush(&list);
}

static enum flow_status
keep_row(const struct detect_context *c, const struct detect_rows *r, uint32_t i, enum reflection_kind kind,
    struct evidence_log *log)
{
	bool asked = kind == REFLECTION_ASKED;
	uint16_t port = asked ? r->dport[i] : r->sport[i];
	const struct minute_key key = { .hash = victim_key(asked ? r->src_hash[i] : r->dst_hash[i], port),
		.is_source = asked, .port = port, .kind = (uint8_t)kind };

	return minute_records_keep(c, r, i, &key, log);
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		if (r->proto[i] != PROTO_UDP)
			continue;
		if (is_service(r->sport[i]))
			st = keep_row(c, r, i, REFLECTION_ANSWER, log);
		if (st == FLOW_OK && is_service(r->dport[i]))
			st = keep_row(c, r, i, REFLECTION_ASKED, log);
	}
	return st;
}

static double
judge_minute(const struct detect_context *c, const struct minute_sum *m, struct finding *f)
{
	uint64_t bytes = m->bytes[REFLECTION_ANSWER], asked = m->bytes[REFLECTION_ASKED];
	double times = (double)bytes / bytes_least(c->options);

	if (times < 1 || (double)m->peers < c->options->reflection_sources ||
	    (double)bytes < (double)FACTOR_LEAST * (double)asked || (!c->scope->answers_seen && times < UNSEEN))
		return 0;
	f->count[0] += bytes;
	f->count[1] += m->packets[REFLECTION_ANSWER];
	f->count[3] = m->peers > f->count[3] ? m->peers : f->count[3];
	f->count[4] += asked;
	f->real[0] = fmax(f->real[0], (double)bytes * 8 / 60);
	return times;
}

static enum flow_status
judge(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return minute_records_judge(c, evidence, n, judge_minute, out);
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
	.record = sizeof(struct minute_record),
	.count = count,
	.least = least,
	.keep = keep,
	.judge = judge,
	.column = columns,
	.columns = ARRAY_LEN(columns),
	.filter = filter,
};
