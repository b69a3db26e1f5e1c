/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -w: the rows of a query as a Parquet file of the same profile. */

#include "flowcat/options.h"

int flowcat_write(struct flowcat_options *options);

/* What the files to be read say together; to be cleared. */
void flowcat_inputs_summary(const struct flowcat_options *options, struct flow_summary *all);
