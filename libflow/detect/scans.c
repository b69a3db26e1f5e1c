/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scans: a source tries one service of many hosts, or many ports of one host, and most of what it tries fails.
 *
 * Method: Threshold Random Walk (Jung, Paxson, Berger, Balakrishnan, "Fast Portscan Detection Using Sequential
 * Hypothesis Testing", IEEE Symposium on Security and Privacy 2004), in the form that never rests in favour of the
 * source, so that a host that was harmless for long is found when it begins (reverse sequential hypothesis testing:
 * Schechter, Jung, Berger, "Fast Detection of Scanning Worm Infections", RAID 2004).  Only the first contact with a
 * target counts.  Each that fails adds ln((1 - THETA1) / (1 - THETA0)) to the walk, each that succeeds adds
 * ln(THETA1 / THETA0); the walk stays at 0 or above, and a source whose walk passes LIMIT scans.
 *
 * Different from these papers: all flows are known when judging, so that a target that answers at any time counts as a
 * success.  A source is judged per service (protocol and port), or per host for ports: file-sharing programs fail
 * often, too, but at many different ports.
 */
#include "detect/contacts.h"
#include "detect/detector.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Jung et al., section 4: the probability that a first contact of a harmless source, and of a scanner, succeeds. */
#define THETA0 0.8
#define THETA1 0.2
/* ln((1 - 0.01) / 0.00001): their probabilities of a missed scan (0.01) and of a false alarm (0.00001). */
#define LIMIT 11.5

/* Ports that traceroute tries one after the other at a host (IANA: traceroute, 33434; 30 hops of 3 probes). */
#define TRACEROUTE_FIRST 33434
#define TRACEROUTE_LAST 33534

struct contact_record {
	uint64_t hash;
	struct addr src, dst;
	int64_t first_ms, last_ms;
	uint16_t port;
	uint8_t proto, contact;
};

static uint64_t
service_key(uint64_t src, uint8_t proto, uint16_t port)
{
	return detect_key(src, (uint64_t)proto << 16 | port);
}

static uint64_t
host_key(uint64_t src, uint64_t dst, uint8_t proto)
{
	return detect_key(src + (dst << 1 | dst >> 63), (uint64_t)proto << 17 | 1);
}

static uint16_t
service_port(const struct detect_rows *r, uint32_t i, uint16_t port)
{
	return contact_is_ping(r->proto[i]) ? 0 : port;
}

/* Whether a row can be part of a port scan: not a ping, nor traceroute. */
static bool
has_ports(const struct detect_rows *r, uint32_t i, uint16_t port)
{
	return !contact_is_ping(r->proto[i]) && !(r->proto[i] == PROTO_UDP && port >= TRACEROUTE_FIRST &&
	    port <= TRACEROUTE_LAST);
}

/* The key of a row or, backwards, of the attempt that it answers; false if it has none. */
static bool
key_of(const struct detect_rows *r, uint32_t i, bool by_host, bool backwards, uint64_t *hash)
{
	uint64_t src = backwards ? r->dst_hash[i] : r->src_hash[i], dst = backwards ? r->src_hash[i] : r->dst_hash[i];
	uint16_t port = backwards ? r->sport[i] : r->dport[i];

	*hash = by_host ? host_key(src, dst, r->proto[i]) : service_key(src, r->proto[i], service_port(r, i, port));
	return !by_host || has_ports(r, i, port);
}

/* Counts rows that are attempts and may have failed; an attempt and its answer, if matched, count nothing. */
static void
count(const struct detect_context *c, const struct detect_rows *r, bool by_host)
{
	struct tally_list list = { .n = 0 };
	uint64_t hash;

	for (uint32_t i = 0; i < r->n; i++) {
		bool failed = r->contact[i] == CONTACT_FAILED, counts = failed || r->contact[i] == CONTACT_OPEN;

		if (r->mate[i] == MATE_ASKED && key_of(r, i, by_host, true, &hash))
			tally_list_put(&list, c->tally, c->tally->open, hash, -1);
		else if (r->mate[i] == MATE_NONE && counts && key_of(r, i, by_host, false, &hash))
			tally_list_put(&list, c->tally, failed ? c->tally->count : c->tally->open, hash, 1);
	}
	tally_list_flush(&list);
}

static void
count_hosts(const struct detect_context *c, const struct detect_rows *r)
{
	count(c, r, false);
}

static void
count_ports(const struct detect_context *c, const struct detect_rows *r)
{
	count(c, r, true);
}

/* Adds evidence of one contact; backwards: row i is an answer, and its source the target. */
static enum flow_status
add_contact(const struct detect_rows *r, uint32_t i, uint64_t hash, enum contact contact, bool backwards,
    struct evidence_log *log)
{
	struct contact_record *e = evidence_log_add(log, hash);

	if (e == NULL)
		return FLOW_ENOMEM;
	*e = (struct contact_record){ .hash = hash, .src = backwards ? *r->dst[i] : *r->src[i],
		.dst = backwards ? *r->src[i] : *r->dst[i], .first_ms = r->first_ms[i], .last_ms = r->last_ms[i],
		.port = service_port(r, i, backwards ? r->sport[i] : r->dport[i]), .proto = r->proto[i],
		.contact = (uint8_t)contact };
	return FLOW_OK;
}

static uint64_t
least(const struct flow_detect_options *options)
{
	return (uint64_t)ceil(options->scan_targets);
}

/* Keeps row i as evidence, backwards of the attempt that it answers, if the key may reach the threshold. */
static enum flow_status
keep_contact(const struct detect_context *c, const struct detect_rows *r, uint32_t i, bool by_host, bool backwards,
    struct evidence_log *log)
{
	uint64_t hash;

	if (!key_of(r, i, by_host, backwards, &hash) || !tally_enough(c->tally, hash) || !detect_is_kept(c, hash))
		return FLOW_OK;
	return add_contact(r, i, hash, backwards ? CONTACT_ANSWER : (enum contact)r->contact[i], backwards, log);
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, bool by_host, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		bool open = contact_wants_answer(r->contact[i]), answers = r->contact[i] == CONTACT_ANSWER;

		/* Without answers among the flows, an attempt of which only an answer would tell proves nothing. */
		if (r->contact[i] == CONTACT_NONE || ((open || answers) && !c->scope->answers_seen))
			continue;
		if (!answers)
			st = keep_contact(c, r, i, by_host, false, log);
		if (st == FLOW_OK && (open || (answers && !by_host)))
			st = keep_contact(c, r, i, by_host, true, log);
	}
	return st;
}

