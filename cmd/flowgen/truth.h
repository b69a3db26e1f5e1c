/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A file of every flow as it was made, before sampling, loss and export, and of the event that it
 * belongs to: lines of JSON with the key "event", or, by the ending .parquet, a file of the
 * flow profile that has it in `extra`.
 */

#include "flow.h"

struct truth;

/* `event` are the events by number, for as long as *truth is.  CLI_OK, or CLI_FAILURE after a message; here and below. */
int truth_open(const char *path, const struct event_spec *event, size_t events, struct truth **truth);

int truth_add(struct truth *t, const struct flow_batch *batch, const struct flow_synth_turn *turn);

/* The file appears under its name, or (keep is false) is dropped; NULL is fine. */
int truth_close(struct truth *t, bool keep);
