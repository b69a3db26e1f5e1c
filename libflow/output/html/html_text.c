/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts and numbers in a page. */
#include <math.h>
#include <string.h>

#include "output/escape.h"
#include "output/html/html.h"

static void
put_byte(struct buf *out, uint8_t byte)
{
	switch (byte) {
	case '<':
		buf_append_text(out, "&lt;");
		break;
	case '>':
		buf_append_text(out, "&gt;");
		break;
	case '&':
		buf_append_text(out, "&amp;");
		break;
	case '"':
		buf_append_text(out, "&quot;");
		break;
	case '\'':
		buf_append_text(out, "&#39;");
		break;
	default:
		buf_append_u8(out, byte);
	}
}

void
html_text(struct buf *out, const char *text, size_t len)
{
	struct buf safe = BUF_INIT;

	/* Invalid UTF-8 and control characters become U+FFFD first. */
	if (!buf_reserve(&safe, escape_room(len))) {
		out->failed = true;
		return;
	}
	safe.len = escape_plain(text, len, (char *)safe.data);
	for (size_t i = 0; i < safe.len; i++)
		put_byte(out, safe.data[i]);
	buf_release(&safe);
}

void
html_string(struct buf *out, const char *text)
{
	html_text(out, text, strlen(text));
}

void
html_scaled(struct buf *out, double v, const char *unit)
{
	static const char letters[] = " kMGTPE";
	size_t i = 0;

	if (!(v >= 0))
		v = 0;
	while (v >= 999.5 && letters[i + 1] != '\0') {
		v /= 1000;
		i++;
	}
	if ((i == 0 && v == floor(v)) || v >= 99.95)
		buf_printf(out, "%.0f", v);
	else
		buf_printf(out, v >= 9.995 ? "%.1f" : "%.2f", v);
	if (i > 0 || unit[0] != '\0')
		buf_append_text(out, "\xc2\xa0");
	if (i > 0)
		buf_append_u8(out, (uint8_t)letters[i]);
	buf_append_text(out, unit);
}

static bool
ends_in(const char *name, const char *word)
{
	size_t len = strlen(name), tail = strlen(word);

	return len >= tail && strcmp(name + len - tail, word) == 0 && (len == tail || name[len - tail - 1] == '_');
}

const char *
html_unit(const char *name)
{
	if (ends_in(name, "bytes"))
		return "B";
	if (ends_in(name, "bps"))
		return "b/s";
	return ends_in(name, "pps") ? "p/s" : "";
}
