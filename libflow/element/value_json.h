/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One value of an element as JSON: for `extra`, and for the dump of datagrams. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "element/type.h"

/*
 * Numbers and times are numbers (seconds, milliseconds, and NTP times as micro- or
 * nanoseconds since 1970); addresses, MACs and strings are strings; booleans are
 * booleans (1 true, 2 false); octets, lists and values of a width that their type cannot
 * have are strings of hexadecimal digits.  ELEMENT_UNKNOWN is a string if octets_are_text.
 */
void value_json(struct buf *out, enum element_type type, const uint8_t *p, size_t len);

/*
 * Whether octets of an unknown type are clearly text: at least four bytes of UTF-8 (not counting
 * zeros at the end, which pad fixed lengths), without control characters except tab, line feed
 * and carriage return.  Text that looks like hexadecimal octets is not taken for text, so
 * that such a string in `extra` always means octets.
 */
bool octets_are_text(const uint8_t *p, size_t len);

/* Appends octets as a string of hexadecimal digits. */
void octets_json(struct buf *out, const uint8_t *p, size_t len);
