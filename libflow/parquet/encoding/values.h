/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Numbers of any physical type to integers of the width that is wanted. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "parquet/meta/schema.h"

/* Bytes of a PLAIN value of a number column; 0 where it has no numbers. */
size_t values_plain_bytes(const struct pq_column *column, unsigned type_length);

/* Whether values are floating-point numbers. */
static inline bool
values_are_floats(const struct pq_column *column)
{
	return column->physical == PQ_FLOAT || column->physical == PQ_DOUBLE;
}

/*
 * Reads n PLAIN values as 64 bits each: sign- or zero-extended by the logical type,
 * timestamps in milliseconds, DECIMAL without its point, FLOAT and DOUBLE as the bits of a DOUBLE.
 * FLOW_EFORMAT where there are fewer, FLOW_EUNSUPPORTED for a type that holds no numbers, FLOW_ERANGE for
 * decimals that are no whole number or need more than 64 bits.
 */
enum flow_status values_plain(const struct pq_column *column, unsigned type_length,
    struct cursor *in, size_t n, uint64_t *out, struct flow_error *err) NODISCARD;

/*
 * What the logical type makes of raw values of INT32 (the upper half is undefined) or INT64, in place.
 * FLOW_ERANGE as above.
 */
enum flow_status values_understand(const struct pq_column *column, uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/* Makes whole numbers of n DOUBLEs, none of them NaN; FLOW_ERANGE for any other. */
enum flow_status values_from_doubles(const struct pq_column *column, uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/*
 * Undoes BYTE_STREAM_SPLIT: `in` has the first bytes of all values, then all second ones ...; false
 * if it is no multiple of `bytes` long.  Appends to out, with BITPACK_SLACK behind.
 */
bool values_unsplit(struct cursor in, size_t bytes, struct buf *out);

/* Whether any of n values has one of the bits in `mask`. */
bool values_have_bits(const uint64_t *values, size_t n, uint64_t mask);

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
