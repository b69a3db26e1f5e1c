/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Minimum and maximum from statistics and column indexes. */

#include <stddef.h>

#include "parquet/file_read.h"

/*
 * Decodes the bytes of a minimum and a maximum (NULL: there is none); null counts stay unknown, and texts where
 * they are.  Bytes of the wrong length for the column's type make no bounds.
 */
void bounds_read(const struct pq_column *column, const char *min, size_t min_len, const char *max,
    size_t max_len, struct pq_bounds *bounds);

/* Adds the null count of `rows` rows, from statistics (-1: unknown). */
void bounds_nulls(const struct pq_column *column, int64_t nulls, uint64_t rows,
    struct pq_bounds *bounds);
