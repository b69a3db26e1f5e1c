/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Collects selected rows of many batches into one batch, for a row group. Texts (addresses too) are copied as
 * they are; equal ones get one code.
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"

struct gather;

struct gather *gather_new(void);
void gather_free(struct gather *g);
void gather_clear(struct gather *g);
size_t gather_rows(const struct gather *g);

/*
 * Appends the selected rows (sel NULL: all) of a batch in DICT form.
 * FLOW_ENOMEM leaves the gathered rows unspecified.
 */
enum flow_status gather_add(struct gather *g, const struct flow_batch *batch,
    const struct flow_selection *sel) NODISCARD;

/* The same for the n rows listed, in that order; n below 2^32. */
enum flow_status gather_add_rows(struct gather *g, const struct flow_batch *batch,
    const uint32_t *rows, size_t n) NODISCARD;

/* Approximate memory of the rows. */
size_t gather_bytes(const struct gather *g);

/* What was gathered, in DICT form; valid until the next call that takes g. */
const struct flow_batch *gather_batch(struct gather *g);
