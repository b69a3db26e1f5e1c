/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counts rows by exporter, for files that hold only some rows of other files: their flow.exporters lists the sources
 * of these rows, with counts of these rows and the names that were announced.
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
 * Counts the selected rows (NULL: all) of a batch, exporters in DICT form, by exporter, protocol version and
 * observation domain.  FLOW_ENOMEM.
 */
enum flow_status exporters_tally_add(struct exporters_tally *tally, const struct flow_batch *batch,
    const struct flow_selection *sel) NODISCARD;

/* The columns that it needs. */
void exporters_tally_fields(struct flow_fieldset *fields);

/* Adds what `more` counted. FLOW_ENOMEM. */
enum flow_status exporters_tally_join(struct exporters_tally *tally, const struct exporters_tally *more)
    NODISCARD;

/*
 * Rewrites a value of flow.exporters for these rows and appends the result.  Sources without rows are dropped.
 * Others get `flows`, `packets` and `bytes` of the rows, and `partial` to say so; members about everything
 * received (datagrams, lost, late, restarts, times_wrong) are dropped, all others stay. If several objects are
 * about one source, the first gets the counts.  Exporters of rows that the value lacks (a record can name its
 * own) get objects at the end.  FLOW_ENOMEM.
 */
enum flow_status exporters_tally_apply(const struct exporters_tally *tally, const char *json,
    struct buf *out) NODISCARD;
