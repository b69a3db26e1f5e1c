/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A duration for people: its two greatest units. */

#include <stddef.h>
#include <stdint.h>

#define SPAN_TEXT_MAX 32

/*
 * "59 s", "12 min 5 s", "23 h 59 min", "3 d 7 h", "53 y 318 d" (of 365 days), truncated, without a sign; no
 * NUL. Returns the length.
 */
size_t span_text_format(int64_t ms, char out[SPAN_TEXT_MAX]);
