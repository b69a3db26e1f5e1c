/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "net/proto.h"
#include "synth/traffic_profile.h"

#define HOUR_MS 3600000

/* Ports from this on are clients'. */
#define CLIENT_PORTS 32768

/* A service has at least one flow in this many. */
#define RARE 2000

/* Shares are fractions of this. */
#define PARTS 10000

struct counted {
	uint64_t flows[2];
	uint64_t packets[2][PROFILE_BINS], lengths[2][PROFILE_BINS], times[PROFILE_BINS];
	uint8_t proto;
	uint16_t port;
};

struct flow_profile_tally {
	uint64_t flows, ipv6;
	uint64_t week[CURVE_WEEK];
	int64_t first_hour, last_hour;		/* with flows, since 1970 */
	/* By port for TCP and UDP, by protocol for others; made when first seen. */
	struct counted *tcp[CLIENT_PORTS], *udp[CLIENT_PORTS], *other[256];
};

struct flow_profile_tally *
flow_profile_tally_new(void)
{
	return calloc(1, sizeof(struct flow_profile_tally));
}

static void
free_all(struct counted **c, size_t n)
{
	while (n-- > 0)
		free(c[n]);
}

void
flow_profile_tally_free(struct flow_profile_tally *t)
{
	if (t == NULL)
		return;
	free_all(t->tcp, CLIENT_PORTS);
	free_all(t->udp, CLIENT_PORTS);
	free_all(t->other, 256);
	free(t);
}

static const enum flow_field fields_needed[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_PROTO,
	FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_IP_VERSION };

void
flow_profile_tally_fields(struct flow_fieldset *fields)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(fields_needed); i++)
		flow_fieldset_add(fields, fields_needed[i]);
}

static uint64_t
value(const struct flow_batch *b, enum flow_field field, size_t row)
{
	const struct flow_column *c = &b->column[field];

	return flow_column_has(c, row) ? flow_column_number(c, flow_field_info(field)->type, row) : 0;
}

/* The bin of a value: 0, 1, 2-3, 4-7 ... are in bins 0, 1, 2, 3 ... */
static unsigned
log_bin(uint64_t v)
{
	unsigned bin = v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);

	return bin < PROFILE_BINS ? bin : PROFILE_BINS - 1;
}

/* The service of a row; NULL: none.  *down: the row is an answer.  *failed: out of memory. */
static struct counted *
service_of(struct flow_profile_tally *t, uint8_t proto, uint16_t src, uint16_t dst, bool *down, bool *failed)
{
	struct counted **slot = &t->other[proto];
	uint16_t port = 0;

	*down = proto_is_icmp(proto) && (dst == 0 || dst >> 8 == 129);
	if (proto == PROTO_TCP || proto == PROTO_UDP) {
		*down = src < dst;
		port = *down ? src : dst;
		if (port >= CLIENT_PORTS)
			return NULL;
		slot = proto == PROTO_TCP ? &t->tcp[port] : &t->udp[port];
	}
	if (*slot == NULL) {
		*slot = calloc(1, sizeof(**slot));
		if (*slot == NULL) {
			*failed = true;
			return NULL;
		}
		(*slot)->proto = proto;
		(*slot)->port = port;
	}
	return *slot;
}

/* 1970-01-01 was a Thursday. */
static unsigned
hour_of_week(int64_t hour)
{
	return (unsigned)((hour + 72) % CURVE_WEEK);
}

static void
count_hour(struct flow_profile_tally *t, int64_t hour)
{
	t->week[hour_of_week(hour)]++;
	t->first_hour = hour < t->first_hour ? hour : t->first_hour;
	t->last_hour = hour > t->last_hour ? hour : t->last_hour;
}

enum flow_status
flow_profile_tally_add(struct flow_profile_tally *t, const struct flow_batch *b)
{
	bool down, failed = false;
	size_t i;

	for (i = 0; i < b->rows && !failed; i++) {
		uint64_t packets = value(b, FLOW_FIELD_PACKETS, i), bytes = value(b, FLOW_FIELD_BYTES, i), length;
		int64_t first = (int64_t)value(b, FLOW_FIELD_FIRST, i), last = (int64_t)value(b, FLOW_FIELD_LAST, i);
		uint8_t proto = (uint8_t)value(b, FLOW_FIELD_PROTO, i);
		struct counted *c = service_of(t, proto, (uint16_t)value(b, FLOW_FIELD_SRC_PORT, i),
		    (uint16_t)value(b, FLOW_FIELD_DST_PORT, i), &down, &failed);

		if (t->flows++ == 0)
			t->first_hour = t->last_hour = first / HOUR_MS;
		t->ipv6 += value(b, FLOW_FIELD_IP_VERSION, i) == 6;
		if (first >= 0)
			count_hour(t, first / HOUR_MS);
		if (c == NULL || packets == 0)
			continue;
		length = bytes / packets / PROFILE_LENGTH_STEP;
		c->flows[down]++;
		c->packets[down][log_bin(packets) - 1]++;
		c->lengths[down][length < PROFILE_BINS ? length : PROFILE_BINS - 1]++;
		if (!down && last >= first)
			c->times[log_bin((uint64_t)(last - first))]++;
	}
	return failed ? FLOW_ENOMEM : FLOW_OK;
}

