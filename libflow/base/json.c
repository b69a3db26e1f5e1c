/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

/* Deepest nesting that is skipped over. */
#define DEPTH_MAX 32

void
json_append_string(struct buf *out, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = 0, n;

	buf_append_u8(out, '"');
	while (i < len) {
		if (p[i] == '"' || p[i] == '\\') {
			buf_append_u8(out, '\\');
			buf_append_u8(out, p[i++]);
		} else if (p[i] < 0x20) {
			buf_printf(out, "\\u%04x", p[i++]);
		} else if ((n = utf8_length(p + i, len - i)) != 0) {
			buf_append(out, p + i, n);
			i += n;
		} else {
			buf_append_text(out, "\xef\xbf\xbd");
			i++;
		}
	}
	buf_append_u8(out, '"');
}

struct scan {
	const char *p, *end;
};

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
take(struct scan *s, char c)
{
	skip_blanks(s);
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* A string with its quotes. */
static bool
skip_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->p < s->end && *s->p != '"')
		s->p += *s->p == '\\' && s->end - s->p > 1 ? 2 : 1;
	if (s->p >= s->end)
		return false;
	s->p++;
	return true;
}

/* Skips a number or word, up to its delimiter. */
static bool
skip_word(struct scan *s)
{
	const char *begin = s->p;

	while (s->p < s->end && memchr(",]} \t\r\n", *s->p, 7) == NULL)
		s->p++;
	return s->p > begin;
}

/* Skips an object or array by counting brackets, which is enough for text that we wrote. */
static bool
skip_value(struct scan *s)
{
	unsigned depth = 0;

	do {
		skip_blanks(s);
		if (s->p == s->end)
			return false;
		if (*s->p == '{' || *s->p == '[') {
			if (++depth > DEPTH_MAX)
				return false;
			s->p++;
		} else if (*s->p == '}' || *s->p == ']') {
			if (depth == 0)
				return false;
			depth--;
			s->p++;
		} else if (*s->p == '"') {
			if (!skip_string(s))
				return false;
		} else if ((*s->p == ',' || *s->p == ':') && depth > 0) {
			s->p++;
		} else if (!skip_word(s)) {
			return false;
		}
	} while (depth > 0);
	return true;
}

static bool
find_member(struct scan *s, const char *key, size_t key_len, struct json_slice *out)
{
	if (!take(s, '{') || take(s, '}'))
		return false;
	do {
		const char *name, *name_end;

		skip_blanks(s);
		name = s->p + 1;
		if (!skip_string(s))
			return false;
		name_end = s->p - 1;
		if (!take(s, ':'))
			return false;
		skip_blanks(s);
		out->p = s->p;
		if (!skip_value(s))
			return false;
		out->len = (size_t)(s->p - out->p);
		if ((size_t)(name_end - name) == key_len && memcmp(name, key, key_len) == 0)
			return true;
	} while (take(s, ','));
	return false;
}

bool
json_find(const char *text, size_t len, const char *path, struct json_slice *out)
{
	struct json_slice at = { text, len };

	while (*path != '\0') {
		size_t key_len = strcspn(path, ".");
		struct scan s = { at.p, at.p + at.len };

		if (!find_member(&s, path, key_len, &at))
			return false;
		path += key_len + (path[key_len] == '.');
	}
	*out = at;
	return true;
}

bool
json_find_uint(const char *text, size_t len, const char *path, uint64_t *out)
{
	struct json_slice at;
	uint64_t v = 0;
	size_t i;

	if (!json_find(text, len, path, &at) || at.len == 0)
		return false;
	for (i = 0; i < at.len; i++) {
		unsigned digit = (unsigned)(at.p[i] - '0');

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

bool
json_walk_begin(struct json_walk *walk, struct json_slice text)
{
	struct scan s = { text.p, text.p + text.len };

	walk->is_object = take(&s, '{');
	if (!walk->is_object && !take(&s, '['))
		return false;
	walk->p = s.p;
	walk->end = s.end;
	return true;
}

/* A member's name and the colon. */
static bool
take_key(struct scan *s, struct json_slice *key)
{
	skip_blanks(s);
	key->p = s->p + 1;
	if (!skip_string(s))
		return false;
	key->len = (size_t)(s->p - 1 - key->p);
	return take(s, ':');
}

bool
json_walk_next(struct json_walk *walk, struct json_slice *key, struct json_slice *value)
{
	struct scan s = { walk->p, walk->end };

	*key = (struct json_slice){ "", 0 };
	if (take(&s, walk->is_object ? '}' : ']') || (walk->is_object && !take_key(&s, key)))
		return false;
	skip_blanks(&s);
	value->p = s.p;
	if (!skip_value(&s))
		return false;
	value->len = (size_t)(s.p - value->p);
	/* A comma before the end would be wrong, but nothing is lost by it. */
	(void)take(&s, ',');
	walk->p = s.p;
	return true;
}

/* \uXXXX at p, as UTF-8; 0 where there are no four digits.  At most 3 bytes. */
static size_t
unescape_unicode(const char *p, const char *end, char *out)
{
	unsigned c = 0;
	int i;

	if (end - p < 4)
		return 0;
	for (i = 0; i < 4; i++) {
		if (hex_value(p[i]) > 15)
			return 0;
		c = c << 4 | hex_value(p[i]);
	}
	if (c >= 0xd800 && c <= 0xdfff)
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

size_t
json_unescape(struct json_slice text, char *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *p = text.p, *end = text.p + text.len;
	size_t len = 0, n;

	if (text.len < 2 || *p != '"' || end[-1] != '"')
		return 0;
	for (p++, end--; p < end; p++) {
		const char *letter;

		if (*p != '\\' || end - p < 2) {
			out[len++] = *p;
			continue;
		}
		p++;
		if (*p == 'u' && (n = unescape_unicode(p + 1, end, out + len)) > 0) {
			len += n;
			p += 4;
			continue;
		}
		letter = *p != '\0' ? strchr(from, *p) : NULL;
		out[len++] = letter != NULL ? to[letter - from] : *p;
	}
	return len;
}
