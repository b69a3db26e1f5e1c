/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/event_spec.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "base/number.h"
#include "time/stamp.h"

#define NS_PER_MS 1000000
#define NS_PER_S INT64_C(1000000000)

/* The type of a key's value. */
enum value_type {
	VALUE_START,
	VALUE_SPAN,
	VALUE_RATE,
	VALUE_INTERVAL,
	VALUE_NUMBER,
	VALUE_WIDE,
	VALUE_PREFIX,
	VALUE_SERVICE,
	VALUE_NAME,
};

static const struct key {
	const char *name;
	enum value_type type;
	size_t offset;		/* of its member in struct event_spec */
	uint32_t lo, hi;	/* of numbers */
} keys[] = {
	{ "start", VALUE_START, 0, 0, 0 },
	{ "duration", VALUE_SPAN, offsetof(struct event_spec, duration_ms), 0, 0 },
	{ "ramp", VALUE_SPAN, offsetof(struct event_spec, ramp_ms), 0, 0 },
	{ "rate", VALUE_RATE, 0, 0, 0 },
	{ "interval", VALUE_INTERVAL, 0, 0, 0 },
	{ "jitter", VALUE_NUMBER, offsetof(struct event_spec, jitter), 0, 100 },
	{ "src", VALUE_PREFIX, offsetof(struct event_spec, src), 0, 0 },
	{ "dst", VALUE_PREFIX, offsetof(struct event_spec, dst), 0, 0 },
	{ "port", VALUE_NUMBER, offsetof(struct event_spec, port), 1, 65535 },
	{ "hosts", VALUE_NUMBER, offsetof(struct event_spec, hosts), 1, 1000000 },
	{ "service", VALUE_SERVICE, 0, 0, 0 },
	{ "exporter", VALUE_NUMBER, offsetof(struct event_spec, exporter), 0, 65535 },
	{ "interface", VALUE_WIDE, offsetof(struct event_spec, interface), 0, UINT32_MAX },
	{ "name", VALUE_NAME, 0, 0, 0 },
};

struct word {
	const char *text;
	size_t len;
};

static enum flow_status
refuse(struct flow_error *err, struct word key, struct word value, const char *expected)
{
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: '%.*s' is not %s", (int)key.len, key.text,
	    (int)value.len, value.text, expected);
}

static enum flow_status
unknown_kind(struct word kind, struct flow_error *err)
{
	struct nearest near;
	char hint[NEAREST_HINT_ROOM], known[512];
	size_t i, len = 0;

	nearest_begin(&near, kind.text, kind.len);
	for (i = 0; event_kind(i) != NULL; i++) {
		nearest_try_text(&near, event_kind(i)->name);
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i > 0 ? ", " : "",
		    event_kind(i)->name);
	}
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no event%s; known are %s", (int)kind.len,
	    kind.text, nearest_hint(&near, hint), known);
}

static enum flow_status
unknown_key(struct word key, struct flow_error *err)
{
	struct nearest near;
	char hint[NEAREST_HINT_ROOM], known[256];
	size_t i, len = 0;

	nearest_begin(&near, key.text, key.len);
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		nearest_try_text(&near, keys[i].name);
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i > 0 ? ", " : "", keys[i].name);
	}
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is nothing that an event has%s; known are %s",
	    (int)key.len, key.text, nearest_hint(&near, hint), known);
}

static enum flow_status
unknown_service(struct word value, struct flow_error *err)
{
	char known[256];
	size_t i, len = 0;

	for (i = 0; event_service(i) != NULL; i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i > 0 ? ", " : "",
		    event_service(i)->name);
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "service: '%.*s' is none of %s", (int)value.len,
	    value.text, known);
}

/* Reads a span with units, or in seconds. */
static bool
parse_span(struct word w, int64_t *ms)
{
	uint64_t seconds;

	if (number_parse(w.text, w.len, NUMBER_DECIMAL, UINT32_MAX, &seconds) == FLOW_OK) {
		*ms = (int64_t)seconds * 1000;
		return true;
	}
	return stamp_span_parse(w.text, w.len, ms) == FLOW_OK && *ms >= 0;
}

