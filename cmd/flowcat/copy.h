/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -w in the order of the archive: row groups in which all rows pass are copied without decoding, others are
 * decoded and encoded again.  Adjacent small ones are merged.
 */

#include "flowcat/options.h"

/* Whether the options keep rows as they are stored, and in their order. */
bool copy_may(const struct flowcat_options *options, const struct query *query);

/* Writes all rows; they are counted in *tally unless that is NULL. CLI_OK, or CLI_FAILURE after a message. */
int copy_rows(const struct flowcat_options *options, struct query *query, struct exporters_tally *tally,
    struct flow_writer *writer);