static enum flow_status
keep_hosts(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	return keep(c, r, false, log);
}

static enum flow_status
keep_ports(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	return keep(c, r, true, log);
}

static int
compare_key(const struct contact_record *a, const struct contact_record *b, bool by_host)
{
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	order = addr_compare(&a->src, &b->src);
	if (order != 0)
		return order;
	return by_host ? addr_compare(&a->dst, &b->dst) : (int)a->port - (int)b->port;
}

static int
compare_target(const struct contact_record *a, const struct contact_record *b, bool by_host)
{
	return by_host ? (int)a->port - (int)b->port : addr_compare(&a->dst, &b->dst);
}

static int
compare_records(const struct contact_record *a, const struct contact_record *b, bool by_host)
{
	int order = compare_key(a, b, by_host);

	if (order == 0)
		order = compare_target(a, b, by_host);
	return order != 0 ? order : a->first_ms < b->first_ms ? -1 : a->first_ms > b->first_ms;
}

static int
compare_hosts(const void *a, const void *b)
{
	return compare_records(a, b, false);
}

static int
compare_ports(const void *a, const void *b)
{
	return compare_records(a, b, true);
}

static int
compare_service(const void *a, const void *b)
{
	return compare_key(a, b, false);
}

static int
compare_host(const void *a, const void *b)
{
	return compare_key(a, b, true);
}

static uint64_t
number_of_host(const void *record)
{
	return evidence_addr(&((const struct contact_record *)record)->dst);
}

static uint64_t
number_of_port(const void *record)
{
	return ((const struct contact_record *)record)->port;
}

static const struct evidence_order by_hosts = { sizeof(struct contact_record), number_of_host, compare_hosts,
	compare_service };
static const struct evidence_order by_ports = { sizeof(struct contact_record), number_of_port, compare_ports,
	compare_host };

/* A target's first contact. */
struct target {
	int64_t first_ms;
	uint32_t number;	/* breaks ties of first_ms */
	bool answered;
};

