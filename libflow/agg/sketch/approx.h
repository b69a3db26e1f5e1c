/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Slots of approximate distinct counts.  While rows are counted a group's slot points to its
 * sketch, or to a chain of them where groups of several workers met; when all is merged it
 * becomes the number.
 */

#include "agg/group/accumulate.h"
#include "agg/group/groups.h"
#include "agg/sketch/hll.h"

/* Of a worker: memory of its sketches, and hashes of dictionaries. */
struct approx;

/* NULL when out of memory. */
struct approx *approx_new(void);
void approx_free(struct approx *a);
size_t approx_bytes(const struct approx *a);

/* Adds some rows to their groups' sketches; no more than GROUP_ROWS. */
enum flow_status approx_rows(struct approx *a, const struct slots *slots,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state) NODISCARD;

/* Hangs the sketches of a slot on to those of another. */
void approx_chain(uint64_t *into, uint64_t from);

/* Makes the slots of all groups numbers. */
enum flow_status approx_fill(struct approx *a, struct groups *g) NODISCARD;
