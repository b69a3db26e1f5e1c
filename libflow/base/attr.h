/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Compiler attributes under names that read like words; empty where unknown. */

#if defined(__GNUC__) || defined(__clang__)
#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define NODISCARD
#define PRINTF_LIKE(fmt, args)
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#endif

/*
 * A function whose simple loops are worth vector instructions also at -O2, where gcc
 * leaves them alone (clang does not).
 */
#if defined(__GNUC__) && !defined(__clang__)
#define VECTORIZED __attribute__((optimize("O3")))
#else
#define VECTORIZED
#endif

/* An unused parameter that an interface prescribes. */
#define UNUSED(x) ((void)(x))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
