/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One value of an element as JSON: for `extra`, and for the dump of datagrams. */

#include "base/buf.h"
#include "wire/template/element.h"

/*
 * Numbers as numbers; times as numbers too: seconds, milliseconds, and NTP times as
 * micro- or nanoseconds since 1970; addresses, MACs and strings as strings; booleans
 * (1 true, 2 false); octets, lists and whatever has a width that its type cannot
 * have as a string of hexadecimal digits.
 */
void value_json(struct buf *out, enum element_type type, const uint8_t *p, size_t len);
