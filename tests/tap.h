/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A small TAP producer.  A check prints got and expected and the test goes on;
 * tap_done prints the plan and gives main's exit status.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void tap_check(bool ok, const char *file, int line, const char *what);
void tap_check_int(int64_t got, int64_t want, const char *file, int line, const char *what);
void tap_check_uint(uint64_t got, uint64_t want, const char *file, int line, const char *what);
void tap_check_str(const char *got, const char *want, const char *file, int line, const char *what);
void tap_check_mem(const void *got, size_t got_len, const void *want, size_t want_len,
    const char *file, int line, const char *what);
/* Counts one skipped check and says why. */
void tap_skip(const char *why);
int tap_done(void);

#define ok(cond) tap_check((cond), __FILE__, __LINE__, #cond)
#define is_int(got, want) tap_check_int((int64_t)(got), (int64_t)(want), __FILE__, __LINE__, #got)
#define is_uint(got, want) tap_check_uint((uint64_t)(got), (uint64_t)(want), __FILE__, __LINE__, #got)
#define is_str(got, want) tap_check_str((got), (want), __FILE__, __LINE__, #got)
#define is_mem(got, got_len, want, want_len) \
	tap_check_mem((got), (got_len), (want), (want_len), __FILE__, __LINE__, #got)
