/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows to groups that are found by their packed keys.  Rows are at most GROUP_ROWS; FLOW_ENOMEM, after which
 * the worker may only be freed.
 */

#include "agg/worker.h"

/* The values of the key's parts behind the first, to the scratch. */
enum flow_status feed_other_values(struct flow_agg *agg, const struct grouping *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/*
 * Turns each row so that it runs from its lower end (address, then port): the values of the parts in the
 * scratch, n rows; which were turned is noted there.
 */
void feed_turn_rows(struct flow_agg *agg, const struct key_pairing *p, uint32_t n);

/* Counts rows whose key's first part is `first` (with its flags); the others are in the scratch. */
enum flow_status feed_keys(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *first, const uint8_t *first_flag) NODISCARD;

/* Counts rows under each alternative of the key's first part (source and destination), each value once a row. */
enum flow_status feed_alternatives(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/* True if a grouping's keys are one number of 32 bits, and the batch's column of it has no nulls. */
bool feed_is_one_number(const struct groups *g, const struct flow_batch *batch);

/*
 * Counts rows of such a grouping.  Where groups are few, most are in the cache of recent ones: then neither a
 * key is packed nor a hash made.
 */
enum flow_status feed_number(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/* Counts rows of a series whose groups will not be shown: under the rest of their bin, a group of that key alone. */
enum flow_status feed_rest(struct flow_agg *agg, const struct groups *g, const struct flow_batch *batch,
    const struct rows *rows) NODISCARD;

/*
 * Logs the values of columns that need all of them (percentiles, distinct): of rows whose keys are packed in the
 * scratch, or that have `number` in a dense grouping.
 */
enum flow_status feed_values(struct flow_agg *agg, const struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const int32_t *number) NODISCARD;

/* Adds rows to the groups whose states are in the scratch; back: which were turned, or NULL. */
enum flow_status feed_add_rows(struct flow_agg *agg, struct groups *g, const struct flow_batch *batch,
    const struct rows *rows, const uint8_t *back) NODISCARD;
