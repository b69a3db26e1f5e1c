/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Converts numbers of any physical type to integers of the width wanted. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/meta/schema.h"

/* Bytes of a PLAIN value of a number column; 0 if it is not one. */
size_t values_plain_bytes(const struct pq_column *column, unsigned type_length);

/* Whether values are floating-point numbers. */
static inline bool
values_are_floats(const struct pq_column *column)
{
	return column->physical == PQ_FLOAT || column->physical == PQ_DOUBLE;
}

/*
 * Reads n PLAIN values as 64 bits each: sign- or zero-extended by the logical type, timestamps in milliseconds,
 * DECIMAL scaled to a whole number, FLOAT and DOUBLE as the bits of a DOUBLE. FLOW_EFORMAT if there are fewer,
 * FLOW_EUNSUPPORTED for a type that holds no numbers, FLOW_ERANGE for decimals that are not whole or need more
 * than 64 bits.
 */
enum flow_status values_plain(const struct pq_column *column, unsigned type_length,
    struct cursor *in, size_t n, uint64_t *out, struct flow_error *err) NODISCARD;

/*
 * Applies the logical type to raw values of INT32 (the upper half is undefined) or INT64, in place. FLOW_ERANGE
 * as above.
 */
enum flow_status values_understand(const struct pq_column *column, uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/* Converts n DOUBLEs, none of them NaN, to whole numbers; FLOW_ERANGE if one is not whole. */
enum flow_status values_from_doubles(const struct pq_column *column, uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/*
 * Undoes BYTE_STREAM_SPLIT: `in` has the first bytes of all values, then all second ones ...; false if its length
 * is no multiple of `bytes`.  Appends to out, and BITPACK_SLACK behind.
 */
bool values_unsplit(struct cursor in, size_t bytes, struct buf *out);

/* Whether any of n values has one of the bits in `mask`. */
bool values_have_bits(const uint64_t *values, size_t n, uint64_t mask);

/* Stores n values in `width` (1, 2, 4, 8) bytes each; false if one does not fit. */
bool values_narrow(const uint64_t *in, size_t n, unsigned width, void *out);

/* Stores the value of `width` (1, 2, 4, 8) bytes n times. */
void values_repeat(const void *value, size_t n, unsigned width, void *out);

/* out[i] = dictionary[index[i]], elements of `width` bytes. */
void values_look_up(const void *dictionary, const uint32_t *index, size_t n, unsigned width,
    void *out);

/*
 * Moves the first `present` values of `size` bytes to those of n rows that are valid (bits from `at` on); the
 * other rows become 0.
 */
void values_spread(uint8_t *rows, size_t present, size_t n, unsigned size, const uint64_t *valid,
    size_t at);
