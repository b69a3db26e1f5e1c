/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -w: the rows of a query as a Parquet file of the same profile. */

#include "flowcat/options.h"

int flowcat_write(struct flowcat_options *options);

/* What the files to be read say together; to be cleared. */
void flowcat_inputs_summary(const struct flowcat_options *options, struct flow_summary *all);

/* What they say of exporters that may stand in a file that is written; NULL: nothing (owned by `inputs`). */
const char *flowcat_told_exporters(const struct flowcat_options *options,
    const struct flow_summary *inputs);

/* Of exporters those that the file's rows are of, with these alone counted. */
void flowcat_carry_exporters(const char *exporters, const struct exporters_tally *tally,
    struct flow_writer *writer);
