/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Encodes row groups in threads while the caller gathers the next one; gives them back in the order in which they
 * were put.  Encoding takes most of the time of copying rows, and groups are independent.
 */

#include "base/status.h"
#include "store/gather.h"
#include "store/writer.h"

struct encode_queue;

/* For at most that many groups (> 0) at a time; NULL when out of memory. */
struct encode_queue *encode_queue_new(const struct flow_writer_options *options, unsigned threads) NODISCARD;

/* Waits for the threads; drops groups that were not taken. */
void encode_queue_free(struct encode_queue *q);

/* Whether a group has to be taken before another can be put. */
bool encode_queue_full(const struct encode_queue *q);

/*
 * Begins to encode the gathered rows; *rows is empty afterwards.  The queue must not be full.  If no thread can
 * be started, the call encodes them itself.
 */
enum flow_status encode_queue_put(struct encode_queue *q, struct gather **rows, struct flow_error *err)
    NODISCARD;

/* The same with the rows in the order of a list, which has one number for each and is copied. */
enum flow_status encode_queue_put_order(struct encode_queue *q, struct gather **rows, const uint32_t *order,
    struct flow_error *err) NODISCARD;

/* The same with n rows of a batch (store/row_pick.h); batch and list stay until the group was taken. */
enum flow_status encode_queue_put_rows(struct encode_queue *q, const struct flow_batch *batch,
    const uint32_t *rows, size_t n, struct flow_error *err) NODISCARD;

/* Waits for the oldest group and takes it; FLOW_END if the queue is empty. */
enum flow_status encode_queue_take(struct encode_queue *q, struct flow_group **group,
    struct flow_error *err) NODISCARD;