static int
compare_targets(const void *pa, const void *pb)
{
	const struct target *a = pa, *b = pb;

	if (a->first_ms != b->first_ms)
		return a->first_ms < b->first_ms ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

/* The maximum of the random walk over the targets, in the order of first contacts. */
static double
walk(struct target *target, size_t n)
{
	double fail = log((1 - THETA1) / (1 - THETA0)), good = log(THETA1 / THETA0), at = 0, most = 0;

	qsort(target, n, sizeof(*target), compare_targets);
	for (size_t i = 0; i < n; i++) {
		at += target[i].answered ? good : fail;
		at = at > 0 ? at : 0;
		most = at > most ? at : most;
	}
	return most;
}

/* Whether a record says that its source tried; sent: the target sent something to it. */
static bool
is_attempt(const struct detect_context *c, const struct contact_record *e, bool sent)
{
	if (e->contact == CONTACT_ANSWER || (e->contact == CONTACT_STREAM && !sent))
		return false;
	return !contact_wants_answer(e->contact) || c->scope->answers_seen;
}

/* Takes the contacts with one target, [from, to); false if none was an attempt. */
static bool
take_target(const struct detect_context *c, const struct contact_record *e, size_t from, size_t to,
    struct target *target, struct finding *f)
{
	bool tried = false, open = false, answered = false, sent = false;

	for (size_t i = from; i < to; i++)
		sent |= e[i].contact == CONTACT_ANSWER;
	for (size_t i = from; i < to; i++) {
		if (!is_attempt(c, &e[i], sent))
			continue;
		if (!tried)
			target->first_ms = e[i].first_ms;
		tried = true;
		open |= contact_wants_answer(e[i].contact);
		answered |= e[i].contact == CONTACT_DONE;
		f->count[3]++;
		f->first_ms = e[i].first_ms < f->first_ms ? e[i].first_ms : f->first_ms;
		f->last_ms = e[i].last_ms > f->last_ms ? e[i].last_ms : f->last_ms;
	}
	target->answered = answered || (open && sent);
	return tried;
}

/* Judges all evidence of one key. */
static enum flow_status
judge_key(const struct detect_context *c, const struct contact_record *e, size_t n, bool by_host,
    struct target *target, struct findings *out)
{
	struct finding f = { .a = e->src, .port = e->port, .proto = e->proto, .first_ms = INT64_MAX,
		.last_ms = INT64_MIN };
	size_t targets = 0, from = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && compare_target(&e[i], &e[from], by_host) == 0)
			continue;
		target[targets].number = (uint32_t)targets;
		if (take_target(c, e, from, i, &target[targets], &f))
			f.count[0] += !target[targets++].answered;
		from = i;
	}
	f.count[1] = targets;
	f.count[2] = targets - f.count[0];
	if ((double)f.count[0] < c->options->scan_targets || targets == 0)
		return FLOW_OK;
	f.score = 100 * (double)f.count[0] / (double)targets;
	f.real[0] = walk(target, targets);
	if (f.score < c->options->scan_share || f.real[0] < LIMIT)
		return FLOW_OK;
	if (by_host) {
		f.b = e->dst;
		f.port = 0;
	}
	return findings_add(out, &f);
}

static enum flow_status
judge(const struct detect_context *c, struct contact_record *e, size_t n, bool by_host, struct findings *out)
{
	struct target *target = malloc((n + 1) * sizeof(*target));
	enum flow_status st = target != NULL ? FLOW_OK : FLOW_ENOMEM;
	size_t from = 0;

	if (st == FLOW_OK)
		st = evidence_sort(by_host ? &by_ports : &by_hosts, e, n);
	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare_key(&e[i], &e[from], by_host) == 0)
			continue;
		st = judge_key(c, e + from, i - from, by_host, target, out);
		from = i;
	}
	free(target);
	return st;
}

static enum flow_status
judge_hosts(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return judge(c, evidence, n, false, out);
}

static enum flow_status
judge_ports(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	return judge(c, evidence, n, true, out);
}

static void
filter_hosts(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "src host ");
	detect_put_addr(out, &f->a);
	buf_printf(out, " and proto %u", f->proto);
	if (!contact_is_ping(f->proto))
		buf_printf(out, " and dst port %u", f->port);
}

static void
filter_ports(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "src host ");
	detect_put_addr(out, &f->a);
	buf_append_text(out, " and dst host ");
	detect_put_addr(out, &f->b);
	buf_printf(out, " and proto %u", f->proto);
}

static const struct finding_column host_columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "src_addr", "Src addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "proto", "Proto", FLOW_KIND_PROTO, true, FINDING_PROTO, 0 },
	{ "dst_port", "Dst port", FLOW_KIND_ID, true, FINDING_PORT, 0 },
	{ "failed", "Failed", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "hosts", "Hosts", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 },
	{ "answered", "Answered", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 3 },
	{ "walk", "Walk", FLOW_KIND_RATIO, false, FINDING_REAL, 0 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

static const struct finding_column port_columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "src_addr", "Src addr", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "dst_addr", "Dst addr", FLOW_KIND_ADDR, true, FINDING_B, 0 },
	{ "proto", "Proto", FLOW_KIND_PROTO, true, FINDING_PROTO, 0 },
	{ "failed", "Failed", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "ports", "Ports", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 },
	{ "answered", "Answered", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 3 },
	{ "walk", "Walk", FLOW_KIND_RATIO, false, FINDING_REAL, 0 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector scan_of_hosts = {
	.what = FLOW_DETECT_SCANS,
	.title = "scans of hosts",
	.record = sizeof(struct contact_record),
	.use = TALLY_OPEN,
	.count = count_hosts,
	.least = least,
	.keep = keep_hosts,
	.judge = judge_hosts,
	.column = host_columns,
	.columns = ARRAY_LEN(host_columns),
	.filter = filter_hosts,
};

const struct detector scan_of_ports = {
	.what = FLOW_DETECT_SCANS,
	.title = "scans of ports",
	.record = sizeof(struct contact_record),
	.use = TALLY_OPEN,
	.count = count_ports,
	.least = least,
	.keep = keep_ports,
	.judge = judge_ports,
	.column = port_columns,
	.columns = ARRAY_LEN(port_columns),
	.filter = filter_ports,
};
