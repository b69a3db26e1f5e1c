/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Changes flows of the mix and of other events: outages, flapping routes, traffic whose
 * reverse direction passes another router.
 */

#include <stddef.h>

#include "synth/event.h"
#include "synth/made_rows.h"

/*
 * Applies the events that are active.  Rows that no exporter sees go to `unseen`, those that
 * another exporter sees to `moved`; both must be empty.
 */
void bend_rows(const struct event *event, size_t events, uint32_t exporters, const struct world *world,
    struct rows *rows, struct rows *moved, struct rows *unseen);
