/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* How much of an archive is kept. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct retain_limits {
	int64_t age_ms;			/* what ended longer ago goes; 0: no limit */
	uint64_t size_bytes;		/* the sum of what stays, as ls(1) has sizes; 0: no limit */
	uint64_t free_bytes;		/* what the file system is to have free for everybody; 0: no limit */
	unsigned free_percent;		/* the same of its size, 1 to 99; 0: no limit */
};

/* Whether there is no limit at all. */
bool retain_limits_empty(const struct retain_limits *limits);

/* Sums of numbers with s, m, h, d or w: 90d, 1d12h; at least a minute.  FLOW_EINVAL with what is wrong. */
enum flow_status retain_age_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/* Bytes, with k, M, G or T (powers of 1000): 2T, 1.5G.  FLOW_EINVAL. */
enum flow_status retain_size_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/* Bytes as above, or a percentage: 10%.  FLOW_EINVAL. */
enum flow_status retain_free_parse(const char *text, size_t len, struct retain_limits *limits,
    struct flow_error *err) NODISCARD;

/*
 * The three of them in one text: age=90d,size=2T,free=10%.  `each` (see retain.h) becomes true where the
 * word "each" is among them.  FLOW_EINVAL.
 */
enum flow_status retain_limits_parse(const char *text, struct retain_limits *limits, bool *each,
    struct flow_error *err) NODISCARD;
