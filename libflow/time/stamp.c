/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "time/stamp.h"

#include <string.h>
#include <time.h>

#include "base/decimal.h"

#define DAY_MS INT64_C(86400000)
#define DAY_S INT64_C(86400)

/* Offsets from UTC are cached for blocks of this length; see offset_find. */
#define BLOCK_MS INT64_C(900000)

/* Beyond this no zone has anything to say, and sums cannot overflow. */
#define ZONE_LIMIT_MS (INT64_MAX - 4 * DAY_MS)

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

/* Days since 1970-01-01 to year, month, day: 400-year eras that begin on 1 March. */
static void
civil_from_days(int64_t days, struct stamp_civil *out)
{
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	uint32_t doe = (uint32_t)(z - era * 146097);
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153;

	out->day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1);
	out->month = (uint8_t)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (int64_t)yoe + era * 400 + (out->month <= 2);
}

static int64_t
days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
local_offset_s(int64_t second, int64_t *out)
{
	time_t t = (time_t)second;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return false;
	*out = tm.tm_gmtoff;
	return true;
}

static int64_t
offset_ms(int64_t ms, enum stamp_zone zone)
{
	int64_t s = 0;

	if (zone == STAMP_UTC || ms > ZONE_LIMIT_MS || ms < -ZONE_LIMIT_MS)
		return 0;
	return local_offset_s(floor_div(ms, 1000), &s) ? s * 1000 : 0;
}

void
stamp_civil(int64_t ms, enum stamp_zone zone, struct stamp_civil *out)
{
	int64_t offset = offset_ms(ms, zone);
	int64_t local = ms + offset;
	int64_t days = floor_div(local, DAY_MS);
	uint32_t rest = (uint32_t)(local - days * DAY_MS);

	civil_from_days(days, out);
	out->hour = (uint8_t)(rest / 3600000);
	out->minute = (uint8_t)(rest / 60000 % 60);
	out->second = (uint8_t)(rest / 1000 % 60);
	out->ms = (uint16_t)(rest % 1000);
	out->offset_s = (int32_t)(offset / 1000);
}

/*
 * The instant at which local clocks show that many seconds since 1970, by the offset of the day before or
 * else of the day after.  (mktime is not used: its choice in a repeated hour depends on what it was asked
 * before.)
 */
static int64_t
instant_of_local(int64_t shown)
{
	int64_t before = 0, after = 0, is = 0;

	if (!local_offset_s(shown - DAY_S, &before) || !local_offset_s(shown + DAY_S, &after))
		return shown;
	if (local_offset_s(shown - before, &is) && is == before)
		return shown - before;
	if (local_offset_s(shown - after, &is) && is == after)
		return shown - after;
	return shown - before;	/* a time that was skipped */
}

int64_t
stamp_from_civil(const struct stamp_civil *c, enum stamp_zone zone)
{
	int64_t year = c->year + (c->month + 11) / 12 - 1;
	unsigned month = (c->month + 11u) % 12 + 1;
	int64_t s;

	if (year > 292000000 || year < -292000000)
		return year > 0 ? INT64_MAX : INT64_MIN;
	/* Day 0 is the day before day 1. */
	s = (days_from_civil(year, month, 1) + c->day - 1) * DAY_S;
	s += c->hour * 3600 + c->minute * 60 + c->second;
	if (zone == STAMP_LOCAL && year > -200000 && year < 200000)
		s = instant_of_local(s);
	return s * 1000 + c->ms;
}

/*
 * An offset that is the same at both ends of a block of 15 minutes holds within:
 * no zone ever changed twice in that time.  A block with a change in it is not
 * cached.
 */