/* Reads flows a second, with up to three decimals or a suffix. */
static bool
parse_rate(struct word w, int64_t *gap_ns)
{
	char scaled[32];
	uint64_t thousandths, last = w.len > 0 ? (unsigned char)w.text[w.len - 1] : 0;
	int len = snprintf(scaled, sizeof(scaled), "%.*s%s", (int)w.len, w.text, last >= '0' && last <= '9' ? "k" : "");

	if (len <= 0 || (size_t)len >= sizeof(scaled) ||
	    number_parse(scaled, (size_t)len, NUMBER_SCALED, UINT64_C(1000000000000), &thousandths) != FLOW_OK)
		return false;
	if (last < '0' || last > '9')
		thousandths *= 1000;
	if (thousandths == 0 || thousandths > UINT64_C(1000000000000))
		return false;
	*gap_ns = (int64_t)(UINT64_C(1000000000000) / thousandths);
	return true;
}

static bool
parse_prefix(struct word w, struct addr *addr, int16_t *bits)
{
	const char *slash = memchr(w.text, '/', w.len);
	size_t len = slash != NULL ? (size_t)(slash - w.text) : w.len;
	uint64_t n;
	unsigned most;

	if (!addr_parse(w.text, len, addr))
		return false;
	most = addr_is_v4(addr) ? 32 : 128;
	n = most;
	if (slash != NULL && number_parse(slash + 1, w.len - len - 1, NUMBER_DECIMAL, most, &n) != FLOW_OK)
		return false;
	*addr = addr_mask(addr, (unsigned)n);
	*bits = (int16_t)n;
	return true;
}

static enum flow_status
set_start(struct event_spec *s, struct word key, struct word w, int64_t now_ms, struct flow_error *err)
{
	s->start_is_instant = false;
	if (parse_span(w, &s->start_ms))
		return FLOW_OK;
	if (stamp_parse(w.text, w.len, STAMP_LOCAL, now_ms, &s->start_ms, NULL) != FLOW_OK || s->start_ms < 0)
		return refuse(err, key, w,
		    "a time from the beginning (90, 10m, 2h30m) or an instant (2026-03-01T12:00Z)");
	s->start_is_instant = true;
	return FLOW_OK;
}

static enum flow_status
set_service(struct event_spec *s, struct word w, struct flow_error *err)
{
	const struct event_service *service = event_service_named(w.text, w.len);

	if (service == NULL)
		return unknown_service(w, err);
	s->proto = service->proto;
	s->port = service->port;
	return FLOW_OK;
}

/* Names appear in texts and JSON, so may have no character that needs escaping. */
static enum flow_status
set_name(struct event_spec *s, struct word key, struct word w, struct flow_error *err)
{
	size_t i;

	for (i = 0; i < w.len; i++)
		if ((unsigned char)w.text[i] < '!' || w.text[i] > '~' || w.text[i] == '"' || w.text[i] == '\\')
			return refuse(err, key, w, "made of letters, digits and signs of ASCII");
	if (w.len == 0 || w.len > EVENT_NAME_MAX)
		return refuse(err, key, w, "1 to 31 letters long");
	memcpy(s->name, w.text, w.len);
	s->name[w.len] = '\0';
	return FLOW_OK;
}

static enum flow_status
set_number(struct event_spec *s, const struct key *k, struct word key, struct word w, struct flow_error *err)
{
	char expected[64];
	uint64_t n;

	if (number_parse(w.text, w.len, NUMBER_DECIMAL, k->hi, &n) != FLOW_OK || n < k->lo) {
		(void)snprintf(expected, sizeof(expected), "a number from %u to %u", (unsigned)k->lo, (unsigned)k->hi);
		return refuse(err, key, w, expected);
	}
	if (k->type == VALUE_WIDE)
		*(int64_t *)(void *)((char *)s + k->offset) = (int64_t)n;
	else
		*(int32_t *)(void *)((char *)s + k->offset) = (int32_t)n;
	return FLOW_OK;
}

static enum flow_status
set_value(struct event_spec *s, const struct key *k, struct word key, struct word w, int64_t now_ms,
    struct flow_error *err)
{
	int64_t *span = (int64_t *)(void *)((char *)s + k->offset);

