/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/traffic_profile.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"

#define SHARE_MAX 1000000

/* Reads the next number of *text, at most `max`; false if there is none, or another word. */
static bool
next_number(const char **text, uint64_t max, uint32_t *out)
{
	uint64_t v;
	size_t len;

	*text += strspn(*text, " \t");
	len = strcspn(*text, " \t");
	if (len == 0 || number_parse(*text, len, NUMBER_DECIMAL, max, &v) != FLOW_OK)
		return false;
	*text += len;
	*out = (uint32_t)v;
	return true;
}

static bool
at_end(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

static bool
parse_bins(const char *text, struct profile_bins *b)
{
	uint32_t sum = 0, v;

	for (b->count = 0; !at_end(text); b->count++) {
		if (b->count == PROFILE_BINS || !next_number(&text, SHARE_MAX, &v))
			return false;
		b->sum[b->count] = sum += v;
	}
	return sum > 0;
}

static bool
parse_week(const char *text, struct flow_profile *p)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < CURVE_WEEK; i++) {
		if (!next_number(&text, SHARE_MAX, &p->week[i]))
			return false;
		sum += p->week[i];
	}
	p->has_week = true;
	return sum > 0 && at_end(text);
}

static bool
parse_service(const char *text, struct flow_profile *p)
{
	struct profile_service *s = &p->service[p->services];
	uint32_t proto, port;

	if (p->services == PROFILE_SERVICES || !next_number(&text, 255, &proto) || !next_number(&text, 65535, &port) ||
	    !next_number(&text, SHARE_MAX, &s->weight) || !next_number(&text, 100, &s->answered) || !at_end(text))
		return false;
	s->proto = (uint8_t)proto;
	s->port = (uint16_t)port;
	p->services++;
	return true;
}

/* The bins that a line of the last service fills; NULL: it is no line of bins. */
static struct profile_bins *
bins_named(struct flow_profile *p, const char *word, size_t len)
{
	static const char *const names[] = { "up-packets", "down-packets", "up-lengths", "down-lengths", "times" };
	struct profile_service *s = &p->service[p->services - (p->services > 0)];
	struct profile_bins *bins[] = { &s->packets[0], &s->packets[1], &s->lengths[0], &s->lengths[1], &s->times };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names) && p->services > 0; i++)
		if (strlen(names[i]) == len && memcmp(names[i], word, len) == 0)
			return bins[i];
	return NULL;
}

static bool
is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

enum flow_status
flow_profile_add(struct flow_profile *p, const char *line, struct flow_error *err)
{
	const char *word = line + strspn(line, " \t"), *rest;
	size_t len = strcspn(word, " \t");
	struct profile_bins *bins;
	bool right;

	rest = word + len;
	if (p->version == 0) {
		if (is_word(word, len, "profile") && next_number(&rest, 1, &p->version) && p->version == 1 &&
		    at_end(rest))
			return FLOW_OK;
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "a profile begins with 'profile 1'");
	}
	if (is_word(word, len, "ipv6"))
		right = next_number(&rest, 1000, &p->ipv6) && at_end(rest);
	else if (is_word(word, len, "week"))
		right = parse_week(rest, p);
	else if (is_word(word, len, "service"))
		right = parse_service(rest, p);
	else if ((bins = bins_named(p, word, len)) != NULL)
		right = parse_bins(rest, bins);
	else
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is nothing that a profile has here",
		    (int)len, word);
	return right ? FLOW_OK : flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "%.*s: numbers are missing, too many, too large or all 0", (int)len, word);
}

enum flow_status
flow_profile_check(const struct flow_profile *p, struct flow_error *err)
{
	uint64_t weights = 0;
	uint32_t i;

	for (i = 0; i < p->services; i++) {
		const struct profile_service *s = &p->service[i];

		weights += s->weight;
		if (s->packets[0].count == 0 || s->lengths[0].count == 0 || s->times.count == 0 ||
		    (s->answered > 0 && (s->packets[1].count == 0 || s->lengths[1].count == 0)))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "service %u %u lacks packets, lengths or times", (unsigned)s->proto, (unsigned)s->port);
	}
	return weights > 0 ? FLOW_OK : flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "it has no service with a weight");
}

static void
format_bins(const char *name, const struct profile_bins *b, struct buf *out)
{
	uint32_t i, last = 0;

	if (b->count == 0)
		return;
	buf_append_text(out, name);
	for (i = 0; i < b->count; i++) {
		buf_printf(out, " %" PRIu32, b->sum[i] - last);
		last = b->sum[i];
	}
	buf_append_u8(out, '\n');
}

void
flow_profile_format(const struct flow_profile *p, struct buf *out)
{
	uint32_t i;

	buf_printf(out, "profile 1\nipv6 %" PRIu32 "\n", p->ipv6);
	if (p->has_week) {
		buf_append_text(out, "week");
		for (i = 0; i < CURVE_WEEK; i++)
			buf_printf(out, " %" PRIu32, p->week[i]);
		buf_append_u8(out, '\n');
	}
	for (i = 0; i < p->services; i++) {
		const struct profile_service *s = &p->service[i];

		buf_printf(out, "service %u %u %" PRIu32 " %" PRIu32 "\n", (unsigned)s->proto, (unsigned)s->port,
		    s->weight, s->answered);
		format_bins("up-packets", &s->packets[0], out);
		format_bins("up-lengths", &s->lengths[0], out);
		format_bins("down-packets", &s->packets[1], out);
		format_bins("down-lengths", &s->lengths[1], out);
		format_bins("times", &s->times, out);
	}
}

uint32_t
profile_bin(const struct profile_bins *b, uint32_t u)
{
	uint32_t at = random_scale(u, b->sum[b->count - 1]), i = 0;

	while (b->sum[i] <= at)
		i++;
	return i;
}
