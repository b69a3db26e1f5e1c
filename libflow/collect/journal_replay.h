/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What collectors left that ended before their slots were filed. */

#include "collect/collect_options.h"

/*
 * Files what the journals of dead collectors hold, in every directory of the options, those that
 * `dynamic` made before too, and removes them.  What cannot be filed stays, after a log line.
 */
void collect_replay(const struct collect_options *options);
