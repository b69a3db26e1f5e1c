/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Numbers of any physical type to integers of the width that is wanted. */

#include <stdbool.h>

#include "base/cursor.h"
#include "base/status.h"
#include "parquet/meta/schema.h"

/* Bytes of a PLAIN value of a number column. */
size_t values_plain_bytes(const struct pq_column *column, unsigned type_length);

/*
 * Reads n PLAIN values as 64 bits each: sign- or zero-extended by the logical type,
 * timestamps in milliseconds.  FLOW_EFORMAT where there are fewer, FLOW_EUNSUPPORTED for a
 * type that holds no integers.
 */
enum flow_status values_plain(const struct pq_column *column, unsigned type_length,
    struct cursor *in, size_t n, uint64_t *out, struct flow_error *err) NODISCARD;

/* What the logical type makes of raw values, in place; the upper half of INT32 is undefined. */
void values_interpret(const struct pq_column *column, uint64_t *values, size_t n);

/* Stores n values in `width` (1, 2, 4, 8) bytes each; false if one does not fit. */
bool values_narrow(const uint64_t *in, size_t n, unsigned width, void *out);

/* n times the value of `width` (1, 2, 4, 8) bytes. */
void values_repeat(const void *value, size_t n, unsigned width, void *out);

/* out[i] = dictionary[index[i]], elements of `width` bytes. */
void values_look_up(const void *dictionary, const uint32_t *index, size_t n, unsigned width,
    void *out);

/*
 * Moves `present` values of `size` bytes at the beginning of rows to those of the n rows that
 * are valid (bits from `at` on); the others become 0.
 */
void values_spread(uint8_t *rows, size_t present, size_t n, unsigned size, const uint64_t *valid,
    size_t at);
