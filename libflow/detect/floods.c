/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floods: within a minute one destination gets more than a threshold.
 *
 * SYN floods: attempts to connect from many sources, of which hardly any continues (RFC 4987, "TCP SYN Flooding Attacks
 * and Common Mitigations").  Other floods: packets or bits of UDP, ICMP and other protocols, from many sources, which
 * the destination hardly answers; the measures are those of V. Bernat, "DDoS detection and remediation with Akvorado
 * and Flowspec", 2023: bits, packets and sources a minute by destination.  A popular server that answers is not under
 * a flood.
 */
#include "detect/contacts.h"
#include "detect/minute_records.h"

#include <math.h>

/* The least percentage of a destination's TCP flows in a minute that are SYN alone. */
#define SYN_SHARE 80
/* Up to this percentage of packets back per packets in, the destination does not answer. */
#define ANSWERED_MOST 5
/* This many times the threshold is a flood even from few sources. */
#define BY_FEW 10
/* What one threshold is in the tally. */
#define TALLY_UNIT 1024

enum flood_kind { FLOOD_IN, FLOOD_OTHER, FLOOD_BACK };

static uint64_t
dst_key(uint64_t dst, uint8_t proto)
{
	return detect_key(dst, (uint64_t)proto << 8 | 7);
}

/* An amount in the tally's unit, rounded up, at most one threshold; scale: TALLY_UNIT / threshold. */
static int32_t
part_of(uint64_t amount, double scale)
{
	double part = (double)amount * scale + 1;

	return part < TALLY_UNIT ? (int32_t)part : TALLY_UNIT;
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
	double scale = TALLY_UNIT / (c->options->flood_syn * 60);
	struct tally_list list = { .n = 0 };
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (r->proto[i] != PROTO_TCP || !is_syn(r, i))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_list_put(&list, c->tally, c->tally->count,
			    minute_hash(dst_key(r->dst_hash[i], PROTO_TCP), part.minute), part_of(part.packets, scale));
	}
	tally_list_flush(&list);
}

static bool
is_other(const struct detect_rows *r, uint32_t i)
{
	return r->proto[i] != PROTO_TCP && !detect_is_multicast(r->dst[i]);
}

static void
count_others(const struct detect_context *c, const struct detect_rows *r)
{
	double packets = TALLY_UNIT / packets_least(c->options), bytes = TALLY_UNIT / bytes_least(c->options);
	struct tally_list list = { .n = 0 };
	struct minutes_part part;

	for (uint32_t i = 0; i < r->n; i++) {
		struct minutes m;

		if (!is_other(r, i))
			continue;
		m = minutes_of(r->first_ms[i], r->last_ms[i], r->packets[i], r->bytes[i]);
		while (minutes_next(&m, &part))
			tally_list_put(&list, c->tally, c->tally->count,
			    minute_hash(dst_key(r->dst_hash[i], r->proto[i]), part.minute),
			    part_of(part.packets, packets) + part_of(part.bytes, bytes));
	}
	tally_list_flush(&list);
}

/* Keeps the parts of a row; back: its sender is the destination that is judged. */
static enum flow_status
keep_row(const struct detect_context *c, const struct detect_rows *r, uint32_t i, enum flood_kind kind,
    struct evidence_log *log)
{
	bool back = kind == FLOOD_BACK;
	const struct minute_key key = { .hash = dst_key(back ? r->src_hash[i] : r->dst_hash[i], r->proto[i]),
		.is_source = back, .kind = (uint8_t)kind };

	return minute_records_keep(c, r, i, &key, log);
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
		if (!is_other(r, i))
			continue;
		st = keep_row(c, r, i, FLOOD_IN, log);
		if (st == FLOW_OK)
			st = keep_row(c, r, i, FLOOD_BACK, log);
	}
	return st;
}

/* Adds a minute that is a flood to the finding. */
static void
add_minute(struct finding *f, const struct minute_sum *m)
{
	double share = 100.0 * (double)m->flows[FLOOD_IN] / (double)(m->flows[FLOOD_IN] + m->flows[FLOOD_OTHER]);

	f->count[0] += m->packets[FLOOD_IN];
	f->count[1] += m->bytes[FLOOD_IN];
	f->count[3] = m->peers > f->count[3] ? m->peers : f->count[3];
	f->real[0] = fmax(f->real[0], (double)m->packets[FLOOD_IN] / 60);
	f->real[1] = fmax(f->real[1], (double)m->bytes[FLOOD_IN] * 8 / 60);
	f->real[2] = fmax(f->real[2], share);
}

static double
judge_syn_minute(const struct detect_context *c, const struct minute_sum *m, struct finding *f)
{
	double times = (double)m->packets[FLOOD_IN] / (c->options->flood_syn * 60);

	if (times < 1 || m->flows[FLOOD_IN] * 100 < SYN_SHARE * (m->flows[FLOOD_IN] + m->flows[FLOOD_OTHER]) ||
	    ((double)m->peers < c->options->flood_sources && times < BY_FEW))
		return 0;
	add_minute(f, m);
	return times;
}

static double
judge_other_minute(const struct detect_context *c, const struct minute_sum *m, struct finding *f)
{
	double packets = (double)m->packets[FLOOD_IN] / packets_least(c->options);
	double bytes = (double)m->bytes[FLOOD_IN] / bytes_least(c->options);
	double times = packets > bytes ? packets : bytes;

	if (times < 1 ||
	    (double)m->packets[FLOOD_BACK] * 100 > (double)ANSWERED_MOST * (double)m->packets[FLOOD_IN])
		return 0;
	/* Without answers among the rows, a flood cannot be told from normal traffic by the threshold alone. */
	if (((double)m->peers < c->options->flood_sources || !c->scope->answers_seen) && times < BY_FEW)
		return 0;
	add_minute(f, m);
	return times;
}

static enum flow_status
judge_syn(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return minute_records_judge(c, evidence, n, judge_syn_minute, out);
}

static enum flow_status
judge_others(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return minute_records_judge(c, evidence, n, judge_other_minute, out);
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
	.record = sizeof(struct minute_record),
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
	.record = sizeof(struct minute_record),
	.count = count_others,
	.least = least,
	.keep = keep_others,
	.judge = judge_others,
	.column = other_columns,
	.columns = ARRAY_LEN(other_columns),
	.filter = filter_others,
};
