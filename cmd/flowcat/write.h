/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -w: the rows of a query as a Parquet file of the same profile. */

#include "flowcat/options.h"

int flowcat_write(struct flowcat_options *options);

/* Sums the metadata of all inputs; to be cleared. */
void flowcat_inputs_summary(const struct flowcat_options *options, struct flow_summary *all);

/* Their data on exporters, if it may be written to a file; NULL: none (owned by `inputs`). */
const char *flowcat_told_exporters(const struct flowcat_options *options,
    const struct flow_summary *inputs);

/* Writes those exporters that have rows in the file, with counts of these rows only. */
void flowcat_carry_exporters(const char *exporters, const struct exporters_tally *tally,
    struct flow_writer *writer);
