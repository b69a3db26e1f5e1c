/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A file of all flows as made, before sampling, loss and export, with the event of each: lines of
 * JSON with the key "event", or, with the extension .parquet, a file of the flow profile that has it
 * in `extra`.
 */

#include "flow.h"

struct truth;

/*
 * `event` has the events by number, and must outlive *truth.  CLI_OK, or CLI_FAILURE after a message; here
 * and below.
 */
int truth_open(const char *path, const struct event_spec *event, size_t events, struct truth **truth);

int truth_add(struct truth *t, const struct flow_batch *batch, const struct flow_synth_turn *turn);

/* Gives the file its name, or (keep is false) discards it; NULL is fine. */
int truth_close(struct truth *t, bool keep);
