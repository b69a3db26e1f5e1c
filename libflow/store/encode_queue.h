/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Row groups that threads of their own encode while the next one is gathered, in the order that they came
 * in.  Encoding takes most of the time that a copy of rows takes, and groups do not depend on each other.
 */

#include "base/status.h"
#include "store/gather.h"
#include "store/writer.h"

struct encode_queue;

/* With up to that many groups (> 0) at a time; NULL when out of memory. */
struct encode_queue *encode_queue_new(const struct flow_writer_options *options, unsigned threads) NODISCARD;

/* Waits for its threads; groups that were not taken are gone. */
void encode_queue_free(struct encode_queue *q);

/* Whether there is no room for another group until one is taken. */
bool encode_queue_full(const struct encode_queue *q);

/*
 * Begins to encode what was gathered, which is empty afterwards.  The queue is not full.  Where there is no
 * thread to be had it is done at once.
 */
enum flow_status encode_queue_put(struct encode_queue *q, struct gather **rows, struct flow_error *err)
    NODISCARD;

/* The same with the rows in that order, of which there are as many; the list is copied. */
enum flow_status encode_queue_put_order(struct encode_queue *q, struct gather **rows, const uint32_t *order,
    struct flow_error *err) NODISCARD;

/* The same with n rows of a batch (store/row_pick.h); it and the list stay until the group was taken. */
enum flow_status encode_queue_put_rows(struct encode_queue *q, const struct flow_batch *batch,
    const uint32_t *rows, size_t n, struct flow_error *err) NODISCARD;

/* The oldest group, once it is encoded; FLOW_END where there is none. */
enum flow_status encode_queue_take(struct encode_queue *q, struct flow_group **group,
    struct flow_error *err) NODISCARD;
