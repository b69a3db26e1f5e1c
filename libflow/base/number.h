/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Strict text to integer: the whole text is a number in range, or it is an error. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum number_syntax {
	NUMBER_DECIMAL = 0,
	NUMBER_HEX = 1,		/* 0x1b as well */
	NUMBER_SCALED = 2,	/* a suffix k, M, G or T (any case): times 1000, 1000^2, ... */
};

/*
 * Reads exactly `len` bytes, digits without sign or blanks, as a number of at
 * most `max`.  `syntax` is a bitwise or of enum number_syntax; a scaled number
 * may have a fraction if the product is an integer: 1.5k.  FLOW_EINVAL where it
 * is no number, FLOW_ELIMIT where it is above max; *out is untouched then.
 */
enum flow_status number_parse(const char *text, size_t len, unsigned syntax, uint64_t max,
    uint64_t *out) NODISCARD;

/* A number such as 0.5 or 50M (k, M, G, T: powers of 1000), of at most 31 bytes; false where it is none. */
bool number_parse_real(const char *text, size_t len, double *out);
