/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * From the form that decoders make to the one that queries take: flat ADDR and
 * MAC columns become dictionaries of canonical texts with codes.
 */

#include "base/status.h"
#include "record/batch.h"

struct flow_dictify;

struct flow_dictify *flow_dictify_new(void);
void flow_dictify_free(struct flow_dictify *d);

/*
 * Makes *out from a batch of any number of rows.  Columns that need no change
 * are shared with `in`; the others are owned by d.  *out is valid until the
 * next call that takes d, and as long as `in` is.
 * FLOW_ENOMEM leaves *out unspecified.
 */
enum flow_status flow_dictify(struct flow_dictify *d, const struct flow_batch *in,
    struct flow_batch *out) NODISCARD;

/*
 * Rows [from, from + rows) of a batch; `from` is a multiple of 64, so that
 * bitmaps can be shared.  *out borrows everything from `in`.
 */
void flow_batch_slice(const struct flow_batch *in, size_t from, size_t rows,
    struct flow_batch *out);
