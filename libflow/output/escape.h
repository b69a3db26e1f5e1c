/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Texts of any bytes made safe for CSV, JSON and terminals.  Bytes that are
 * not UTF-8 (RFC 3629) become U+FFFD, one for each byte.  The functions write no
 * NUL and return the length; the room they need is escape_room(len).
 */

#include <stdbool.h>
#include <stddef.h>

/* Enough for any of the functions here: six bytes a byte, and two quotes. */
static inline size_t
escape_room(size_t len)
{
	return 6 * len + 2;
}

/*
 * Whether the text is the same in CSV, in JSON and for people: printable ASCII
 * without comma, quote and backslash.  Addresses always are.
 */
bool escape_needless(const char *text, size_t len);

/* RFC 4180: quoted where it has a comma, a quote or a line break. NUL becomes U+FFFD. */
size_t escape_csv(const char *text, size_t len, char *out);

/*
 * The same behind an apostrophe where a spreadsheet might take the text for a formula (OWASP, CSV
 * Injection): where it begins with = + - @, with a tab or a line break, or with a full-width form of the
 * former.  A decimal number, as -1.5, is none.
 */
size_t escape_csv_safe(const char *text, size_t len, char *out);

/* The inside of a JSON string (RFC 8259), without its quotes. */
size_t escape_json(const char *text, size_t len, char *out);

/*
 * For people: control characters, C1 and those that change the direction of text too, become U+FFFD,
 * so that no text moves the cursor or stands where it does not belong.
 */
size_t escape_plain(const char *text, size_t len, char *out);

/*
 * A JSON value: the text itself where it is a JSON object in valid UTF-8,
 * with its line breaks as blanks; else a JSON string of it, with quotes.
 */
size_t escape_json_object(const char *text, size_t len, char *out);

/* Whether the whole text is one JSON object (RFC 8259), nested at most 64 deep. */
bool escape_is_json_object(const char *text, size_t len);
