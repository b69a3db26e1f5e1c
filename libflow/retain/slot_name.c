/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/slot_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BEGIN "flowcap."
#define END ".parquet"

#define MINUTES_MAX UINT64_C(999999999999)	/* 12 digits */

static size_t
take_digits(const char *text, size_t max, uint64_t *out)
{
	size_t n = strspn(text, "0123456789"), i;
	uint64_t v = 0;

	for (i = 0; i < n && i < max; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	*out = v;
	return n <= max ? n : 0;
}

static struct stamp_civil
civil_of(const struct slot_name *name)
{
	uint64_t d = name->digits > MINUTES_MAX ? name->digits : name->digits * 100;

	return (struct stamp_civil){
		.year = (int64_t)(d / UINT64_C(10000000000)),
		.month = (uint8_t)(d / 100000000 % 100),
		.day = (uint8_t)(d / 1000000 % 100),
		.hour = (uint8_t)(d / 10000 % 100),
		.minute = (uint8_t)(d / 100 % 100),
		.second = (uint8_t)(d % 100),
	};
}

/* Whether the calendar has that date and time: converting it to an instant and back gives the same digits. */
static bool
is_time(const struct slot_name *name)
{
	struct stamp_civil c = civil_of(name), again;

	if (c.year < 1970)
		return false;
	stamp_civil(stamp_from_civil(&c, STAMP_UTC), STAMP_UTC, &again);
	return again.year == c.year && again.month == c.month && again.day == c.day &&
	    again.hour == c.hour && again.minute == c.minute && again.second == c.second;
}

bool
slot_name_parse(const char *name, struct slot_name *out)
{
	struct slot_name n = { .number = 0 };
	char again[SLOT_NAME_MAX];
	uint64_t number = 0;
	const char *p;
	size_t len;

	if (strncmp(name, BEGIN, strlen(BEGIN)) != 0)
		return false;
	p = name + strlen(BEGIN);
	len = take_digits(p, 14, &n.digits);
	if (len != 12 && len != 14)
		return false;
	p += len;
	if (p[0] == '.' && (len = take_digits(p + 1, 6, &number)) > 0)
		p += len + 1;
	n.number = (uint32_t)number;
	if (strcmp(p, END) != 0 || !is_time(&n))
		return false;
	/* Only the canonical spelling, without leading zeros: later the name is formatted from these numbers. */
	slot_name_format(&n, again);
	if (strcmp(again, name) != 0)
		return false;
	*out = n;
	return true;
}

void
slot_name_format(const struct slot_name *name, char out[SLOT_NAME_MAX])
{
	char number[16] = "";

	if (name->number > 0)
		(void)snprintf(number, sizeof(number), ".%" PRIu32, name->number);
	(void)snprintf(out, SLOT_NAME_MAX, BEGIN "%0*" PRIu64 "%s" END,
	    name->digits > MINUTES_MAX ? 14 : 12, name->digits, number);
}

int64_t
slot_name_begin(const struct slot_name *name, enum stamp_zone zone)
{
	const struct stamp_civil c = civil_of(name);

	return stamp_from_civil(&c, zone);
}

static bool
all_digits(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return len > 0;
}

bool
slot_directory_is_date(const char *name, size_t len)
{
	static const char *const keys[] = { "year=", "month=", "day=", "hour=" };
	size_t i, key;

	if (len <= 4 && all_digits(name, len))
		return true;
	if (len == strlen("2026-11-23"))
		return all_digits(name, 4) && name[4] == '-' && all_digits(name + 5, 2) && name[7] == '-' &&
		    all_digits(name + 8, 2);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		key = strlen(keys[i]);
		if (len > key && len <= key + 4 && memcmp(name, keys[i], key) == 0)
			return all_digits(name + key, len - key);
	}
	return false;
}

size_t
slot_directory_root(const char *path)
{
	size_t end = strlen(path), begin;

	while (end > 0) {
		for (begin = end; begin > 0 && path[begin - 1] != '/'; )
			begin--;
		if (!slot_directory_is_date(path + begin, end - begin))
			break;
		end = begin > 0 ? begin - 1 : 0;
	}
	return end;
}
