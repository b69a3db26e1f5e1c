/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/flow_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "net/addr_range.h"

#define BYTES_MAX ((size_t)64 << 20)
#define LINES_MAX 1000000
#define WORDS 4
#define BLANK " \t\r"
#define SHOWN 64	/* bytes of a line in a message */

/* A network of the file, and, after settle(), a range of addresses in which none begins or ends. */
struct net {
	struct addr_range range;
	uint8_t bits;
	bool four;
	size_t line;
};

struct as {
	uint32_t lo, hi, to;
	size_t line;
};

struct flow_map {
	struct net *net, *part;		/* as read, and disjoint ones in order */
	size_t nets, parts, net_cap;
	struct as *as;
	size_t ases, as_cap;
};

struct reader {
	struct flow_map *map;
	const char *path;
	size_t number;		/* of the line */
	struct flow_error *err;
};

struct word {
	const char *p;
	size_t len;
};

static enum flow_status
fail(const struct reader *r, const char *what, const struct word *word)
{
	return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: '%.*s' %s", r->path, r->number,
	    (int)(word->len < SHOWN ? word->len : SHOWN), word->p, what);
}

/* Room for one more element; false when out of memory. */
static bool
grow(void **array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap > 0 ? 2 * *cap : 64;
	void *p;

	if (count < *cap)
		return true;
	if ((p = realloc(*array, more * size)) == NULL)
		return false;
	*array = p;
	*cap = more;
	return true;
}

static enum flow_status
add_net(struct reader *r, const struct word *net, const struct word *bits)
{
	struct flow_map *m = r->map;
	struct addr_range range;
	uint64_t number;
	bool four;

	if (addr_range_parse(net->p, net->len, &range) != ADDR_RANGE_GOOD || memchr(net->p, '-', net->len) != NULL)
		return fail(r, "is no network, as 10.0.0.0/8 or 2001:db8::/32", net);
	four = addr_is_v4(&range.lo);
	if (number_parse(bits->p, bits->len, NUMBER_DECIMAL, four ? 32 : 128, &number) != FLOW_OK)
		return fail(r, four ? "is no number of bits from 0 to 32" : "is no number of bits from 0 to 128", bits);
	if (!grow((void **)&m->net, m->nets, &m->net_cap, sizeof(*m->net)))
		return flow_fail_memory(r->err);
	m->net[m->nets++] = (struct net){ range, (uint8_t)number, four, r->number };
	return FLOW_OK;
}

static bool
parse_as(const char *p, size_t len, uint32_t *out)
{
	uint64_t number;

	if (len > 2 && (p[0] == 'A' || p[0] == 'a') && (p[1] == 'S' || p[1] == 's')) {
		p += 2;
		len -= 2;
	}
	if (number_parse(p, len, NUMBER_DECIMAL, UINT32_MAX, &number) != FLOW_OK)
		return false;
	*out = (uint32_t)number;
	return true;
}

static enum flow_status
add_as(struct reader *r, const struct word *from, const struct word *to)
{
	const char *dash = memchr(from->p, '-', from->len);
	size_t first = dash != NULL ? (size_t)(dash - from->p) : from->len;
	struct flow_map *m = r->map;
	struct as as = { .line = r->number };
	bool good = parse_as(from->p, first, &as.lo);

	as.hi = as.lo;
	if (good && dash != NULL)
		good = parse_as(dash + 1, from->len - first - 1, &as.hi) && as.hi >= as.lo;
	if (!good)
		return fail(r, "is neither an AS nor a range of them, as 64512-65534", from);
	if (!parse_as(to->p, to->len, &as.to))
		return fail(r, "is no AS", to);
	if (!grow((void **)&m->as, m->ases, &m->as_cap, sizeof(*m->as)))
		return flow_fail_memory(r->err);
	m->as[m->ases++] = as;
	return FLOW_OK;
}

static bool
is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->p, text, word->len) == 0;
}

