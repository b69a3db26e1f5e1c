/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Copies rows of a batch in another order, column by column.  Texts are not copied: the new batch shares the
 * dictionaries of the old one.
 */

#include "base/status.h"
#include "record/batch.h"

struct row_pick;

struct row_pick *row_pick_new(void) NODISCARD;	/* NULL when out of memory */
void row_pick_free(struct row_pick *p);

/*
 * The n rows listed of a batch in DICT form, valid until the next call and as long as that batch; NULL when out
 * of memory.
 */
const struct flow_batch *row_pick_rows(struct row_pick *p, const struct flow_batch *batch, const uint32_t *rows,
    size_t n) NODISCARD;
