/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/limits.h"

#include <string.h>

#include "base/number.h"
#include "time/stamp.h"

/* 3m is three minutes, and hardly what is meant: it would empty the archive of whoever wants three months. */
#define AGE_MIN_MS 3600000

/* Fewer bytes than that are hardly what is meant unless they have a unit: size=2 would empty an archive. */
#define BARE_MIN_BYTES 1000000

bool
retain_limits_empty(const struct retain_limits *limits)
{
	return limits->age_ms == 0 && limits->size_bytes == 0 && limits->free_bytes == 0 &&
	    limits->free_percent == 0;
}

bool
retain_limits_equal(const struct retain_limits *a, const struct retain_limits *b)
{
	return a->age_ms == b->age_ms && a->size_bytes == b->size_bytes && a->free_bytes == b->free_bytes &&
	    a->free_percent == b->free_percent;
}

enum flow_status
retain_age_parse(const char *text, size_t len, struct retain_limits *limits, struct flow_error *err)
{
	int64_t ms;

	if (stamp_span_parse(text, len, &ms) != FLOW_OK || ms < AGE_MIN_MS)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "'%.*s' is no age of an hour or more, such as 90d", (int)len, text);
	limits->age_ms = ms;
	return FLOW_OK;
}

/* A number of bytes that needs a unit. */
static bool
lacks_unit(const char *text, size_t len, uint64_t bytes)
{
	return bytes < BARE_MIN_BYTES && text[len - 1] >= '0' && text[len - 1] <= '9';
}

enum flow_status
retain_size_parse(const char *text, size_t len, struct retain_limits *limits, struct flow_error *err)
{
	uint64_t bytes;

	if (number_parse(text, len, NUMBER_SCALED, INT64_MAX, &bytes) != FLOW_OK || bytes == 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no size, such as 2T", (int)len, text);
	if (lacks_unit(text, len, bytes))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "'%.*s' is a size of %.*s bytes: give it a unit: %.*sG, %.*sT", (int)len, text, (int)len, text,
		    (int)len, text, (int)len, text);
	limits->size_bytes = bytes;
	return FLOW_OK;
}

enum flow_status
retain_free_parse(const char *text, size_t len, struct retain_limits *limits, struct flow_error *err)
{
	bool percent = len > 0 && text[len - 1] == '%';
	uint64_t value;

	if (number_parse(text, percent ? len - 1 : len, percent ? NUMBER_DECIMAL : NUMBER_SCALED,
	    percent ? 99 : INT64_MAX, &value) != FLOW_OK || value == 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "'%.*s' is no free space, such as 10%% or 50G", (int)len, text);
	if (!percent && lacks_unit(text, len, value))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is a free space of %.*s bytes: give it a "
		    "unit: %.*sG, or %.*s%%", (int)len, text, (int)len, text, (int)len, text, (int)len, text);
	limits->free_percent = percent ? (unsigned)value : 0;
	limits->free_bytes = percent ? 0 : value;
	return FLOW_OK;
}

/* One of the words between commas. */
static enum flow_status
parse_word(const char *word, size_t len, struct retain_limits *limits, bool *each, struct flow_error *err)
{
	const bool given[] = { limits->age_ms != 0, limits->size_bytes != 0,
		limits->free_bytes != 0 || limits->free_percent != 0 };
	static const struct {
		const char *name;
		enum flow_status (*parse)(const char *text, size_t len, struct retain_limits *limits,
		    struct flow_error *err);
	} limit[] = {
		{ "age=", retain_age_parse }, { "size=", retain_size_parse }, { "free=", retain_free_parse },
	};
	size_t i, name;

	if (len == strlen("each") && memcmp(word, "each", len) == 0) {
		*each = true;
		return FLOW_OK;
	}
	for (i = 0; i < sizeof(limit) / sizeof(limit[0]); i++) {
		name = strlen(limit[i].name);
		if (len < name || memcmp(word, limit[i].name, name) != 0)
			continue;
		return given[i] ? flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s is there twice", limit[i].name) :
		    limit[i].parse(word + name, len - name, limits, err);
	}
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "'%.*s' is none of age=, size=, free= and each", (int)len, word);
}

enum flow_status
retain_limits_parse(const char *text, struct retain_limits *limits, bool *each, struct flow_error *err)
{
	struct retain_limits l = { 0 };
	enum flow_status st = FLOW_OK;
	bool e = false;
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		st = parse_word(text, len, &l, &e, err);
		if (st != FLOW_OK)
			return st;
		if (text[len] == '\0')
			break;
	}
	if (retain_limits_empty(&l))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "no limit is given: age=, size= or free=");
	*limits = l;
	*each = e;
	return FLOW_OK;
}
