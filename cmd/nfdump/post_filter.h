/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -P: a filter on groups; without one all pass. */

#include "nfdump/options.h"

struct post_filter;

/* CLI_OK, or a status after a message. */
int post_filter_open(const struct nfdump_options *options, struct post_filter **post);
void post_filter_free(struct post_filter *post);

/* Adds the columns that it needs. */
void post_filter_fields(const struct post_filter *post, struct flow_fieldset *fields);

/* Selects the rows that pass, of at most FLOW_BATCH_ROWS.  *sel is valid until the next call. */
int post_filter_select(struct post_filter *post, const struct flow_batch *batch, const struct flow_selection **sel);
