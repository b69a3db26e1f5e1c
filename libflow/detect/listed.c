/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peers that are on lists of networks: which hosts talk to them, which end began, whether the other answered, and the
 * bytes in both directions.  A row of the table is a host, a list and a peer on it.
 *
 * TCP flags tell which end began (a SYN without ACK) and whether the other accepted (an ACK from the end that began, or
 * anything but a reset from the other).  Without flags the client is the end with the higher port, and a flow from the
 * other end is an answer.
 */
#include "detect/contacts.h"
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>

/* What the rows of a host and a peer show: which end asked, and was answered; the peer's bits are above the host's. */
enum listed_sign {
	HOST_ASKED = 1,
	HOST_SERVED = 2,
	HOST_SPOKE = 4,		/* by a protocol that does not show which end asked */
	PEER_ASKED = 8,
	PEER_SERVED = 16,
	PEER_SPOKE = 32,
};

#define SIGNS_OF_END 7

/* Points: for what happened, for each further list, for bytes. */
#define TOOK_PLACE 80		/* a host asked, and was answered */
#define LET_IN 60		/* a peer asked, and was answered */
#define TRIED 50		/* a host asked in vain */
#define KNOCKED 20		/* a peer asked in vain */
#define LIST_POINTS 5
#define LISTS_MOST 10
#define BYTES_MOST 9

struct listed_record {
	uint64_t hash;
	struct addr host, peer;
	int64_t first_ms, last_ms;
	uint64_t out, in;		/* bytes from the host, and to it */
	uint32_t set;			/* of lists that the peer is on */
	uint8_t signs;			/* of enum listed_sign */
};

static uint64_t
key(uint64_t host, uint64_t peer)
{
	return detect_key(host ^ hash_mix64(peer), 13);
}

static uint64_t
least(const struct flow_detect_options *options)
{
	return options->listed_flows < 1 << 20 ? (uint64_t)ceil(options->listed_flows) : 1 << 20;
}

/* Whether the host at one end can have findings: if own networks are known, only their hosts can. */
static bool
is_watched(const struct detect_context *c, uint32_t mark, const struct addr *host)
{
	return (c->options->own == NULL || mark == MARK_OWN) && !detect_is_multicast(host);
}

static bool
on_list(uint32_t mark)
{
	return mark != 0 && mark != MARK_OWN;
}

static void
count(const struct detect_context *c, const struct detect_rows *r)
{
	struct tally_list list = { .n = 0 };

	for (uint32_t i = 0; i < r->n; i++) {
		if (on_list(r->dst_mark[i]) && is_watched(c, r->src_mark[i], r->src[i]))
			tally_list_put(&list, c->tally, c->tally->count, key(r->src_hash[i], r->dst_hash[i]), 1);
		if (on_list(r->src_mark[i]) && is_watched(c, r->dst_mark[i], r->dst[i]))
			tally_list_put(&list, c->tally, c->tally->count, key(r->dst_hash[i], r->src_hash[i]), 1);
	}
	tally_list_flush(&list);
}

/* The signs of row i, as if its sender were the host. */
static unsigned
signs_of(const struct detect_rows *r, uint32_t i)
{
	bool tcp = r->proto[i] == PROTO_TCP && r->flags[i] != 0, ping = contact_is_ping(r->proto[i]), client;

	if (r->contact[i] == CONTACT_FAILED)
		return HOST_ASKED;
	/* A reset alone, or an ICMP error. */
	if (r->contact[i] == CONTACT_NONE && (tcp || ping))
		return 0;
	if (r->sport[i] == 0 && r->dport[i] == 0 && !ping)
		return r->contact[i] == CONTACT_DONE ? HOST_SPOKE | PEER_SPOKE : HOST_SPOKE;
	/* Pings have no ports: the ICMP type shows which end asked. */
	if (r->sport[i] == r->dport[i] || ping)
		client = r->contact[i] != CONTACT_ANSWER;
	else
		client = r->sport[i] > r->dport[i];
	if (client)
		return HOST_ASKED | (r->contact[i] == CONTACT_DONE ? HOST_SERVED : 0);
	return PEER_ASKED | PEER_SERVED;
}

/* The same signs with the ends exchanged. */
static unsigned
turned(unsigned signs)
{
	return (signs & SIGNS_OF_END) << 3 | signs >> 3;
}

static enum flow_status
add(const struct detect_context *c, const struct detect_rows *r, uint32_t i, bool from_host, struct evidence_log *log)
{
	uint64_t hash = from_host ? key(r->src_hash[i], r->dst_hash[i]) : key(r->dst_hash[i], r->src_hash[i]);
	struct listed_record *e;
	unsigned signs;

	if (!detect_is_kept(c, hash) || !tally_enough(c->tally, hash))
		return FLOW_OK;
	e = evidence_log_add(log, hash);
	if (e == NULL)
		return FLOW_ENOMEM;
	signs = signs_of(r, i);
	*e = (struct listed_record){ .hash = hash, .host = from_host ? *r->src[i] : *r->dst[i],
		.peer = from_host ? *r->dst[i] : *r->src[i], .first_ms = r->first_ms[i], .last_ms = r->last_ms[i],
		.out = from_host ? r->bytes[i] : r->rev_bytes[i], .in = from_host ? r->rev_bytes[i] : r->bytes[i],
		.set = from_host ? r->dst_mark[i] : r->src_mark[i],
		.signs = (uint8_t)(from_host ? signs : turned(signs)) };
	return FLOW_OK;
}

