/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows of a query one batch after the other: as they stand, or sorted (-O); at most -c of them. */

#include "flowcat/options.h"

struct rows;

/* Sorting happens here.  CLI_OK, or CLI_FAILURE after a message. */
int rows_open(const struct flowcat_options *options, struct query *query, struct rows **rows);
void rows_free(struct rows *rows);

/* False at the end, or after a failure (rows_failed), which was told. */
bool rows_next(struct rows *rows, const struct flow_batch **batch,
    const struct flow_selection **selection);
bool rows_failed(const struct rows *rows);
