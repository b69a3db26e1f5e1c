/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/escape.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf8.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Sets the high bit of each byte that needs an escape; exact at least for the lowest one. */
static inline uint64_t
suspects(uint64_t w)
{
	uint64_t low = w - EACH(0x20), comma = w ^ EACH(','), quote = w ^ EACH('"');
	uint64_t back = w ^ EACH('\\'), del = w ^ EACH(0x7f);

	comma -= EACH(1);
	quote -= EACH(1);
	back -= EACH(1);
	del -= EACH(1);
	/* A borrow can only set bits above a true one. */
	return (w | low | comma | quote | back | del) & EACH(0x80);
}

bool
escape_needless(const char *text, size_t len)
{
	uint64_t bad = 0;
	size_t i;

	if (len < 8) {
		char padded[8] = "00000000";

		memcpy(padded, text, len);
		return suspects(load_le64(padded)) == 0;
	}
	for (i = 0; i + 8 <= len; i += 8)
		bad |= suspects(load_le64(text + i));
	return (bad | suspects(load_le64(text + len - 8))) == 0;
}

static char *
put(char *out, const char *text, size_t len)
{
	memcpy(out, text, len);
	return out + len;
}

static char *
put_replacement(char *out)
{
	return put(out, "\xef\xbf\xbd", 3);
}

/* One character from *p, copied or replaced; `plain` says which ASCII stays. */
static char *
put_character(char *out, const char **p, const char *end)
{
	size_t n = utf8_length((const unsigned char *)*p, (size_t)(end - *p));

	if (n == 0) {
		(*p)++;
		return put_replacement(out);
	}
	out = put(out, *p, n);
	*p += n;
	return out;
}

/* The text as a field of CSV, `prefix` before it within its quotes. */
static size_t
put_csv(const char *text, size_t len, const char *prefix, char *out)
{
	const char *p = text, *end = len > 0 ? text + len : text;
	bool quoted = false;
	char *to = out;

	for (size_t i = 0; i < len; i++)
		quoted = quoted || text[i] == ',' || text[i] == '"' || text[i] == '\n' ||
		    text[i] == '\r';
	if (quoted)
		*to++ = '"';
	to = put(to, prefix, strlen(prefix));
	while (p < end) {
		if (*p == '\0') {
			to = put_replacement(to);
			p++;
			continue;
		}
		if (*p == '"')
			*to++ = '"';
		to = put_character(to, &p, end);
	}
	if (quoted)
		*to++ = '"';
	return (size_t)(to - out);
}

size_t
escape_csv(const char *text, size_t len, char *out)
{
	return put_csv(text, len, "", out);
}

/* A sign or none, digits, perhaps a point between them. */
static bool
is_decimal(const char *p, size_t len)
{
	size_t i = len > 0 && (p[0] == '-' || p[0] == '+'), digits = 0;
	bool point = false;

	for (; i < len; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			digits++;
		else if (p[i] == '.' && digits > 0 && !point)
			point = true;
		else
			return false;
	}
	return digits > 0;
}

/* U+FF1D, U+FF0B, U+FF0D and U+FF20: some programs take them for = + - @. */
static bool
is_wide_operator(const char *p, size_t len)
{
	return len >= 3 && memcmp(p, "\xef\xbc", 2) == 0 &&
	    (p[2] == '\x9d' || p[2] == '\x8b' || p[2] == '\x8d' || p[2] == '\xa0');
}

size_t
escape_csv_safe(const char *text, size_t len, char *out)
{
	bool formula = len > 0 && (memchr("=+-@\t\r\n", text[0], 7) != NULL || is_wide_operator(text, len));

	return put_csv(text, len, formula && !is_decimal(text, len) ? "'" : "", out);
}

static char *
put_json_control(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char named[] = { 'b', 't', 'n', 0, 'f', 'r' };

	*out++ = '\\';
	if (c == '"' || c == '\\') {
		*out++ = (char)c;
	} else if (c >= 8 && c <= 13 && c != 11) {
		*out++ = named[c - 8];
	} else {
		out = put(out, "u00", 3);
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	return out;
}

size_t
escape_json(const char *text, size_t len, char *out)
{
	const char *p = text, *end = len > 0 ? text + len : text;
	char *to = out;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == '"' || c == '\\') {
			to = put_json_control(to, c);
			p++;
		} else {
			to = put_character(to, &p, end);
		}
	}
	return (size_t)(to - out);
}

/*
 * Bytes of a control character at p, 0 for any other: C0 and DEL, C1 (U+0080 to U+009F), and those that
 * change the direction of what follows or end a line (Unicode 9.1 23.2, UAX 9): U+061C, U+200E, U+200F,
 * U+2028 to U+202E, U+2066 to U+2069.
 */
static size_t
control_length(const unsigned char *p, size_t len)
{
	if (p[0] < 0x20 || p[0] == 0x7f)
		return 1;
	if (len >= 2 && ((p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xd8 && p[1] == 0x9c)))
		return 2;
	if (len < 3 || p[0] != 0xe2)
		return 0;
	if (p[1] == 0x80)
		return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae) ? 3 : 0;
	return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9 ? 3 : 0;
}

