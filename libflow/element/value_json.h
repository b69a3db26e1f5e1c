/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One value of an element as JSON: for `extra`, and for the dump of datagrams. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "element/type.h"

/*
 * Numbers as numbers; times as numbers too: seconds, milliseconds, and NTP times as
 * micro- or nanoseconds since 1970; addresses, MACs and strings as strings; booleans
 * (1 true, 2 false); octets, lists and whatever has a width that its type cannot
 * have as a string of hexadecimal digits.  ELEMENT_UNKNOWN is a string where octets_are_text says so.
 */
void value_json(struct buf *out, enum element_type type, const uint8_t *p, size_t len);

/*
 * Whether octets of an unknown type are clearly text: at least four bytes of UTF-8 (without the
 * zeros at the end, which fill fixed lengths), none of them a control character but tab, line feed
 * and carriage return.  What itself reads as hexadecimal digits of octets is not taken for text, so
 * that such a string in `extra` always means octets.
 */
bool octets_are_text(const uint8_t *p, size_t len);

/* Appends octets as a string of hexadecimal digits. */
void octets_json(struct buf *out, const uint8_t *p, size_t len);
