/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What rows say of their exporters, for files that hold some rows of others: flow.exporters then has
 * the sources that the rows came from, with counts of these rows and the names that were announced.
 */

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"

struct exporters_tally;

/* NULL when out of memory. */
struct exporters_tally *exporters_tally_new(void) NODISCARD;
void exporters_tally_free(struct exporters_tally *tally);

/*
 * Counts the selected rows (NULL: all) of a batch, exporters in DICT form, by exporter, version of the
 * protocol and observation domain.  FLOW_ENOMEM.
 */
enum flow_status exporters_tally_add(struct exporters_tally *tally, const struct flow_batch *batch,
    const struct flow_selection *sel) NODISCARD;

/* The columns that it looks at. */
void exporters_tally_fields(struct flow_fieldset *fields);

/* Adds what `more` counted. FLOW_ENOMEM. */
enum flow_status exporters_tally_join(struct exporters_tally *tally, const struct exporters_tally *more)
    NODISCARD;

/*
 * Appends what a value of flow.exporters becomes: objects of sources without rows are left out, and
 * of the others `flows`, `packets` and `bytes` are those of the rows, which `partial` says; what only
 * tells of all that was received (datagrams, lost, late, restarts, times_wrong) is left out, all else
 * stays.  Of several objects of one source the first has the counts.  Rows of exporters that it does
 * not have (a record can name its own) get objects behind.  FLOW_ENOMEM.
 */
enum flow_status exporters_tally_apply(const struct exporters_tally *tally, const char *json,
    struct buf *out) NODISCARD;