size_t
escape_plain(const char *text, size_t len, char *out)
{
	const char *p = text, *end = len > 0 ? text + len : text;
	char *to = out;

	while (p < end) {
		size_t control = control_length((const unsigned char *)p, (size_t)(end - p));

		if (control > 0) {
			to = put_replacement(to);
			p += control;
		} else {
			to = put_character(to, &p, end);
		}
	}
	return (size_t)(to - out);
}

size_t
escape_json_object(const char *text, size_t len, char *out)
{
	size_t inside;

	if (escape_is_json_object(text, len)) {
		/* Line breaks are invalid in strings, so these are between tokens. */
		for (size_t i = 0; i < len; i++)
			out[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
		return len;
	}
	out[0] = '"';
	inside = escape_json(text, len, out + 1);
	out[1 + inside] = '"';
	return inside + 2;
}

/* A checker of JSON without recursion: bit d of `objects` says what level d is. */
struct checker {
	const char *p;
	const char *end;
	uint64_t objects;
	unsigned depth;
};

static void
skip_blanks(struct checker *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool
take(struct checker *c, char want)
{
	skip_blanks(c);
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

static bool
check_escape(struct checker *c)
{
	if (c->p == c->end || *c->p == '\0')
		return false;
	if (*c->p != 'u')
		return strchr("\"\\/bfnrt", *c->p++) != NULL;
	c->p++;
	for (int i = 0; i < 4; i++, c->p++) {
		if (c->p == c->end || *c->p == '\0' ||
		    strchr("0123456789abcdefABCDEF", *c->p) == NULL)
			return false;
	}
	return true;
}

/* After the opening quote. */
static bool
check_string(struct checker *c)
{
	while (c->p < c->end) {
		unsigned char b = (unsigned char)*c->p;
		size_t n;

		if (b == '"') {
			c->p++;
			return true;
		}
		if (b < 0x20)
			return false;
		if (b == '\\') {
			c->p++;
			if (!check_escape(c))
				return false;
			continue;
		}
		n = utf8_length((const unsigned char *)c->p, (size_t)(c->end - c->p));
		if (n == 0)
			return false;
		c->p += n;
	}
	return false;
}

static size_t
count_digits(struct checker *c)
{
	size_t n = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9') {
		c->p++;
		n++;
	}
	return n;
}

static bool
check_number(struct checker *c)
{
	const char *first;
	size_t digits;

	if (*c->p == '-')
		c->p++;
	first = c->p;
	digits = count_digits(c);
	if (digits == 0 || (digits > 1 && *first == '0'))
		return false;
	if (c->p < c->end && *c->p == '.') {
		c->p++;
		if (count_digits(c) == 0)
			return false;
	}
	if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
		c->p++;
		if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
			c->p++;
		return count_digits(c) > 0;
	}
	return true;
}

static bool
check_word(struct checker *c)
{
	static const char words[][6] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(c->end - c->p) >= len && memcmp(c->p, words[i], len) == 0) {
			c->p += len;
			return true;
		}
	}
	return false;
}

static bool
check_key(struct checker *c)
{
	return take(c, '"') && check_string(c) && take(c, ':');
}

/* Opens a level; *empty if it closed at once. */
static bool
check_open(struct checker *c, bool object, bool *empty)
{
	if (c->depth == 64)
		return false;
	c->objects = object ? c->objects | UINT64_C(1) << c->depth
	    : c->objects & ~(UINT64_C(1) << c->depth);
	c->depth++;
	*empty = take(c, object ? '}' : ']');
	if (*empty)
		c->depth--;
	return *empty || !object || check_key(c);
}

/* After a value: closes levels until a comma or the end. */
static bool
check_after(struct checker *c)
{
	while (c->depth > 0) {
		bool object = c->objects >> (c->depth - 1) & 1;

		if (take(c, ','))
			return !object || check_key(c);
		if (!take(c, object ? '}' : ']'))
			return false;
		c->depth--;
	}
	return true;
}

bool
escape_is_json_object(const char *text, size_t len)
{
	struct checker c = { text, text + len, 0, 0 };
	bool empty = false;

	skip_blanks(&c);
	if (c.p == c.end || *c.p != '{')
		return false;
	do {
		bool good;

		skip_blanks(&c);
		if (c.p == c.end)
			return false;
		if (*c.p == '{' || *c.p == '[') {
			good = check_open(&c, *c.p++ == '{', &empty);
			if (good && !empty)
				continue;
		} else if (*c.p == '"') {
			c.p++;
			good = check_string(&c);
		} else if (*c.p == '-' || (*c.p >= '0' && *c.p <= '9')) {
			good = check_number(&c);
		} else {
			good = check_word(&c);
		}
		if (!good || !check_after(&c))
			return false;
	} while (c.depth > 0);
	skip_blanks(&c);
	return c.p == c.end;
}
