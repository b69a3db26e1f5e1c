/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Batches whose addresses are pseudonyms (net/cryptopan.h) in every ADDR column,
 * the exporter's too.  `extra` is removed, for it may hold addresses under any
 * name; other columns stay as they are.
 */

#include "base/status.h"
#include "net/cryptopan.h"
#include "record/batch.h"
#include "record/select.h"

struct flow_pseudonyms;

/* One per thread; `c` outlives it.  NULL when out of memory. */
struct flow_pseudonyms *flow_pseudonyms_new(const struct cryptopan *c) NODISCARD;
void flow_pseudonyms_free(struct flow_pseudonyms *p);

/*
 * Makes *out from a batch in DICT form.  Only the selected rows (sel NULL: all)
 * have meaningful addresses afterwards.  A text that is no address becomes a
 * null.  *out borrows from `in` and from p, until the next call that takes p.
 * FLOW_ENOMEM leaves *out unspecified.
 */
enum flow_status flow_pseudonyms_apply(struct flow_pseudonyms *p, const struct flow_batch *in,
    const struct flow_selection *sel, struct flow_batch *out) NODISCARD;