static enum flow_status
take_line(struct reader *r, const char *p, const char *end)
{
	const struct word line = { p, (size_t)(end - p) };
	struct word word[WORDS + 1];
	size_t words = 0;

	while (p < end && words <= WORDS) {
		const char *begin;

		while (p < end && *p != '\0' && strchr(BLANK, *p) != NULL)
			p++;
		if (p == end || *p == '#')
			break;
		for (begin = p; p < end && (*p == '\0' || strchr(BLANK, *p) == NULL); p++)
			;
		word[words++] = (struct word){ begin, (size_t)(p - begin) };
	}
	if (words == 0)
		return FLOW_OK;
	if (words == 4 && is(&word[0], "net") && is(&word[2], "mask"))
		return add_net(r, &word[1], &word[3]);
	if (words == 3 && is(&word[0], "as"))
		return add_as(r, &word[1], &word[2]);
	return fail(r, "is neither 'net NETWORK mask BITS' nor 'as FROM TO'", &line);
}

/* Networks that begin at the same address: the larger one first. */
static int
compare_nets(const void *pa, const void *pb)
{
	const struct net *a = pa, *b = pb;
	int order = addr_compare(&a->range.lo, &b->range.lo);

	if (order == 0)
		order = addr_compare(&b->range.hi, &a->range.hi);
	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static int
compare_ases(const void *pa, const void *pb)
{
	const struct as *a = pa, *b = pb;

	return a->lo != b->lo ? (a->lo > b->lo) - (a->lo < b->lo) : (a->line > b->line) - (a->line < b->line);
}

static struct addr
step(const struct addr *a, bool up)
{
	struct addr out = *a;

	for (size_t i = sizeof(out.b); i-- > 0;) {
		out.b[i] = (uint8_t)(out.b[i] + (up ? 1 : -1));
		if (out.b[i] != (up ? 0 : 0xff))
			break;
	}
	return out;
}

/* Where parts are made: the next address, unless the last one of all is behind. */
struct cut {
	struct addr at;
	bool past;
};

/* Adds what is left of `net` up to `hi`, and goes on behind it. */
static void
add_part(struct flow_map *m, const struct net *net, struct cut *cut, const struct addr *hi)
{
	if (cut->past || addr_compare(&cut->at, hi) > 0)
		return;
	m->part[m->parts] = *net;
	m->part[m->parts++].range = (struct addr_range){ cut->at, *hi };
	cut->at = step(hi, true);
	cut->past = addr_compare(&cut->at, hi) < 0;
}

/*
 * Makes disjoint parts of networks, each of the innermost network around it.  `stack` has the networks that are
 * open, the innermost last; networks are nested or apart, never across each other.
 */
static void
cut_nets(struct flow_map *m, size_t *stack)
{
	struct cut cut = { .past = false };
	size_t open = 0;

	for (size_t i = 0; i <= m->nets; i++) {
		const struct net *next = i < m->nets ? &m->net[i] : NULL;
		struct addr before;

		while (open > 0 && (next == NULL ||
		    addr_compare(&m->net[stack[open - 1]].range.hi, &next->range.lo) < 0)) {
			const struct net *last = &m->net[stack[--open]];

			add_part(m, last, &cut, &last->range.hi);
		}
		if (next == NULL)
			break;
		before = step(&next->range.lo, false);
		/* None is before the first address of all, which has no address before it. */
		if (open > 0 && addr_compare(&before, &next->range.lo) < 0)
			add_part(m, &m->net[stack[open - 1]], &cut, &before);
		cut.at = next->range.lo;
		stack[open++] = i;
	}
}

static enum flow_status
settle(struct reader *r)
{
	struct flow_map *m = r->map;
	size_t *stack = malloc((m->nets + 1) * sizeof(*stack));

	m->part = malloc((2 * m->nets + 1) * sizeof(*m->part));
	if (stack == NULL || m->part == NULL) {
		free(stack);
		return flow_fail_memory(r->err);
	}
	if (m->nets > 0)
		qsort(m->net, m->nets, sizeof(*m->net), compare_nets);
	if (m->ases > 0)
		qsort(m->as, m->ases, sizeof(*m->as), compare_ases);
	cut_nets(m, stack);
	free(stack);
	for (size_t i = 1; i < m->nets; i++)
		if (memcmp(&m->net[i].range, &m->net[i - 1].range, sizeof(m->net[i].range)) == 0)
			return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: the network stands on line %zu "
			    "already: keep one of them", r->path, m->net[i].line, m->net[i - 1].line);
	for (size_t i = 1; i < m->ases; i++)
		if (m->as[i].lo <= m->as[i - 1].hi)
			return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: AS %u stands on line %zu "
			    "already: keep one of them", r->path, m->as[i].line, m->as[i].lo, m->as[i - 1].line);
	if (m->nets + m->ases == 0)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: no line 'net NETWORK mask BITS' or 'as FROM "
		    "TO'", r->path);
	return FLOW_OK;
}

