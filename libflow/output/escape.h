/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Makes texts of any bytes safe for CSV, JSON and terminals.  Each byte that is
 * not UTF-8 (RFC 3629) becomes U+FFFD.  The functions write no NUL and return
 * the length; they need room of escape_room(len) bytes.
 */

#include <stdbool.h>
#include <stddef.h>

/* Room for the output of any function here: six bytes a byte, and two quotes. */
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
 * As escape_csv, with an apostrophe before a text that a spreadsheet might take for a formula (OWASP, CSV
 * Injection): one that begins with = + - @ or a full-width form of these, a tab or a line break.  A decimal
 * number such as -1.5 is none.
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
 * A JSON value: the text itself where it is a JSON object in valid UTF-8, with
 * line breaks replaced by blanks; else a quoted JSON string.
 */
size_t escape_json_object(const char *text, size_t len, char *out);

/* Whether the whole text is one JSON object (RFC 8259), nested at most 64 deep. */
bool escape_is_json_object(const char *text, size_t len);
