/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Limits on the age and size of archives, and on the file system's free space. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct retain_limits {
	int64_t age_ms;			/* files that ended longer ago are removed; 0: no limit */
	uint64_t size_bytes;		/* most bytes to keep, by st_size as ls(1) shows; 0: no limit */
	uint64_t free_bytes;		/* to keep free on the file system (f_bavail); 0: no limit */
	unsigned free_percent;		/* the same as a percentage of its size, 1 to 99; 0: no limit */
};

/* Whether there is no limit at all. */
bool retain_limits_empty(const struct retain_limits *limits);

bool retain_limits_equal(const struct retain_limits *a, const struct retain_limits *b);

/* Parses an age, numbers with s, m, h, d or w that add up: 90d, 1d12h; at least a minute.  FLOW_EINVAL. */
enum flow_status retain_age_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/*
 * Parses a number of bytes, with k, M, G or T (powers of 1000): 2T, 1.5G.  FLOW_EINVAL, also for less than 10^6
 * without such a unit, which is a mistake.
 */
enum flow_status retain_size_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/* Parses a number of bytes as above, or a percentage: 10%.  FLOW_EINVAL. */
enum flow_status retain_free_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/*
 * Parses all three in one text: age=90d,size=2T,free=10%.  *each (see retain.h): the word "each" is among them.
 * FLOW_EINVAL.
 */
enum flow_status retain_limits_parse(const char *text, struct retain_limits *limits, bool *each,
    struct flow_error *err) NODISCARD;
