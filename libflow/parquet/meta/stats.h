/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Minimum, maximum and null count of values being written, in the column's order. */

#include "base/text.h"
#include "parquet/chunk.h"

void stats_init(struct chunk_stats *stats, uint64_t null_count);

/* Adds n (> 0) numbers of an INT32 or INT64 column. */
void stats_numbers(struct chunk_stats *stats, const struct pq_column *column,
    const uint64_t *numbers, size_t n);

/*
 * Adds n (> 0) texts by their codes into a sorted dictionary.  A bound longer than CHUNK_STAT_BYTES makes the
 * statistics unbounded.
 */
void stats_texts(struct chunk_stats *stats, const struct flow_text *texts, const uint32_t *codes,
    size_t n);

/* Extends *to to cover *more (a chunk's by its pages'); *to may be empty. */
void stats_merge(struct chunk_stats *to, const struct chunk_stats *more,
    const struct pq_column *column);
