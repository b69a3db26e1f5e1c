/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Maps the atoms of all workers to ids of the first one. */

#include "agg/worker.h"

struct atoms_merged {
	uint32_t **id;		/* by worker, from the second on: id there -> id here; 0 -> 0 */
};

/*
 * Adds the values and texts of agg[1 .. n-1] to agg[0]'s, on n threads, and returns the mappings of ids.
 * No row may be fed to agg[0] afterwards: see atoms_append.
 * Release *values and *texts even after an error.
 */
enum flow_status atoms_merge_workers(struct flow_agg *const *agg, size_t n,
    struct atoms_merged *values, struct atoms_merged *texts) NODISCARD;
void atoms_merged_release(struct atoms_merged *m, size_t n);
