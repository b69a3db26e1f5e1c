/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Signed numbers as unsigned ones of which small ones stand for small ones: 0, -1, 1, -2 ... (Protocol Buffers, "sint64"). */

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