static enum flow_status
keep(const struct detect_context *c, const struct detect_rows *r, struct evidence_log *log)
{
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < r->n && st == FLOW_OK; i++) {
		if (on_list(r->dst_mark[i]) && is_watched(c, r->src_mark[i], r->src[i]))
			st = add(c, r, i, true, log);
		if (st == FLOW_OK && on_list(r->src_mark[i]) && is_watched(c, r->dst_mark[i], r->dst[i]))
			st = add(c, r, i, false, log);
	}
	return st;
}

static int
compare(const void *pa, const void *pb)
{
	const struct listed_record *a = pa, *b = pb;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = addr_compare(&a->host, &b->host);
	return order != 0 ? order : addr_compare(&a->peer, &b->peer);
}

static double
score_of(unsigned signs, size_t lists, uint64_t bytes)
{
	double score = KNOCKED;

	if ((signs & HOST_SERVED) != 0)
		score = TOOK_PLACE;
	else if ((signs & PEER_SERVED) != 0)
		score = LET_IN;
	else if ((signs & HOST_ASKED) != 0)
		score = TRIED;
	return score + fmin(LIST_POINTS * ((double)lists - 1), LISTS_MOST) + fmin(log10((double)bytes + 1), BYTES_MOST);
}

/* Adds a finding for each list that has the peer of a host. */
static enum flow_status
judge_pair(const struct detect_context *c, const struct listed_record *e, size_t n, struct findings *out)
{
	const struct net_sets *sets = net_lists_sets(c->options->lists);
	struct finding f = { .a = e->host, .b = e->peer, .first_ms = INT64_MAX, .last_ms = INT64_MIN };
	enum flow_status st = FLOW_OK;
	const uint16_t *list;
	unsigned signs = 0;
	size_t lists;

	for (size_t i = 0; i < n; i++) {
		detect_add_up(&f.count[0], e[i].out);
		detect_add_up(&f.count[1], e[i].in);
		signs |= e[i].signs;
		f.first_ms = e[i].first_ms < f.first_ms ? e[i].first_ms : f.first_ms;
		f.last_ms = e[i].last_ms > f.last_ms ? e[i].last_ms : f.last_ms;
	}
	if ((signs & HOST_SPOKE) != 0)
		signs |= HOST_ASKED | ((signs & PEER_SPOKE) != 0 ? HOST_SERVED : 0);
	if ((signs & PEER_SPOKE) != 0)
		signs |= PEER_ASKED;
	f.count[2] = n;
	f.kind = (uint8_t)signs;
	list = net_sets_lists(sets, e->set, &lists);
	f.score = score_of(signs, lists, f.count[0] + f.count[1]);
	if (f.score < c->options->listed_score || (double)n < c->options->listed_flows ||
	    (double)f.count[0] + (double)f.count[1] < c->options->listed_bytes)
		return FLOW_OK;
	for (size_t i = 0; i < lists && st == FLOW_OK; i++) {
		f.list = list[i];
		st = findings_add(out, &f);
	}
	return st;
}

static enum flow_status
judge(const struct detect_context *c, void *evidence, size_t n, struct findings *out)
{
	struct listed_record *e = evidence;
	enum flow_status st = FLOW_OK;
	size_t from = 0;

	qsort(e, n, sizeof(*e), compare);
	for (size_t i = 1; i <= n && st == FLOW_OK; i++) {
		if (i < n && compare(&e[i], &e[from]) == 0)
			continue;
		st = judge_pair(c, e + from, i - from, out);
		from = i;
	}
	return st;
}

static void
filter(const struct finding *f, struct buf *out)
{
	buf_append_text(out, "host ");
	detect_put_addr(out, &f->a);
	buf_append_text(out, " and host ");
	detect_put_addr(out, &f->b);
}

enum { TEXT_LIST, TEXT_BEGAN, TEXT_ANSWERED };

static const char *
text(const struct flow_detect_options *o, const struct finding *f, unsigned n)
{
	static const char *const began[] = { "unknown", "host", "peer", "both" };

	switch (n) {
	case TEXT_LIST:
		return net_lists_name(o->lists, f->list);
	case TEXT_BEGAN:
		return began[((f->kind & HOST_ASKED) != 0) + 2 * ((f->kind & PEER_ASKED) != 0)];
	default:
		return (f->kind & (HOST_SERVED | PEER_SERVED)) != 0 ? "yes" : "no";
	}
}

static const struct finding_column columns[] = {
	{ "score", "Score", FLOW_KIND_RATIO, false, FINDING_SCORE, 0 },
	{ "host", "Host", FLOW_KIND_ADDR, true, FINDING_A, 0 },
	{ "list", "List", FLOW_KIND_TEXT, true, FINDING_TEXT, TEXT_LIST },
	{ "peer", "Peer", FLOW_KIND_ADDR, true, FINDING_B, 0 },
	{ "began", "Began", FLOW_KIND_TEXT, false, FINDING_TEXT, TEXT_BEGAN },
	{ "answered", "Answered", FLOW_KIND_TEXT, false, FINDING_TEXT, TEXT_ANSWERED },
	{ "bytes_out", "Bytes out", FLOW_KIND_COUNT, false, FINDING_COUNT, 0 },
	{ "bytes_in", "Bytes in", FLOW_KIND_COUNT, false, FINDING_COUNT, 1 },
	{ "flows", "Flows", FLOW_KIND_COUNT, false, FINDING_COUNT, 2 },
	{ "first", "First", FLOW_KIND_TIME, false, FINDING_FIRST, 0 },
	{ "last", "Last", FLOW_KIND_TIME, false, FINDING_LAST, 0 },
};

const struct detector listed = {
	.what = FLOW_DETECT_LISTED,
	.title = "listed peers",
	.record = sizeof(struct listed_record),
	.count = count,
	.least = least,
	.keep = keep,
	.judge = judge,
	.column = columns,
	.columns = ARRAY_LEN(columns),
	.filter = filter,
	.text = text,
};