static int64_t
offset_find(struct stamp_cache *cache, int64_t ms)
{
	int64_t from, first, last;

	if (ms > ZONE_LIMIT_MS || ms < -ZONE_LIMIT_MS)
		return 0;
	from = floor_div(ms, BLOCK_MS) * BLOCK_MS;
	if (!local_offset_s(from / 1000, &first) ||
	    !local_offset_s((from + BLOCK_MS) / 1000 - 1, &last))
		return 0;
	if (first != last)
		return offset_ms(ms, STAMP_LOCAL);
	cache->offset_known = true;
	cache->offset_from_ms = from;
	cache->offset_to_ms = from + BLOCK_MS;
	cache->offset_ms = first * 1000;
	return cache->offset_ms;
}

static void
day_find(struct stamp_cache *cache, int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS);
	struct stamp_civil c;
	uint64_t year;
	char digits[DECIMAL_ROOM], *p = cache->date;
	size_t len;

	civil_from_days(days, &c);
	year = (uint64_t)(c.year < 0 ? -c.year : c.year);
	if (c.year < 0 || c.year > 9999)
		*p++ = c.year < 0 ? '-' : '+';
	len = decimal_u64(year, digits);
	for (size_t i = len; i < 4; i++)
		*p++ = '0';
	memcpy(p, digits, len);
	p += len;
	*p = '-';
	decimal_2(c.month, p + 1);
	p[3] = '-';
	decimal_2(c.day, p + 4);
	cache->date_len = (uint8_t)(p + 6 - cache->date);
	/*
	 * Modulo 2^64: the first day begins before INT64_MIN, the last ends
	 * after INT64_MAX.  Those two would match each other; so neither is
	 * cached.
	 */
	cache->day_ms = (int64_t)((uint64_t)days * (uint64_t)DAY_MS);
	cache->day_known = ms < INT64_MAX - DAY_MS && ms > INT64_MIN + DAY_MS;
}

/* "DATE?hh:mm:ss.mmm"; the day is cached, the rest is a few multiplications. */
static inline size_t
format_local(struct stamp_cache *cache, int64_t ms, char between, char *out)
{
	uint64_t into = (uint64_t)ms - (uint64_t)cache->day_ms;
	uint32_t rest, ms_part;

	if (UNLIKELY(into >= (uint64_t)DAY_MS || !cache->day_known)) {
		day_find(cache, ms);
		into = (uint64_t)ms - (uint64_t)cache->day_ms;
	}
	rest = (uint32_t)into;
	memcpy(out, cache->date, sizeof(cache->date));
	out += cache->date_len;
	out[0] = between;
	ms_part = rest % 1000;
	rest /= 1000;
	decimal_2(rest / 3600, out + 1);
	out[3] = ':';
	decimal_2(rest / 60 % 60, out + 4);
	out[6] = ':';
	decimal_2(rest % 60, out + 7);
	out[9] = '.';
	out[10] = (char)('0' + ms_part / 100);
	decimal_2(ms_part % 100, out + 11);
	return cache->date_len + (size_t)13;
}

size_t
stamp_format_iso(struct stamp_cache *cache, int64_t ms, char *out)
{
	size_t len = format_local(cache, ms, 'T', out);

	out[len] = 'Z';
	return len + 1;
}

size_t
stamp_format_text(struct stamp_cache *cache, int64_t ms, enum stamp_zone zone, char *out)
{
	if (zone == STAMP_LOCAL) {
		if (cache->offset_known && ms >= cache->offset_from_ms && ms < cache->offset_to_ms)
			ms += cache->offset_ms;
		else
			ms += offset_find(cache, ms);
	}
	return format_local(cache, ms, ' ', out);
}

size_t
stamp_format_epoch(int64_t ms, char *out)
{
	uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	uint32_t fraction = (uint32_t)(size % 1000);
	char *p = out;

	if (ms < 0)
		*p++ = '-';
	p += decimal_u64(size / 1000, p);
	p[0] = '.';
	p[1] = (char)('0' + fraction / 100);
	decimal_2(fraction % 100, p + 2);
	return (size_t)(p + 4 - out);
}
