/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "filter/value_unit.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/number.h"

/* Longest name of a service (RFC 6335 5.1 has 15), and longest number with a fraction. */
#define SERVICE_MAX 31
#define NUMBER_MAX 40

/* What a suffix multiplies the number by; thousandths: the number may have as many digits behind the point. */
struct suffix {
	char text[8];
	uint64_t factor;
	bool thousandths;
};

/* Longest first, as "60ms" ends in "s", too. */
static const struct suffix times[] = {
	{ "min", 60, true }, { "sec", 1, true }, { "ms", 1, false }, { "s", 1, true },
	{ "h", 3600, true }, { "d", 86400, true },
};

static const struct suffix bytes[] = {
	{ "KiB", 1 << 10, false }, { "MiB", 1 << 20, false }, { "GiB", 1 << 30, false },
	{ "TiB", UINT64_C(1) << 40, false }, { "B", 1, false },
};

static const struct suffix bits[] = {
	{ "bits/s", 1, false }, { "bit/s", 1, false }, { "bits", 1, false }, { "bit", 1, false },
	{ "bps", 1, false }, { "b", 1, false },
};

enum value_unit
unit_of(const struct subject *s)
{
	if (s->kind == SUBJECT_DURATION)
		return UNIT_MS;
	if (s->kind == SUBJECT_BPS)
		return UNIT_BITS;
	if (s->kind != SUBJECT_NUMBER || s->fields == 0)
		return UNIT_NONE;
	switch (s->field[0]) {
	case FLOW_FIELD_BYTES:
	case FLOW_FIELD_REV_BYTES:
	case FLOW_FIELD_POST_BYTES:
	case FLOW_FIELD_MCAST_BYTES:
		return UNIT_BYTES;
	case FLOW_FIELD_SRC_AS:
	case FLOW_FIELD_DST_AS:
	case FLOW_FIELD_PREV_AS:
	case FLOW_FIELD_NEXT_AS:
		return UNIT_AS;
	case FLOW_FIELD_SRC_PORT:
	case FLOW_FIELD_DST_PORT:
	case FLOW_FIELD_NAT_SRC_PORT:
	case FLOW_FIELD_NAT_DST_PORT:
	case FLOW_FIELD_INNER_SRC_PORT:
	case FLOW_FIELD_INNER_DST_PORT:
		return UNIT_PORT;
	default:
		return UNIT_NONE;
	}
}

bool
unit_is_service(enum value_unit unit, const char *text, size_t len)
{
	return unit == UNIT_PORT && len > 0 && !(text[0] >= '0' && text[0] <= '9');
}

enum flow_status
unit_service(const char *text, size_t len, uint64_t *out)
{
	static const char *const protocols[] = { "tcp", "udp", "sctp" };
	char name[SERVICE_MAX + 1];

	if (len > SERVICE_MAX)
		return FLOW_EINVAL;
	memcpy(name, text, len);
	name[len] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		const struct servent *found = getservbyname(name, protocols[i]);

		if (found != NULL) {
			*out = ntohs((uint16_t)found->s_port);
			return FLOW_OK;
		}
	}
	return FLOW_EINVAL;
}

/* The suffix that the text ends with, behind a digit or a factor's letter; NULL: none. */
static const struct suffix *
find_suffix(const struct suffix *list, size_t count, const char *text, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(list[i].text);

		if (len > n && memcmp(text + len - n, list[i].text, n) == 0)
			return &list[i];
	}
	return NULL;
}

static enum flow_status
times_factor(uint64_t number, uint64_t factor, uint64_t max, uint64_t *out)
{
	if (number > max / factor)
		return FLOW_ELIMIT;
	*out = number * factor;
	return FLOW_OK;
}

static enum flow_status
with_suffix(const struct suffix *s, const char *text, size_t len, uint64_t max, uint64_t *out)
{
	char thousandths[NUMBER_MAX + 1];
	enum flow_status st;
	uint64_t number = 0;

	len -= strlen(s->text);
	if (!s->thousandths) {
		st = number_parse(text, len, NUMBER_SCALED, UINT64_MAX, &number);
	} else if (len >= NUMBER_MAX) {
		st = FLOW_EINVAL;
	} else {
		/* 1.5 as 1.5k: milliseconds are thousandths of seconds. */
		memcpy(thousandths, text, len);
		thousandths[len] = 'k';
		st = number_parse(thousandths, len + 1, NUMBER_SCALED, UINT64_MAX, &number);
	}
	return st == FLOW_OK ? times_factor(number, s->factor, max, out) : st;
}

enum flow_status
unit_parse(enum value_unit unit, const char *text, size_t len, uint64_t max, uint64_t *out)
{
	const struct suffix *s = NULL;

	if (len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
		return number_parse(text, len, NUMBER_HEX, max, out);
	if (unit == UNIT_MS) {
		if (len > 0 && (text[len - 1] | 0x20) == 'm')
			return FLOW_EINVAL;
		s = find_suffix(times, ARRAY_LEN(times), text, len);
	} else if (unit == UNIT_BYTES) {
		s = find_suffix(bytes, ARRAY_LEN(bytes), text, len);
	} else if (unit == UNIT_BITS) {
		s = find_suffix(bits, ARRAY_LEN(bits), text, len);
	} else if (unit == UNIT_AS && len > 2 && strncasecmp(text, "AS", 2) == 0) {
		text += 2;
		len -= 2;
	}
	if (s != NULL)
		return with_suffix(s, text, len, max, out);
	return number_parse(text, len, NUMBER_HEX | NUMBER_SCALED, max, out);
}
