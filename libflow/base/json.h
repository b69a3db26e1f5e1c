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
