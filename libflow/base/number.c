/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

/* The value of a digit in that base, or -1. */
static int
digit_value(char c, unsigned base)
{
	int v = -1;

	if (c >= '0' && c <= '9')
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v >= 0 && (unsigned)v < base ? v : -1;
}

/* v = v * base + digit, false if that overflows. */
static bool
push_digit(uint64_t *v, unsigned base, unsigned digit)
{
	if (*v > (UINT64_MAX - digit) / base)
		return false;
	*v = *v * base + digit;
	return true;
}

/* All of `text` as digits. */
static enum flow_status
digits(const char *text, size_t len, unsigned base, uint64_t *out)
{
	bool overflow = false;
	uint64_t v = 0;

	if (len == 0)
		return FLOW_EINVAL;
	for (size_t i = 0; i < len; i++) {
		int d = digit_value(text[i], base);

		if (d < 0)
			return FLOW_EINVAL;
		if (!overflow && !push_digit(&v, base, (unsigned)d))
			overflow = true;
	}
	if (overflow)
		return FLOW_ELIMIT;
	*out = v;
	return FLOW_OK;
}

/* How many thousands the suffix stands for; 0 if it is none. */
static unsigned
suffix_power(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 1;
	case 'm':
	case 'M':
		return 2;
	case 'g':
	case 'G':
		return 3;
	case 't':
	case 'T':
		return 4;
	default:
		return 0;
	}
}

/* Digits, perhaps with a fraction, times 10^zeros; the product has to be an integer. */
static enum flow_status
scaled(const char *text, size_t len, unsigned zeros, uint64_t *out)
{
	enum flow_status st;
	size_t whole = 0;
	uint64_t v;

	while (whole < len && text[whole] != '.')
		whole++;
	if ((st = digits(text, whole, 10, &v)) == FLOW_EINVAL)
		return st;
	if (whole < len) {
		size_t fraction = len - whole - 1;

		if (fraction == 0)
			return FLOW_EINVAL;
		for (size_t i = whole + 1; i < len; i++) {
			int d = digit_value(text[i], 10);

			if (d < 0 || (zeros == 0 && d != 0))
				return FLOW_EINVAL;
			if (zeros == 0)
				continue;
			zeros--;
			if (st == FLOW_OK && !push_digit(&v, 10, (unsigned)d))
				st = FLOW_ELIMIT;
		}
	}
	for (; st == FLOW_OK && zeros > 0; zeros--)
		if (!push_digit(&v, 10, 0))
			st = FLOW_ELIMIT;
	if (st == FLOW_OK)
		*out = v;
	return st;
}

enum flow_status
number_parse(const char *text, size_t len, unsigned syntax, uint64_t max, uint64_t *out)
{
	unsigned power = len > 1 && (syntax & NUMBER_SCALED) ? suffix_power(text[len - 1]) : 0;
	enum flow_status st;
	uint64_t v = 0;

	if ((syntax & NUMBER_HEX) && len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
		st = digits(text + 2, len - 2, 16, &v);
	else if (power > 0)
		st = scaled(text, len - 1, 3 * power, &v);
	else
		st = digits(text, len, 10, &v);
	if (st == FLOW_OK && v > max)
		st = FLOW_ELIMIT;
	if (st == FLOW_OK)
		*out = v;
	return st;
}

bool
number_parse_real(const char *text, size_t len, double *out)
{
	static const char units[] = "kMGT";
	char copy[32], *end;
	const char *unit;

	if (len == 0 || len >= sizeof(copy) || text[0] < '0' || text[0] > '9')
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strspn(copy, "0123456789.kMGT") != len)
		return false;
	*out = strtod(copy, &end);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	for (const char *u = units; unit != NULL && u <= unit; u++)
		*out *= 1000;
	return end[unit != NULL] == '\0';
}
