/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What events do to flows that others made: outages, routes that flap, traffic whose
 * other direction takes another router.
 */

#include <stddef.h>

#include "synth/event.h"
#include "synth/made_rows.h"

/*
 * Applies those of `event` whose time it is.  Rows that nobody sees go to `unseen`, those that
 * another exporter sees to `moved`; both were empty.
 */
void bend_rows(const struct event *event, size_t events, uint32_t exporters, const struct world *world,
    struct rows *rows, struct rows *moved, struct rows *unseen);