	switch (k->type) {
	case VALUE_START:
		return set_start(s, key, w, now_ms, err);
	case VALUE_SPAN:
		return parse_span(w, span) ? FLOW_OK : refuse(err, key, w, "a time (90, 10m, 2h30m)");
	case VALUE_RATE:
		return parse_rate(w, &s->gap_ns) ? FLOW_OK :
		    refuse(err, key, w, "flows a second, above 0, with at most three decimals");
	case VALUE_INTERVAL:
		if (!parse_span(w, span = &s->gap_ns) || *span == 0)
			return refuse(err, key, w, "a time above 0 (500ms, 60, 5m)");
		if (*span > INT64_C(1000) * 86400 * 366)
			return refuse(err, key, w, "at most a year");
		*span *= NS_PER_MS;
		return FLOW_OK;
	case VALUE_PREFIX:
		return parse_prefix(w, (struct addr *)(void *)((char *)s + k->offset),
		    k->offset == offsetof(struct event_spec, src) ? &s->src_bits : &s->dst_bits) ? FLOW_OK :
		    refuse(err, key, w, "an address or a prefix");
	case VALUE_SERVICE:
		return set_service(s, w, err);
	case VALUE_NAME:
		return set_name(s, key, w, err);
	default:
		return set_number(s, k, key, w, err);
	}
}

static enum flow_status
set_key(struct event_spec *s, struct word w, int64_t now_ms, struct flow_error *err)
{
	const char *sign = memchr(w.text, '=', w.len);
	struct word key = { w.text, sign != NULL ? (size_t)(sign - w.text) : w.len }, value;
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (strlen(keys[i].name) == key.len && memcmp(keys[i].name, key.text, key.len) == 0)
			break;
	if (i == ARRAY_LEN(keys))
		return unknown_key(key, err);
	if (sign == NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: a value is missing (%s=...)", keys[i].name,
		    keys[i].name);
	value = (struct word){ sign + 1, w.len - key.len - 1 };
	return set_value(s, &keys[i], key, value, now_ms, err);
}

/* The next word of text[*at ..]; len 0: none. */
static struct word
next_word(const char *text, size_t len, size_t *at)
{
	struct word w;

	while (*at < len && strchr(", \t\r", text[*at]) != NULL)
		++*at;
	w = (struct word){ text + *at, 0 };
	while (*at < len && strchr(", \t\r", text[*at]) == NULL) {
		++*at;
		w.len++;
	}
	return w;
}

static enum flow_status
check(const struct event_spec *s, struct flow_error *err)
{
	const char *name = s->kind->name;

	if (s->port >= 0 && s->kind->effect == EFFECT_FLOWS && s->kind->ports != PORTS_ONE &&
	    s->kind->ports != PORTS_ANY)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "port: a %s tries all ports", name);
	if (s->src_bits >= 0 && s->dst_bits >= 0 && addr_is_v4(&s->src) != addr_is_v4(&s->dst))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "src and dst are of different families");
	if (s->proto >= 0 && strcmp(name, "spike") != 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "service: a %s has none, only a spike", name);
	return FLOW_OK;
}

enum flow_status
event_spec_parse(const char *text, size_t len, int64_t now_ms, struct event_spec *out, struct flow_error *err)
{
	struct event_spec s = { .start_ms = -1, .duration_ms = -1, .ramp_ms = -1, .gap_ns = -1, .jitter = -1,
		.proto = -1, .port = -1, .hosts = -1, .exporter = -1, .interface = -1, .src_bits = -1, .dst_bits = -1 };
	enum flow_status status = FLOW_OK;
	size_t at = 0;
	struct word w = next_word(text, len, &at);

	s.kind = event_kind_named(w.text, w.len);
	if (s.kind == NULL)
		return unknown_kind(w, err);
	memcpy(s.name, s.kind->name, strlen(s.kind->name) + 1);
	while (status == FLOW_OK && (w = next_word(text, len, &at)).len > 0)
		status = set_key(&s, w, now_ms, err);
	if (status == FLOW_OK)
		status = check(&s, err);
	if (status == FLOW_OK)
		*out = s;
	return status;
}
