/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Minimum and maximum as statistics and column indexes have them. */

#include <stddef.h>

#include "parquet/file_read.h"

/*
 * Makes bounds of the bytes of a minimum and a maximum (NULL: there is none), with nothing said
 * of nulls; texts stay where they are.  Bytes that the column's type does not have make no bounds.
 */
void bounds_read(const struct pq_column *column, const char *min, size_t min_len, const char *max,
    size_t max_len, struct pq_bounds *bounds);

/* Adds how many of `rows` rows are null, as statistics have it (-1: not told). */
void bounds_nulls(const struct pq_column *column, int64_t nulls, uint64_t rows,
    struct pq_bounds *bounds);
