/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads SNAPPY (format_description.txt of Snappy), the default of most engines. */

#include <stdbool.h>
#include <stddef.h>

/* Decompresses to exactly out_len bytes; false for anything else. */
bool snappy_decompress(const void *bytes, size_t len, void *out, size_t out_len);
