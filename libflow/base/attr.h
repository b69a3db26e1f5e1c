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
 * Aligns a function that is mostly one short loop.  The loop is slower where it straddles two
 * cache lines, and without alignment that is chance and changes with each build.
 */
#if defined(__GNUC__) || defined(__clang__)
#define LINE_ALIGNED __attribute__((aligned(64)))
#else
#define LINE_ALIGNED
#endif

/* An unused parameter that an interface prescribes. */
#define UNUSED(x) ((void)(x))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
