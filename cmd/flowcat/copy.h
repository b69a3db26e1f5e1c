/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -w where rows stay in their order: row groups that pass whole are copied as they stand, without being decoded,
 * others are decoded and encoded anew. Small ones that follow each other become large ones.
 */

#include "flowcat/options.h"

/* Whether the options leave rows as they are stored, and in their order. */
bool copy_may(const struct flowcat_options *options, const struct query *query);

/* Writes all rows; they are counted in *tally unless that is NULL. CLI_OK, or CLI_FAILURE after a message. */
int copy_rows(const struct flowcat_options *options, struct query *query, struct exporters_tally *tally,
    struct flow_writer *writer);
