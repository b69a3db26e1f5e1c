/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Just enough JSON (RFC 8259) for the metadata of our own files: strings are
 * written escaped; a member is found by its path.  Nothing is kept, nothing
 * recurses, hostile text is an absent value.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends a quoted string; bytes that are not UTF-8 become U+FFFD. */
void json_append_string(struct buf *out, const char *text, size_t len);

/* A value within a text. */
struct json_slice {
	const char *p;
	size_t len;
};

/*
 * Finds a member of the object that `text` is: one key, or keys of nested
 * objects with dots between ("tcp.flows").  Keys are compared as they stand,
 * unescaped.  False, and *out untouched, if there is none or the text is no
 * well-formed object up to there.
 */
bool json_find(const char *text, size_t len, const char *path, struct json_slice *out);

/* The same for a member that is a non-negative integer below 2^64. */
bool json_find_uint(const char *text, size_t len, const char *path, uint64_t *out);

/* The members of an object or the elements of an array, one after the other. */
struct json_walk {
	const char *p, *end;
	bool is_object;
};

/* Begins with an object or an array; false for any other text. */
bool json_walk_begin(struct json_walk *walk, struct json_slice text);

/*
 * The next value, and of a member its key (without quotes, escapes unresolved).  False at the end, or where
 * the text is not well-formed.
 */
bool json_walk_next(struct json_walk *walk, struct json_slice *key, struct json_slice *value);

/*
 * The text of a string (with its quotes), escapes resolved, written at out with room for text.len bytes.
 * Returns its length, 0 where it is no string.  Surrogates become U+FFFD.
 */
size_t json_unescape(struct json_slice text, char *out);
