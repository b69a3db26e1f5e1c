/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Zigzag encoding (Protocol Buffers, "sint64"): signed to unsigned, small magnitudes to small numbers: 0, -1,
 * 1, -2 ...
 */

#include <stdint.h>

static inline uint64_t
zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (0 - (uint64_t)(v < 0));
}

static inline int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}