/* Converts counts to cumulative shares; bins that are not empty have at least one part. */
static void
to_bins(const uint64_t *count, struct profile_bins *out)
{
	uint64_t all = 0;
	uint32_t i, sum = 0;

	out->count = 0;
	for (i = 0; i < PROFILE_BINS; i++)
		all += count[i];
	for (i = 0; i < PROFILE_BINS && all > 0; i++) {
		uint64_t part = (uint64_t)((unsigned __int128)count[i] * PARTS / all);

		sum += count[i] > 0 && part == 0 ? 1 : (uint32_t)part;
		out->sum[i] = sum;
		if (count[i] > 0)
			out->count = i + 1;
	}
}

static uint64_t
conversations(const struct counted *c)
{
	return c->flows[0] > c->flows[1] ? c->flows[0] : c->flows[1];
}

/* Makes a service of counts; if only answers were seen, they count as the client's flows. */
static void
to_service(const struct counted *c, uint64_t all, struct profile_service *s)
{
	static const uint64_t at_once[PROFILE_BINS] = { 1 };
	bool only_down = c->flows[0] == 0;
	uint64_t times = 0;
	unsigned i;

	*s = (struct profile_service){ .proto = c->proto, .port = c->port };
	s->weight = (uint32_t)((unsigned __int128)conversations(c) * 100000 / all) + 1;
	s->answered = only_down ? 0 : c->flows[1] >= c->flows[0] ? 100 : (uint32_t)(c->flows[1] * 100 / c->flows[0]);
	to_bins(c->packets[only_down], &s->packets[0]);
	to_bins(c->lengths[only_down], &s->lengths[0]);
	if (s->answered > 0) {
		to_bins(c->packets[1], &s->packets[1]);
		to_bins(c->lengths[1], &s->lengths[1]);
	}
	for (i = 0; i < PROFILE_BINS; i++)
		times += c->times[i];
	to_bins(times > 0 ? c->times : at_once, &s->times);
}

/* Keeps the services with the most flows, sorted. */
static void
insert(const struct counted *c, const struct counted *best[PROFILE_SERVICES], uint32_t *n, uint64_t all)
{
	uint64_t weight;
	uint32_t i;

	if (c == NULL || (weight = c->flows[0] + c->flows[1]) == 0 || weight < all / RARE)
		return;
	for (i = *n; i > 0 && weight > best[i - 1]->flows[0] + best[i - 1]->flows[1]; i--)
		if (i < PROFILE_SERVICES)
			best[i] = best[i - 1];
	if (i == PROFILE_SERVICES)
		return;
	best[i] = c;
	if (*n < PROFILE_SERVICES)
		++*n;
}

/*
 * Fills in the week if nearly a day was seen.  Hours that were not seen get the average of the others, as do the first
 * and the last hour if less than a week was seen, since both may be partial.
 */
static void
to_week(const struct flow_profile_tally *t, struct flow_profile *p)
{
	uint64_t week[CURVE_WEEK], most = 0, sum = 0;
	unsigned seen = 0, i;

	memcpy(week, t->week, sizeof(week));
	if (t->first_hour >= 0 && t->last_hour - t->first_hour < CURVE_WEEK)
		week[hour_of_week(t->first_hour)] = week[hour_of_week(t->last_hour)] = 0;
	for (i = 0; i < CURVE_WEEK; i++) {
		most = week[i] > most ? week[i] : most;
		sum += week[i];
		seen += week[i] > 0;
	}
	if (seen < 22)
		return;
	p->has_week = true;
	for (i = 0; i < CURVE_WEEK; i++)
		p->week[i] = (uint32_t)((unsigned __int128)(week[i] > 0 ? week[i] : sum / seen) * 1000 / most);
}

enum flow_status
flow_profile_tally_finish(const struct flow_profile_tally *t, struct flow_profile *p, unsigned *covered,
    struct flow_error *err)
{
	const struct counted *best[PROFILE_SERVICES];
	uint64_t in = 0;
	uint32_t n = 0, i;

	for (i = 0; i < CLIENT_PORTS; i++) {
		insert(t->tcp[i], best, &n, t->flows);
		insert(t->udp[i], best, &n, t->flows);
	}
	for (i = 0; i < 256; i++)
		insert(t->other[i], best, &n, t->flows);
	if (n == 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "there are no flows of which a profile could be made");
	memset(p, 0, sizeof(*p));
	p->version = 1;
	p->ipv6 = (uint32_t)(t->ipv6 * 1000 / t->flows);
	for (i = 0; i < n; i++) {
		to_service(best[i], t->flows, &p->service[p->services++]);
		in += best[i]->flows[0] + best[i]->flows[1];
	}
	to_week(t, p);
	*covered = (unsigned)(in * 100 / t->flows);
	return FLOW_OK;
}
