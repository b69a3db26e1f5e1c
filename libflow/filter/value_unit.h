/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Numbers as people write them: 10MB, 60s, 1.5Gbit/s, AS64496, https. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "filter/vocab.h"

enum value_unit {
	UNIT_NONE,
	UNIT_BYTES,	/* B, kB, MB ... (1000) and KiB, MiB ... (1024) */
	UNIT_BITS,	/* bit, bits, bit/s, bits/s, bps or b behind the number and its k, M, G, T */
	UNIT_MS,	/* ms, s, sec, min, h, d */
	UNIT_AS,	/* AS before the number */
	UNIT_PORT,	/* or the name of a service (getservbyname) */
};

/* The unit in which values of a subject are given. */
enum value_unit unit_of(const struct subject *s);

/* Whether the text is a service's name, not a number: it does not begin with a digit. */
bool unit_is_service(enum value_unit unit, const char *text, size_t len);

/* The port of that service, of TCP or else of UDP or SCTP; FLOW_EINVAL where the system's table has none. */
enum flow_status unit_service(const char *text, size_t len, uint64_t *out) NODISCARD;

/*
 * Reads exactly `len` bytes as a number of at most `max` in the unit; without a unit it is bytes, bits a
 * second, milliseconds.  Hexadecimal (0x) and scaled numbers (number.h) are read as well.  FLOW_EINVAL where
 * it is no number, or a duration that ends in "m" (a million, or minutes); FLOW_ELIMIT above max.
 */
enum flow_status unit_parse(enum value_unit unit, const char *text, size_t len, uint64_t max,
    uint64_t *out) NODISCARD;