enum flow_status
flow_map_parse(const char *path, const char *text, size_t len, struct flow_map **out, struct flow_error *err)
{
	struct reader r = { .map = calloc(1, sizeof(*r.map)), .path = path, .err = err };
	const char *end = text + len, *newline;
	enum flow_status st = FLOW_OK;

	if (r.map == NULL)
		return flow_fail_memory(err);
	for (; text < end && st == FLOW_OK; text = newline < end ? newline + 1 : end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (newline == NULL)
			newline = end;
		if (++r.number > LINES_MAX)
			st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%s: more than %d lines", path, LINES_MAX);
		else
			st = take_line(&r, text, newline);
	}
	if (st == FLOW_OK)
		st = settle(&r);
	if (st != FLOW_OK)
		flow_map_free(r.map);
	else
		*out = r.map;
	return st;
}

enum flow_status
flow_map_read(const char *path, struct flow_map **out, struct flow_error *err)
{
	FILE *f = fopen(path, "rb");
	enum flow_status st = FLOW_OK;
	char *text;
	size_t len;

	if (f == NULL)
		return flow_fail_errno(err, "%.200s", path);
	if ((text = malloc(BYTES_MAX + 1)) == NULL) {
		(void)fclose(f);
		return flow_fail_memory(err);
	}
	len = fread(text, 1, BYTES_MAX + 1, f);
	if (ferror(f) != 0)
		st = flow_fail_errno(err, "%.200s", path);
	else if (len > BYTES_MAX)
		st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%.200s: longer than %zu bytes", path, BYTES_MAX);
	(void)fclose(f);
	if (st == FLOW_OK)
		st = flow_map_parse(path, text, len, out, err);
	free(text);
	return st;
}

void
flow_map_free(struct flow_map *m)
{
	if (m == NULL)
		return;
	free(m->net);
	free(m->part);
	free(m->as);
	free(m);
}

struct addr
flow_map_addr(const struct flow_map *m, const struct addr *a)
{
	size_t lo = 0, hi = m->parts;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (addr_compare(&m->part[middle].range.hi, a) < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	/* ::/0 is around all IPv4 addresses, too, as they are stored. */
	if (lo == m->parts || addr_compare(&m->part[lo].range.lo, a) > 0 || addr_is_v4(a) != m->part[lo].four)
		return *a;
	return addr_mask(a, m->part[lo].bits);
}

uint32_t
flow_map_as(const struct flow_map *m, uint32_t as)
{
	size_t lo = 0, hi = m->ases;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (m->as[middle].hi < as)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < m->ases && m->as[lo].lo <= as ? m->as[lo].to : as;
}

bool
flow_map_has_nets(const struct flow_map *m)
{
	return m->nets > 0;
}

bool
flow_map_has_ases(const struct flow_map *m)
{
	return m->ases > 0;
}
