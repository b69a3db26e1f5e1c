/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Slots of approximate distinct counts.  While rows are fed a group's slot points to its
 * sketch, or after merging to a chain of several workers' sketches; approx_fill then
 * replaces it by the number.
 */

#include "agg/group/accumulate.h"
#include "agg/group/groups.h"
#include "agg/sketch/hll.h"

/* A worker's memory for sketches, and hashes of dictionaries. */
struct approx;

/* NULL when out of memory. */
struct approx *approx_new(void);
void approx_free(struct approx *a);
size_t approx_bytes(const struct approx *a);

/* Adds at most GROUP_ROWS rows to their groups' sketches. */
enum flow_status approx_rows(struct approx *a, const struct slots *slots,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *const *state) NODISCARD;

/* Appends the sketches of a slot to the chain of another. */
void approx_chain(uint64_t *into, uint64_t from);

/* Replaces sketches by numbers in the slots of all groups. */
enum flow_status approx_fill(struct approx *a, struct groups *g) NODISCARD;
